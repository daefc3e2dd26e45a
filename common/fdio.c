/*
 * Opening, reading, writing, replacing and removing files. Owns the retry after EINTR and the rule
 * that nothing planted under a name we use is ever followed; knows no format and prints nothing.
 */
#include "fdio.h"

#include "sys.h"

#include <dirent.h>
#include <errno.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Levels that fdio_remove_tree keeps open at once; what is deeper is moved up first. */
#define DEPTH_MAX 32

/* One removal: the directory at its top, and the first thing that went wrong. */
struct removal {
	int topfd;
	dev_t dev;
	unsigned int moved; /* numbers the names of moved directories */
	int err;
};

int fdio_open(int dirfd, const char *path, int flags, mode_t mode)
{
	int fd;

	do
		fd = sys.openat(dirfd, path, flags | O_CLOEXEC, mode);
	while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : fd;
}

void fdio_close(int *fd)
{
	/* No retry: Linux has let the descriptor go when close says EINTR. */
	if (*fd >= 0)
		(void)sys.close(*fd);
	*fd = -1;
}

ssize_t fdio_read_all(int fd, void *buf, size_t cap)
{
	size_t len = 0;

	while (len < cap) {
		ssize_t n = sys.read(fd, (char *)buf + len, cap - len);

		if (n == 0)
			break;
		if (n > 0)
			len += (size_t)n;
		else if (errno != EINTR)
			return -errno;
	}
	return (ssize_t)len;
}

int fdio_write_all(int fd, const void *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = sys.write(fd, (const char *)buf + done, len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n == 0)
			return -EIO;
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}

/* 0 for a regular file, else why it is not one. */
static int check_regular(int fd)
{
	struct stat st;

	if (sys.fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	return S_ISREG(st.st_mode) ? 0 : -EINVAL;
}

ssize_t fdio_read_file(int dirfd, const char *path, void *buf, size_t cap)
{
	ssize_t r;
	int fd = fdio_open(dirfd, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY, 0);

	if (fd < 0)
		return fd;
	r = check_regular(fd);
	if (r == 0)
		r = fdio_read_all(fd, buf, cap);
	fdio_close(&fd);
	return r;
}

/* Makes a directory's entries last: what fsync of the file alone does not promise. */
static int sync_dir(int dirfd)
{
	int r = 0;
	int fd = fdio_open(dirfd, ".", O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0)
		return fd;
	if (sys.fsync(fd) < 0)
		r = -errno;
	fdio_close(&fd);
	return r;
}

int fdio_create_new(int dirfd, const char *name, mode_t mode)
{
	int fd = fdio_open(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);

	/* A left-over of a writer that died: rare, so it is looked for only when it is in the way. */
	if (fd == -EEXIST) {
		if (sys.unlinkat(dirfd, name, 0) < 0 && errno != ENOENT)
			return -errno;
		fd = fdio_open(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
	}
	return fd;
}

/* Creates tmp and fills it. A close may fail: that is where NFS reports a full disk. */
static int write_new(int dirfd, const char *tmp, const void *buf, size_t len,
	mode_t mode, bool sync)
{
	int r;
	int fd = fdio_create_new(dirfd, tmp, mode);

	if (fd < 0)
		return fd;
	r = fdio_write_all(fd, buf, len);
	if (r == 0 && sync && sys.fsync(fd) < 0)
		r = -errno;
	if (sys.close(fd) < 0 && errno != EINTR && r == 0)
		r = -errno;
	if (r < 0)
		(void)sys.unlinkat(dirfd, tmp, 0);
	return r;
}

int fdio_replace(int dirfd, const char *name, const char *tmp, const void *buf, size_t len,
	mode_t mode, bool sync)
{
	int r = write_new(dirfd, tmp, buf, len, mode, sync);

	if (r < 0)
		return r;
	if (sys.renameat(dirfd, tmp, dirfd, name) < 0) {
		r = -errno;
		(void)sys.unlinkat(dirfd, tmp, 0);
		return r;
	}
	return sync ? sync_dir(dirfd) : 0;
}

/* Opens a directory without leaving the mount or following a link; -EXDEV on another mount. */
static int open_below(const struct removal *rm, int dirfd, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	struct stat st;
	int fd = sys.openat2(dirfd, name, flags, 0, RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS);

	/* Old kernels lack the call, and some seccomp filters answer it with EPERM. */
	if (fd < 0 && errno != ENOSYS && errno != EPERM && errno != EINTR && errno != EAGAIN)
		return -errno;
	if (fd < 0)
		fd = fdio_open(dirfd, name, flags, 0);
	if (fd < 0)
		return fd;
	if (sys.fstat(fd, &st) < 0 || st.st_dev != rm->dev) {
		fdio_close(&fd);
		return -EXDEV;
	}
	return fd;
}

static void note(struct removal *rm, int err)
{
	if (rm->err == 0 && err != -ENOENT)
		rm->err = err;
}

/* Moves a directory that lies too deep to the top, where a later pass meets it. */
static int move_up(struct removal *rm, int dirfd, const char *name)
{
	char to[32];

	do {
		(void)snprintf(to, sizeof(to), ".deep-%u", rm->moved++);
		if (sys.renameat(dirfd, name, rm->topfd, to) == 0)
			return 0;
	} while (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR);
	return -errno;
}

static int remove_below(struct removal *rm, int fd, unsigned int depth);

/* Empties a directory that open_below opened; the top one stays open until all is done. */
static void empty_dir(struct removal *rm, int fd, unsigned int depth)
{
	int r = 0;

	if (depth == 0)
		rm->topfd = fd;
	if (depth < DEPTH_MAX)
		r = remove_below(rm, fd, depth + 1);
	if (r < 0)
		note(rm, r);
	if (depth > 0)
		fdio_close(&fd);
}

/* Removes the directory behind a name; err is what unlinking it as a file said. */
static int remove_dir(struct removal *rm, int dirfd, const char *name, unsigned int depth, int err)
{
	int r;
	int fd = open_below(rm, dirfd, name);

	/* Then EPERM was not about its being a directory. */
	if (fd == -ENOTDIR || fd == -ELOOP)
		return err;
	if (fd >= 0)
		empty_dir(rm, fd, depth);
	/* What cannot be entered may still be empty. */
	if (sys.unlinkat(dirfd, name, AT_REMOVEDIR) == 0)
		return 0;
	r = -errno;
	if (fd < 0)
		return fd;
	if (depth >= DEPTH_MAX && (r == -ENOTEMPTY || r == -EEXIST))
		return move_up(rm, dirfd, name);
	return r;
}

/* Removes one entry; a directory with what is in it. True if there is one entry less now. */
static bool remove_entry(struct removal *rm, int dirfd, const char *name, unsigned int depth)
{
	int r = 0;

	if (sys.unlinkat(dirfd, name, 0) < 0)
		r = -errno;
	/* Who may not remove this name may still empty the directory behind it. */
	if (r == -EISDIR || r == -EPERM || r == -EACCES)
		r = remove_dir(rm, dirfd, name, depth, r);
	if (r < 0)
		note(rm, r);
	return r == 0;
}

/* One pass over a directory. Returns how many entries went away, or -errno. */
static int remove_pass(struct removal *rm, int fd, unsigned int depth)
{
	_Alignas(struct dirent64) char buf[2048];
	ssize_t len, at;
	int gone = 0;

	while ((len = sys.getdents(fd, buf, sizeof(buf))) > 0) {
		for (at = 0; at < len;) {
			const struct dirent64 *d = (const void *)(buf + at);

			at += d->d_reclen;
			if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
				continue;
			gone += remove_entry(rm, fd, d->d_name, depth);
		}
	}
	return len < 0 ? -errno : gone;
}

/*
 * Empties a directory. Some file systems skip entries when others are removed while they are read,
 * and moved directories appear at the top, so passes are made until one removes nothing.
 */
static int remove_below(struct removal *rm, int fd, unsigned int depth)
{
	int n;

	do {
		n = remove_pass(rm, fd, depth);
		if (n > 0 && lseek(fd, 0, SEEK_SET) < 0)
			n = -errno;
	} while (n > 0);
	return n;
}

int fdio_remove_tree(int dirfd, const char *name)
{
	struct removal rm = { -1, 0, 0, 0 };
	struct stat st;

	if (sys.fstatat(dirfd, ".", &st, 0) < 0)
		return -errno;
	rm.dev = st.st_dev;
	(void)remove_entry(&rm, dirfd, name, 0);
	fdio_close(&rm.topfd);
	return rm.err;
}
