/* Frames and the client's end of the control socket. Knows no verb: docs/protocol.md lists them. */
#include "proto.h"

#include "fdio.h"
#include "sys.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

/* How long connecting and sending may wait for a supervisor that does not take anything. */
#define SEND_TIMEOUT_S 5

int proto_encode(char *buf, size_t cap, const char *const *fields, unsigned int n)
{
	size_t at = 0;
	unsigned int i;

	if (n == 0 || n > PROTO_FIELDS)
		return -EINVAL;
	if (cap > PROTO_FRAME)
		cap = PROTO_FRAME;
	for (i = 0; i < n; i++) {
		size_t len = strlen(fields[i]) + 1;

		if (len > cap - at)
			return -EMSGSIZE;
		memcpy(buf + at, fields[i], len);
		at += len;
	}
	return (int)at;
}

int proto_decode(const char *buf, size_t len, struct proto_frame *ret)
{
	size_t at = 0;

	ret->n = 0;
	if (len == 0 || len > PROTO_FRAME || buf[len - 1] != '\0')
		return -EBADMSG;
	while (at < len) {
		if (ret->n == PROTO_FIELDS)
			return -EBADMSG;
		ret->field[ret->n++] = buf + at;
		at += strlen(buf + at) + 1;
	}
	return 0;
}

/* Is path a socket that root or owner made? Links are not followed. */
static int check_path(const char *path, uid_t owner)
{
	struct stat st;

	if (sys.fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!S_ISSOCK(st.st_mode))
		return -ENOTSOCK;
	return st.st_uid == 0 || st.st_uid == owner ? 0 : -EPERM;
}

/* The same question to the process that listens: the name may have changed hands meanwhile. */
static int check_peer(int fd, uid_t owner)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return -errno;
	return cred.uid == 0 || cred.uid == owner ? 0 : -EPERM;
}

static int connect_to(int fd, const struct sockaddr_un *sa)
{
	int r;

	do
		r = connect(fd, (const struct sockaddr *)sa, sizeof(*sa));
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return 0;
	return errno == EAGAIN ? -ETIMEDOUT : -errno;
}

/* A path that sun_path cannot hold is reached through a descriptor of its directory. */
static int connect_long(int fd, const char *path, struct sockaddr_un *sa)
{
	char dir[4096];
	const char *name = strrchr(path, '/');
	int r, dirfd;

	if (!name || (size_t)(name - path) >= sizeof(dir))
		return -ENAMETOOLONG;
	(void)snprintf(dir, sizeof(dir), "%.*s", (int)(name - path), path);
	dirfd = fdio_open(AT_FDCWD, dir, O_PATH | O_DIRECTORY, 0);
	if (dirfd < 0)
		return dirfd;
	r = snprintf(sa->sun_path, sizeof(sa->sun_path), "/proc/self/fd/%d%s", dirfd, name);
	r = r < (int)sizeof(sa->sun_path) ? connect_to(fd, sa) : -ENAMETOOLONG;
	fdio_close(&dirfd);
	return r;
}

static int connect_path(int fd, const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	size_t len = strlen(path);

	if (len >= sizeof(sa.sun_path))
		return connect_long(fd, path, &sa);
	memcpy(sa.sun_path, path, len);
	return connect_to(fd, &sa);
}

int proto_connect(const char *path, uid_t owner)
{
	const struct timeval patience = { .tv_sec = SEND_TIMEOUT_S };
	int fd;
	int r = check_path(path, owner);

	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* Without it, connect waits for ever where the backlog of a stopped supervisor is full. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
		r = -errno;
	if (r == 0)
		r = connect_path(fd, path);
	if (r == 0)
		r = check_peer(fd, owner);
	if (r == 0)
		return fd;
	fdio_close(&fd);
	return r;
}

int proto_send(int fd, const char *const *fields, unsigned int n)
{
	char buf[PROTO_FRAME];
	ssize_t sent;
	int len = proto_encode(buf, sizeof(buf), fields, n);

	if (len < 0)
		return len;
	do
		sent = send(fd, buf, (size_t)len, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return 0;
}

static long long now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits until there is something to read. A signal does not make it longer. */
static int await_input(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	const long long end = now_ms() + timeout_ms;
	int left = timeout_ms;
	int r;

	while ((r = poll(&p, 1, left)) < 0) {
		if (errno != EINTR)
			return -errno;
		if (timeout_ms >= 0)
			left = end > now_ms() ? (int)(end - now_ms()) : 0;
	}
	return r > 0 ? 0 : -ETIMEDOUT;
}

int proto_receive(int fd, char *buf, struct proto_frame *ret, int timeout_ms)
{
	ssize_t n;
	int r = await_input(fd, timeout_ms);

	if (r < 0)
		return r;
	/* MSG_TRUNC gives the real length: a frame that is too long is not taken as whole. */
	do
		n = recv(fd, buf, PROTO_FRAME, MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	if (n == 0)
		return -EPIPE;
	return proto_decode(buf, (size_t)n, ret);
}
