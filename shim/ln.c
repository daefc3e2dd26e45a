/* s6-ln, s6-linkname and s6-rename: names of files. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "fdio.h"
#include "msg.h"
#include "out.h"
#include "parent.h"

struct ln {
	bool symbolic; /* -s */
	bool force;    /* -f: whatever has the name is replaced */
	bool nofollow; /* -n: a link to a directory is no directory to put links into */
	bool follow;   /* -L: a hard link is one of what a symbolic link leads to */
};

static int make(const struct ln *ln, const char *src, int dirfd, const char *name)
{
	int r;

	if (ln->symbolic)
		r = symlinkat(src, dirfd, name);
	else
		r = linkat(AT_FDCWD, src, dirfd, name, ln->follow ? AT_SYMLINK_FOLLOW : 0);
	return r < 0 ? -errno : 0;
}

/* The name is always there, as the old thing or the new one: made beside it and renamed. */
static int replace(const struct ln *ln, const char *src, int dirfd, const char *name)
{
	unsigned int tries = 0;
	char tmp[48];
	int r;

	do {
		(void)snprintf(tmp, sizeof(tmp), ".s6-ln-%d-%u", (int)getpid(), tries++);
		r = make(ln, src, dirfd, tmp);
	} while (r == -EEXIST);
	if (r < 0)
		return r;
	if (renameat(dirfd, tmp, dirfd, name) < 0)
		r = -errno;
	/* Still there after a failure, and after a rename to another name of the same file, which does nothing. */
	(void)unlinkat(dirfd, tmp, 0);
	return r;
}

static int put(const struct ln *ln, const char *src, int dirfd, const char *name)
{
	int r = make(ln, src, dirfd, name);

	return r == -EEXIST && ln->force ? replace(ln, src, dirfd, name) : r;
}

/* Each into the directory under its own name. */
static int put_all(const struct ln *ln, char *const *src, int n, int dirfd, const char *dir)
{
	char leaf[NAME_MAX + 1];
	int code = 0;

	for (int i = 0; i < n; i++) {
		int r = parent_leaf(src[i], leaf);

		if (r == 0)
			r = put(ln, src[i], dirfd, leaf);
		if (r == 0)
			continue;
		msg_warn(r, "unable to link %s into %s", src[i], dir);
		code = EXIT_SYSTEM;
	}
	return code;
}

static int put_at(const struct ln *ln, const char *src, const char *dest)
{
	char leaf[NAME_MAX + 1];
	int dirfd = parent_open(dest, leaf);
	int r = dirfd < 0 ? dirfd : put(ln, src, dirfd, leaf);

	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to link %s to %s", src, dest);
	return 0;
}

int ln_main(int argc, char **argv)
{
	struct ln ln = { .symbolic = false };
	char **word;
	int c, n, dirfd;

	while ((c = applet_option(argc, argv, "nsfLP")) != -1) {
		if (c == 'n')
			ln.nofollow = true;
		else if (c == 's')
			ln.symbolic = true;
		else if (c == 'f')
			ln.force = true;
		else
			ln.follow = c == 'L';
	}
	n = applet_operands(argc, argv, &word) - 1;
	dirfd = fdio_open(AT_FDCWD, word[n], O_PATH | O_DIRECTORY | (ln.nofollow ? O_NOFOLLOW : 0), 0);
	if (dirfd >= 0)
		return put_all(&ln, word, n, dirfd, word[n]);
	if (n > 1)
		msg_die(EXIT_SYSTEM, dirfd, "unable to open %s", word[n]);
	return put_at(&ln, word[0], word[1]);
}

/* -f: the file that the path leads to in the end, as a path without any link. */
int linkname_main(int argc, char **argv)
{
	bool newline = true, canonical = false;
	struct buf out = BUF_INIT;
	char text[PATH_MAX], **word;
	ssize_t n = 0;
	int c;

	while ((c = applet_option(argc, argv, "nf")) != -1) {
		if (c == 'n')
			newline = false;
		else
			canonical = true;
	}
	(void)applet_operands(argc, argv, &word);
	if (canonical && !realpath(word[0], text))
		msg_die(EXIT_SYSTEM, errno, "unable to resolve %s", word[0]);
	if (!canonical && (n = readlink(word[0], text, sizeof(text) - 1)) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to readlink %s", word[0]);
	if (!canonical)
		text[n] = '\0';
	buf_add_text(&out, text);
	if (newline)
		buf_add(&out, "\n", 1);
	out_end(&out);
	return 0;
}

int rename_main(int argc, char **argv)
{
	char **word;

	while (applet_option(argc, argv, "") != -1)
		;
	(void)applet_operands(argc, argv, &word);
	if (rename(word[0], word[1]) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to rename %s to %s", word[0], word[1]);
	return 0;
}
