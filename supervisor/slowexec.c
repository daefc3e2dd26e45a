/* Looks at a program without following a link, entering a mount, or waiting for a lease. */
#include "slowexec.h"

#include <errno.h>
#include <linux/openat2.h>
#include <string.h>

#include "fdio.h"
#include "sys.h"

#define HEAD 256 /* as much of a script as the kernel looks at */
#define ALL_EXECUTE (S_IXUSR | S_IXGRP | S_IXOTH)

static const char elf[4] = "\177ELF";

/* The interpreter of a script, NUL-terminated in head; NULL: it is none, or not by an absolute path. */
static const char *interpreter(char head[HEAD + 1], size_t len)
{
	char *at;

	head[len] = '\0';
	if (len < 2 || memcmp(head, "#!", 2) != 0)
		return NULL;
	at = head + 2 + strspn(head + 2, " \t");
	at[strcspn(at, " \t\n")] = '\0';
	return *at == '/' ? at : NULL;
}

enum slowexec slowexec_expect_interpreter(const char *path)
{
	int root = fdio_open(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0);
	enum slowexec ret = EXEC_SOON;
	int fd;

	if (root < 0)
		return EXEC_UNSURE;
	fd = sys.openat2(root, path + strspn(path, "/"), O_PATH | O_CLOEXEC, 0, RESOLVE_NO_XDEV);
	if (fd < 0)
		ret = errno == EXDEV ? EXEC_SLOW : EXEC_UNSURE;
	fdio_close(&fd);
	fdio_close(&root);
	return ret;
}

enum slowexec slowexec_expect(int dirfd, const char *file, dev_t near)
{
	char head[HEAD + 1];
	const char *path;
	struct stat st;
	ssize_t n;
	int fd;

	if (sys.fstatat(dirfd, file, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return EXEC_UNSURE;
	if (S_ISLNK(st.st_mode) || st.st_dev != near)
		return EXEC_SLOW;
	fd = fdio_open(dirfd, file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY, 0);
	n = fd < 0 ? fd : fdio_read_all(fd, head, HEAD);
	fdio_close(&fd);
	if (n < 0)
		return n == -EAGAIN ? EXEC_SLOW : EXEC_UNSURE; /* a lease; one that we may not read is exec's to judge */
	if (!S_ISREG(st.st_mode) || (st.st_mode & ALL_EXECUTE) != ALL_EXECUTE)
		return EXEC_UNSURE;
	if (n >= (ssize_t)sizeof(elf) && memcmp(head, elf, sizeof(elf)) == 0)
		return EXEC_SOON;
	path = interpreter(head, (size_t)n);
	return path ? slowexec_expect_interpreter(path) : EXEC_UNSURE;
}
