/* s6-hiercopy: copies a file or a tree, into what is there already. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "applet.h"
#include "fdio.h"
#include "hiercopy.h"
#include "msg.h"
#include "parent.h"

static bool is_directory(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The directory to be filled may be a link to one where the user named it, and nowhere below. */
static int copy(const char *src, const char *dst)
{
	const struct hiercopy c = { .owner = HIERCOPY_KEEP, .whole = true, .merge = true };
	char leaf[NAME_MAX + 1] = ".";
	int r, dirfd = is_directory(src) ? fdio_open(AT_FDCWD, dst, O_PATH | O_DIRECTORY, 0) : -ENOTDIR;

	if (dirfd < 0)
		dirfd = parent_open(dst, leaf);
	if (dirfd < 0)
		return dirfd;
	r = hiercopy_entry(&c, AT_FDCWD, src, dirfd, leaf);
	fdio_close(&dirfd);
	return r;
}

int hiercopy_main(int argc, char **argv)
{
	char **word;
	int r;

	while (applet_option(argc, argv, "") != -1)
		;
	(void)applet_operands(argc, argv, &word);
	r = copy(word[0], word[1]);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to copy hierarchy from %s to %s", word[0], word[1]);
	return 0;
}
