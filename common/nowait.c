/* The kernel's own way where it has one for that kind of descriptor, else a description of our own beside the shared one. */
#include "nowait.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "fdio.h"
#include "sys.h"

static bool takes(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, 0) > 0 && (p.revents & POLLOUT);
}

static ssize_t result(ssize_t n)
{
	return n < 0 ? -errno : n;
}

/* A pipe or a terminal may be opened once more; where that is not allowed, being asked before is all that is left. */
static ssize_t write_beside(int fd, const void *buf, size_t len)
{
	char path[32];
	ssize_t n;
	int own;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	own = fdio_open(AT_FDCWD, path, O_WRONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (own < 0)
		return takes(fd) ? result(sys.write(fd, buf, len)) : -EAGAIN;
	n = result(sys.write(own, buf, len));
	fdio_close(&own);
	return n;
}

static ssize_t write_otherwise(int fd, const void *buf, size_t len)
{
	struct stat st;

	if (sys.fstat(fd, &st) < 0)
		return -errno;
	if (S_ISSOCK(st.st_mode))
		return result(send(fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL));
	if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode))
		return write_beside(fd, buf, len);
	return result(sys.write(fd, buf, len));
}

ssize_t nowait_write(int fd, const void *buf, size_t len)
{
	struct iovec iov = { (void *)(uintptr_t)buf, len };
	ssize_t n = result(pwritev2(fd, &iov, 1, -1, RWF_NOWAIT));
	bool unable = n == -EOPNOTSUPP || n == -ENOSYS || n == -EINVAL;

	/* Some say so of a file too, or while others write. */
	if (n == -EINTR || (n == -EAGAIN && takes(fd)))
		unable = true;
	return unable ? write_otherwise(fd, buf, len) : n;
}
