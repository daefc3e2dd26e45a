/*
 * s6-notify-fd-from-socket and s6-notify-socket-from-fd: let a program that says by a datagram to $NOTIFY_SOCKET that it is ready
 * run under s6, and one that writes a newline to a descriptor run where that socket is expected.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "applet.h"
#include "beside.h"
#include "chain.h"
#include "fdio.h"
#include "listen.h"
#include "msg.h"
#include "notify_text.h"

#define VAR "NOTIFY_SOCKET"
#define SUN_PATH sizeof(((struct sockaddr_un *)0)->sun_path)

enum { HELPER_READY, HELPER_FAILED, HELPER_DIED, HELPER_TIMEOUT };

struct notify_options {
	bool orphan, keep, has_fd;
	int fd;
	unsigned int ms;
};

static const struct option_name long_names[] = {
	{ "doublefork", 'f' }, { "keep", 'k' }, { "notification-fd", 'd' }, { "timeout", 't' }, { NULL, 0 },
};

static void parse(int argc, char **argv, const char *spec, struct notify_options *opt)
{
	int c;

	while ((c = applet_option_long(argc, argv, spec, long_names)) != -1) {
		if (c == 'd') {
			opt->has_fd = true;
			opt->fd = (int)applet_uint_long(optarg, INT_MAX, "notification fd");
		} else if (c == 't') {
			opt->ms = applet_uint_long(optarg, INT_MAX, "timeout");
		} else if (c == 'f') {
			opt->orphan = true;
		} else {
			opt->keep = true;
		}
	}
}

/* A socket with a name that the kernel chooses: no directory has to be writable, and nothing is left behind. */
static int open_socket(char name[SUN_PATH + 1])
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(sa);
	int on = 1, fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ||
		bind(fd, (struct sockaddr *)&sa, offsetof(struct sockaddr_un, sun_path)) < 0 ||
		getsockname(fd, (struct sockaddr *)&sa, &len) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to make a notification socket");
	len -= (socklen_t)offsetof(struct sockaddr_un, sun_path);
	memcpy(name, sa.sun_path, len);
	name[0] = '@';
	name[len] = '\0';
	return fd;
}

/* Root, we ourselves, and whoever the program has become: everybody can find the socket. */
static bool may_notify(uid_t uid, pid_t program)
{
	char path[32];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%d", (int)program);
	return uid == 0 || uid == geteuid() || (stat(path, &st) == 0 && st.st_uid == uid);
}

/* Closes what came along and finds out who has sent it. */
static bool take_ancillary(struct msghdr *msg, uid_t *uid)
{
	bool known = false;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS) {
			struct ucred cred;

			memcpy(&cred, CMSG_DATA(c), sizeof(cred));
			*uid = cred.uid;
			known = true;
		}
		/* Whoever waits for a barrier waits until the descriptor he sent is closed. */
		for (size_t i = 0; c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
			CMSG_LEN((i + 1) * sizeof(int)) <= c->cmsg_len; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
			(void)close(fd);
		}
	}
	return known;
}

/* Reads what is there. True once somebody who may say it has said that the program is ready. */
static bool take_datagrams(int fd, pid_t program)
{
	union {
		char buf[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(16 * sizeof(int))];
		struct cmsghdr align;
	} control;
	char text[4096];
	struct iovec iov = { text, sizeof(text) };
	uid_t uid = (uid_t)-1;
	ssize_t n;

	for (;;) {
		struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf,
			.msg_controllen = sizeof(control.buf) };

		n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (take_ancillary(&msg, &uid) && may_notify(uid, program) && notify_text_is_ready(text, (size_t)n))
			return true;
	}
}

/* In the helper. watch is readable once the program has ended; -1 where the kernel cannot tell. */
__attribute__((noreturn)) static void pass_on(int sock, int watch, pid_t program, const struct notify_options *opt)
{
	struct pollfd fds[2] = { { .fd = sock, .events = POLLIN }, { .fd = watch, .events = POLLIN } };
	int64_t deadline = listen_deadline(opt->ms);
	int r;

	beside_ready();
	for (;;) {
		r = listen_wait(fds, 2, deadline);
		if (r == -ETIMEDOUT)
			exit(HELPER_TIMEOUT);
		if (r < 0)
			msg_die(EXIT_SYSTEM, r, "unable to poll");
		if (take_datagrams(sock, program))
			exit(fdio_write_all(opt->fd, "\n", 1) < 0 ? EXIT_SYSTEM : HELPER_READY);
		if (fds[1].revents)
			exit(HELPER_DIED);
	}
}

int notify_fd_from_socket_main(int argc, char **argv)
{
	struct notify_options opt = { .fd = 0 };
	char name[SUN_PATH + 1];
	pid_t program = getpid();
	int sock, watch;
	char **prog;

	parse(argc, argv, "d:ft:", &opt);
	(void)applet_operands(argc, argv, &prog);
	opt.fd = beside_notification_fd(opt.has_fd ? opt.fd : -1);
	sock = open_socket(name);
	watch = (int)syscall(SYS_pidfd_open, program, 0);
	if (beside_fork(opt.orphan))
		pass_on(sock, watch, program, &opt);
	if (setenv(VAR, name, 1) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to set " VAR);
	/* Neither is for the program. */
	fdio_close(&sock);
	fdio_close(&watch);
	chain_exec(prog);
}

/* "/PATH" or "@NAME" as an address. Its length, or 0. */
static socklen_t address_of(const char *name, struct sockaddr_un *sa)
{
	size_t len = strlen(name);

	memset(sa, 0, sizeof(*sa));
	sa->sun_family = AF_UNIX;
	if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= SUN_PATH)
		return 0;
	memcpy(sa->sun_path, name, len);
	if (name[0] == '@')
		sa->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] == '/'));
}

/* Reads until a newline. False at the end: the program has closed it, or ended. */
static bool await_newline(int fd, unsigned int ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int64_t deadline = listen_deadline(ms);
	char buf[256];
	ssize_t n;
	int r;

	for (;;) {
		r = listen_wait(&poll_fd, 1, deadline);
		if (r == -ETIMEDOUT)
			exit(HELPER_TIMEOUT);
		if (r < 0)
			msg_die(EXIT_SYSTEM, r, "unable to poll");
		n = poll_fd.revents ? read(fd, buf, sizeof(buf)) : -1;
		if (n == 0)
			return false;
		if (n > 0 && memchr(buf, '\n', (size_t)n))
			return true;
	}
}

__attribute__((noreturn)) static void announce(int fd, const struct sockaddr_un *sa, socklen_t len,
	const struct notify_options *opt)
{
	static const char ready[] = "READY=1\n";
	int sock;

	beside_ready();
	if (!await_newline(fd, opt->ms))
		exit(HELPER_DIED);
	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0 || sendto(sock, ready, sizeof(ready) - 1, MSG_NOSIGNAL, (const struct sockaddr *)sa, len) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to send to " VAR);
	exit(HELPER_READY);
}

int notify_socket_from_fd_main(int argc, char **argv)
{
	struct notify_options opt = { .fd = 1 };
	struct sockaddr_un sa;
	const char *name;
	socklen_t len;
	char **prog;
	int p[2];

	parse(argc, argv, "d:ft:k", &opt);
	(void)applet_operands(argc, argv, &prog);
	name = getenv(VAR);
	/* Nobody wants to know. */
	if (!name || !*name)
		chain_exec(prog);
	len = address_of(name, &sa);
	if (!len)
		msg_die(EXIT_USAGE, 0, "invalid $" VAR);
	if (pipe2(p, O_CLOEXEC) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to pipe");
	if (beside_fork(opt.orphan)) {
		fdio_close(&p[1]);
		announce(p[0], &sa, len, &opt);
	}
	if (p[1] == opt.fd ? fcntl(p[1], F_SETFD, 0) < 0 : dup2(p[1], opt.fd) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to move a pipe to descriptor %d", opt.fd);
	if (!opt.keep)
		(void)unsetenv(VAR);
	chain_exec(prog);
}
