#include "below.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "fdio.h"
#include "sys.h"

#define STEP (O_PATH | O_DIRECTORY | O_NOFOLLOW)

static int step(int dirfd, const char *name, bool make)
{
	int fd = fdio_open(dirfd, name, STEP, 0);

	if (fd != -ENOENT || !make)
		return fd;
	if (sys.mkdirat(dirfd, name, 0755) < 0 && errno != EEXIST)
		return -errno;
	return fdio_open(dirfd, name, STEP, 0);
}

/* Walks the first len bytes of path. */
static int walk(int dirfd, const char *path, size_t len, bool make)
{
	const char *end = path + len;
	int fd = fdio_open(dirfd, ".", O_PATH | O_DIRECTORY, 0);

	while (fd >= 0 && path < end) {
		const char *slash = memchr(path, '/', (size_t)(end - path));
		size_t n = (size_t)((slash ? slash : end) - path);
		char name[256];
		int next;

		if (n >= sizeof(name)) {
			fdio_close(&fd);
			return -ENAMETOOLONG;
		}
		memcpy(name, path, n);
		name[n] = '\0';
		next = step(fd, name, make);
		fdio_close(&fd);
		fd = next;
		path += slash ? n + 1 : n;
	}
	return fd;
}

int below_open(int dirfd, const char *path, bool make)
{
	return walk(dirfd, path, strlen(path), make);
}

int below_open_parent(int dirfd, const char *path, bool make, const char **ret_leaf)
{
	const char *slash = strrchr(path, '/');

	*ret_leaf = slash ? slash + 1 : path;
	return walk(dirfd, path, slash ? (size_t)(slash - path) : 0, make);
}
