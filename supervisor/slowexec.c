/* Looks at a program without following a link, entering a mount, or waiting for a lease. */
#include "slowexec.h"

#include <errno.h>
#include <linux/openat2.h>
#include <string.h>

#include "fdio.h"
#include "sys.h"

#define HEAD 256 /* as much of a script as the kernel looks at */

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

/* Is path somewhere else than on the mount of the root directory? What cannot be asked is not. */
static bool crosses_mount(const char *path)
{
	int root = fdio_open(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0);
	bool crosses;
	int fd;

	if (root < 0)
		return false;
	fd = sys.openat2(root, path + strspn(path, "/"), O_PATH | O_CLOEXEC, 0, RESOLVE_NO_XDEV);
	crosses = fd < 0 && errno == EXDEV;
	fdio_close(&fd);
	fdio_close(&root);
	return crosses;
}

bool slowexec_possible(int dirfd, const char *file, dev_t near)
{
	char head[HEAD + 1];
	const char *path;
	struct stat st;
	ssize_t n;
	int fd;

	if (sys.fstatat(dirfd, file, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	if (S_ISLNK(st.st_mode) || st.st_dev != near)
		return true;
	fd = fdio_open(dirfd, file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY, 0);
	n = fd < 0 ? fd : fdio_read_all(fd, head, HEAD);
	fdio_close(&fd);
	if (n < 0)
		return n == -EAGAIN; /* a lease; one that we may not read is exec's to judge */
	path = interpreter(head, (size_t)n);
	return path && crosses_mount(path);
}
