#include "volume.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "fdio.h"
#include "sys.h"

/* A regular file, made if need be; nothing that somebody has planted is waited for or followed. */
static int open_lock(int homefd, const char *name)
{
	int fd = fdio_open(homefd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0644);
	struct stat st;

	if (fd >= 0 && (sys.fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		fdio_close(&fd);
		return -EINVAL;
	}
	return fd;
}

int volume_lock(int homefd, const struct config *c, struct volume_word *ret)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd;

	ret->lock = VOLUME_UNASKED;
	if (!*c->lock_file)
		return -1;
	fd = open_lock(homefd, c->lock_file);
	ret->err = fd < 0 ? fd : 0;
	if (fd >= 0 && sys.lock(fd, F_OFD_SETLK, &fl) < 0)
		ret->err = -errno;
	if (ret->err == 0) {
		ret->lock = VOLUME_HELD;
		return fd;
	}
	ret->lock = ret->err == -EAGAIN || ret->err == -EACCES ? VOLUME_BUSY : VOLUME_NONE;
	/* A file that may not be opened is none that somebody holds. */
	if (fd < 0)
		ret->lock = VOLUME_NONE;
	fdio_close(&fd);
	return -1;
}

int volume_pair(int sock[2])
{
	int r;

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sock) < 0)
		return -errno;
	if (sys.fcntl(sock[0], F_SETFL, O_NONBLOCK) == 0)
		return 0;
	r = -errno;
	fdio_close(&sock[0]);
	fdio_close(&sock[1]);
	return r;
}

union control {
	struct cmsghdr head;
	char buf[CMSG_SPACE(sizeof(int))];
};

static void put_fd(struct msghdr *m, union control *control, int fd)
{
	struct cmsghdr *c;

	memset(control, 0, sizeof(*control));
	m->msg_control = control->buf;
	m->msg_controllen = sizeof(control->buf);
	c = CMSG_FIRSTHDR(m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
}

void volume_tell(int sock, const struct volume_word *w, int fd)
{
	struct volume_word copy = *w;
	struct iovec iov = { &copy, sizeof(copy) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	union control control;

	if (fd >= 0)
		put_fd(&m, &control, fd);
	(void)!sendmsg(sock, &m, MSG_NOSIGNAL);
}

bool volume_hear(int sock, struct volume_word *ret, int *ret_fd)
{
	struct iovec iov = { ret, sizeof(*ret) };
	union control control;
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf,
		.msg_controllen = sizeof(control.buf) };
	ssize_t n = recvmsg(sock, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = n < 0 ? NULL : CMSG_FIRSTHDR(&m);

	*ret_fd = -1;
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(ret_fd, CMSG_DATA(c), sizeof(*ret_fd));
	if (n == (ssize_t)sizeof(*ret) && ret->lock <= VOLUME_NONE)
		return true;
	fdio_close(ret_fd);
	return false;
}
