/*
 * fix-attrs: carries out the files of /etc/fix-attrs.d, as the boot does, or the files and directories named. Each file
 * is followed up to its first error, which is printed; the others are carried out all the same.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "contenv.h"
#include "fixattrs.h"
#include "msg.h"

static bool complained;

static void complain(void *dir, const char *name, const struct fixattrs_failure *failure)
{
	char line[16] = "", path[4 * 256];

	if (failure->line)
		(void)snprintf(line, sizeof(line), "%u: ", failure->line);
	msg_escape(path, sizeof(path), failure->path, strlen(failure->path));
	msg_warn(failure->err, "%s%s%s: %s%s%s%s", dir ? (const char *)dir : "", dir ? "/" : "", name, line,
		fixattrs_error_text(failure->error), *path ? " " : "", path);
	complained = true;
}

static void carry_out(char *path, bool hidden)
{
	struct fixattrs_failure failure;
	unsigned int failed;
	struct stat st;
	int r;

	if (stat(path, &st) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to read %s", path);
	if (!S_ISDIR(st.st_mode)) {
		if (!fixattrs_file(AT_FDCWD, path, hidden, &failure))
			complain(NULL, path, &failure);
		return;
	}
	r = fixattrs_dir(path, hidden, complain, path, &failed);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to read %s", path);
}

/* Where the image, or the profile that the container runs with, has its files. */
static char *default_dir(void)
{
	static char path[PATH_MAX] = "/etc/fix-attrs.d";
	const char *profile = getenv("S6_RUNTIME_PROFILE");

	if (profile && snprintf(path, sizeof(path), "/etc/cont-profile.d/%s/fix-attrs.d", profile) >=
		(int)sizeof(path))
		msg_die(EXIT_USAGE, 0, "invalid $S6_RUNTIME_PROFILE");
	return path;
}

int fix_attrs_main(int argc, char **argv)
{
	bool hidden = contenv_switch("S6_FIX_ATTRS_HIDDEN");
	char **word, *dir = default_dir();
	struct stat st;
	int n;

	while (applet_option(argc, argv, "a") != -1)
		hidden = true;
	n = applet_operands(argc, argv, &word);
	for (int i = 0; i < n; i++)
		if (stat(word[i], &st) < 0)
			msg_die(EXIT_SYSTEM, errno, "unable to read %s", word[i]);
	for (int i = 0; i < n; i++)
		carry_out(word[i], hidden);
	/* An image without such files has nothing to be done. */
	if (n == 0 && (stat(dir, &st) == 0 || errno != ENOENT))
		carry_out(dir, hidden);
	return complained ? 1 : 0;
}
