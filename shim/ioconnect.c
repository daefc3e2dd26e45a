/*
 * s6-ioconnect: copies standard input to one descriptor and another one to standard output, until both have ended.
 * No descriptor is made non-blocking: that would be felt by all who share it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "msg.h"

#define ROOM 65536
#define GULP 4096 /* a pipe that poll calls ready takes as much without blocking */

/* One direction. */
struct flow {
	int from, to; /* -1: ended */
	bool from_socket, to_socket;
	size_t start, len;
	char data[ROOM];
};

static bool is_socket(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to fstat fd %d", fd);
	return S_ISSOCK(st.st_mode);
}

static void flow_init(struct flow *f, int from, int to)
{
	f->from = from;
	f->to = to;
	f->from_socket = is_socket(from);
	f->to_socket = is_socket(to);
}

static void end_output(struct flow *f)
{
	if (f->to_socket)
		(void)shutdown(f->to, SHUT_WR);
	(void)close(f->to);
	f->to = -1;
}

static void end_input(struct flow *f)
{
	if (f->from < 0)
		return;
	if (f->from_socket)
		(void)shutdown(f->from, SHUT_RD);
	(void)close(f->from);
	f->from = -1;
	if (f->len == 0 && f->to >= 0)
		end_output(f);
}

static void fill(struct flow *f)
{
	ssize_t n = read(f->from, f->data, ROOM);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		end_input(f);
		return;
	}
	f->start = 0;
	f->len = (size_t)n;
}

/* Nobody takes it any more: then there is no use in reading either. */
static void give_up(struct flow *f)
{
	f->len = 0;
	end_output(f);
	end_input(f);
}

static void drain(struct flow *f)
{
	size_t len = f->len < GULP ? f->len : GULP;
	ssize_t n = f->to_socket ? send(f->to, f->data + f->start, f->len, MSG_DONTWAIT | MSG_NOSIGNAL) :
		write(f->to, f->data + f->start, len);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0) {
		give_up(f);
		return;
	}
	f->start += (size_t)n;
	f->len -= (size_t)n;
	if (f->len == 0 && f->from < 0)
		end_output(f);
}

static int open_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGTERM, SIG_DFL);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to block signals");
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to make a signalfd");
	return fd;
}

/* False when nothing has happened for the time allowed. */
static bool turn(struct flow flows[2], int sigfd, int ms)
{
	struct pollfd fds[5] = { { .fd = sigfd, .events = POLLIN } };
	struct signalfd_siginfo info;
	int n;

	for (int i = 0; i < 2; i++) {
		fds[1 + 2 * i] = (struct pollfd){ .fd = flows[i].len ? -1 : flows[i].from, .events = POLLIN };
		fds[2 + 2 * i] = (struct pollfd){ .fd = flows[i].to, .events = flows[i].len ? POLLOUT : 0 };
	}
	n = poll(fds, 5, ms);
	if (n < 0 && errno != EINTR)
		msg_die(EXIT_SYSTEM, errno, "unable to poll");
	for (int i = 0; i < 2 && n > 0; i++) {
		if (fds[1 + 2 * i].revents)
			fill(&flows[i]);
		if (flows[i].to < 0 || !fds[2 + 2 * i].revents)
			continue;
		/* Asked for nothing, it says that nobody is there to read. */
		if (flows[i].len)
			drain(&flows[i]);
		else
			give_up(&flows[i]);
	}
	if (n > 0 && fds[0].revents && read(sigfd, &info, sizeof(info)) > 0) {
		end_input(&flows[0]);
		end_input(&flows[1]);
	}
	return n != 0;
}

int ioconnect_main(int argc, char **argv)
{
	static struct flow flows[2];
	unsigned int ms = 0, from = 6, to = 7;
	int c, sigfd;

	while ((c = applet_option(argc, argv, "t:r:w:0167")) != -1) {
		if (c == 't')
			ms = applet_uint(optarg, INT_MAX);
		else if (c == 'r')
			from = applet_uint(optarg, INT_MAX);
		else if (c == 'w')
			to = applet_uint(optarg, INT_MAX);
	}
	flow_init(&flows[0], 0, (int)to);
	flow_init(&flows[1], (int)from, 1);
	sigfd = open_signals();
	while (flows[0].to >= 0 || flows[1].to >= 0)
		if (!turn(flows, sigfd, ms ? (int)ms : -1))
			return 1;
	return 0;
}
