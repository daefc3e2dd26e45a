/* Liveness and the control FIFO of a service or scan directory, seen from outside. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fdio.h"
#include "slot.h"

int slot_open(const char *dir)
{
	return fdio_open(AT_FDCWD, dir, O_PATH | O_DIRECTORY, 0);
}

static int join(char out[PATH_MAX], const char *dir, const char *rest)
{
	int n = snprintf(out, PATH_MAX, "%s/%s", dir, rest);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

/* Compat: alive means that somebody else has a write lock on it (s6-servicedir, supervise/lock). */
int slot_lock_held(int fd)
{
	struct flock fl = { .l_type = F_RDLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_GETLK, &fl) < 0 ? -errno : fl.l_type != F_UNLCK;
}

/* Is the lock at dir/file held? -errno, -ENOENT too, if it cannot be opened. */
static int look_at_lock(const char *dir, const char *file)
{
	char path[PATH_MAX];
	int fd, r;

	r = join(path, dir, file);
	if (r < 0)
		return r;
	fd = fdio_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		return fd;
	r = slot_lock_held(fd);
	fdio_close(&fd);
	return r;
}

int slot_is_supervised(const char *dir)
{
	int r = look_at_lock(dir, "supervise/lock");

	return r == -ENOENT ? 0 : r;
}

int slot_is_scanned(const char *scandir)
{
	return look_at_lock(scandir, ".s6-svscan/lock");
}

static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Tells apart the reasons for which there is no DIR/SUB/control. */
static enum slot_sent why_missing(const char *dir, const char *sub, int *err)
{
	char path[PATH_MAX];
	struct stat st;

	*err = join(path, dir, sub);
	if (*err < 0)
		return SLOT_ERROR;
	if (lstat(path, &st) == 0) {
		*err = -ENOENT;
		return SLOT_ODD;
	}
	if (is_dir(dir))
		return SLOT_DEAF;
	*err = -ENOENT;
	return SLOT_ERROR;
}

static enum slot_sent write_bytes(int fd, const char *bytes, size_t len, int *err)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode)) {
		*err = -EINVAL;
		return SLOT_ODD;
	}
	if (len == 0)
		return SLOT_OK;
	/* Fewer than PIPE_BUF bytes: all of them or none. The descriptor stays non-blocking, so that a
	 * supervisor that is stuck costs its clients an error and not their lives. */
	do
		n = write(fd, bytes, len);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return SLOT_OK;
	*err = -errno;
	return *err == -EPIPE ? SLOT_DEAF : SLOT_ERROR;
}

enum slot_sent slot_send(const char *dir, const char *sub, const char *bytes, size_t len, int *err)
{
	enum slot_sent sent;
	char rest[64], path[PATH_MAX];
	int fd;

	(void)snprintf(rest, sizeof(rest), "%s/control", sub);
	*err = join(path, dir, rest);
	if (*err < 0)
		return SLOT_ERROR;
	fd = fdio_open(AT_FDCWD, path, O_WRONLY | O_NONBLOCK, 0);
	if (fd == -ENXIO)
		return SLOT_DEAF;
	if (fd == -ENOENT)
		return why_missing(dir, sub, err);
	if (fd < 0) {
		*err = fd;
		return fd == -EISDIR || (fd == -ENOTDIR && is_dir(dir)) ? SLOT_ODD : SLOT_ERROR;
	}
	sent = write_bytes(fd, bytes, len, err);
	fdio_close(&fd);
	return sent;
}
