/*
 * The environment: s6-env executes a program in a changed one or prints it, s6-printenv prints it or one variable,
 * s6-dumpenv writes it to a directory of files.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "chain.h"
#include "fdio.h"
#include "msg.h"
#include "out.h"

static int print_all(void)
{
	struct buf out = BUF_INIT;

	for (char **e = environ; e && *e; e++) {
		buf_add_text(&out, *e);
		buf_add(&out, "\n", 1);
	}
	out_end(&out);
	return 0;
}

int env_main(int argc, char **argv)
{
	/* Compat: as for all of execline's, a new PATH is the program's, and the old one finds it. */
	const char *path = getenv("PATH");
	static char *none[1];
	char **word;

	while (applet_option(argc, argv, "i") != -1)
		environ = none;
	(void)applet_operands(argc, argv, &word);
	for (; *word && strchr(*word, '='); word++) {
		if (**word == '=')
			applet_usage();
		if (putenv(*word) < 0)
			msg_die(EXIT_SYSTEM, errno, "unable to set the environment");
	}
	if (!*word)
		return print_all();
	chain_failed(word[0], chain_try(word, environ, path));
}

int printenv_main(int argc, char **argv)
{
	struct buf out = BUF_INIT;
	bool newline = true;
	const char *value;
	char **word;

	while (applet_option(argc, argv, "n") != -1)
		newline = false;
	if (applet_operands(argc, argv, &word) == 0)
		return print_all();
	value = getenv(word[0]);
	if (!value)
		return 1;
	buf_add_text(&out, value);
	if (newline)
		buf_add(&out, "\n", 1);
	out_end(&out);
	return 0;
}

/* "NAME=value" as a file, in one step for whoever reads it. */
static int dump_variable(int dirfd, const char *variable, bool newline)
{
	size_t len = strcspn(variable, "=");
	struct buf value = BUF_INIT;
	char name[NAME_MAX + 1], tmp[32];
	int r;

	if (len == 0 || len >= sizeof(name) || memchr(variable, '/', len))
		return -EINVAL;
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, variable);
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -EINVAL;
	(void)snprintf(tmp, sizeof(tmp), ".s6-dumpenv-%d", (int)getpid());
	buf_add_text(&value, variable + len + (variable[len] == '='));
	if (newline)
		buf_add(&value, "\n", 1);
	r = fdio_replace(dirfd, name, tmp, buf_bytes(&value), value.len, 0666, false);
	buf_free(&value);
	return r;
}

static int dump(const char *dir, mode_t mode, bool newline)
{
	int dirfd, code = 0;

	if (mkdir(dir, mode) < 0 && errno != EEXIST)
		msg_die(EXIT_SYSTEM, errno, "unable to mkdir %s", dir);
	dirfd = fdio_open(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, 0);
	if (dirfd < 0)
		msg_die(EXIT_SYSTEM, dirfd, "unable to open %s", dir);
	for (char **e = environ; *e; e++) {
		int r = dump_variable(dirfd, *e, newline);

		if (r == 0)
			continue;
		msg_warn(r, "unable to write variable %.*s to %s", (int)strcspn(*e, "="), *e, dir);
		code = EXIT_SYSTEM;
	}
	return code;
}

int dumpenv_main(int argc, char **argv)
{
	bool newline = true;
	mode_t mode = 0777;
	char **word;
	int c;

	while ((c = applet_option(argc, argv, "Nnm:")) != -1) {
		if (c == 'm')
			mode = applet_mode(optarg);
		else
			newline = c == 'n';
	}
	(void)applet_operands(argc, argv, &word);
	return dump(word[0], mode, newline);
}
