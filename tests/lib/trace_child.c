#include "trace_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int sock = -1;

static void on_signal(int sig)
{
	unsigned char report = (unsigned char)sig;
	int saved = errno;

	(void)!send(sock, &report, 1, MSG_NOSIGNAL);
	errno = saved;
}

static void report_signals(void)
{
	static const int all[] = { SIGALRM, SIGABRT, SIGQUIT, SIGHUP, SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGWINCH,
		SIGCONT };
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		sigaction(all[i], &sa, NULL);
}

/* What a program inherits, in words: descriptors, session, signals, mode mask. */
static size_t describe(char *buf, size_t cap)
{
	struct sigaction sa;
	sigset_t mask;
	mode_t um = umask(0);
	int n;

	umask(um);
	n = snprintf(buf, cap, "fds=");
	for (int fd = 0; fd < 64; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			n += snprintf(buf + n, cap - (size_t)n, "%d,", fd);
	n += snprintf(buf + n, cap - (size_t)n, " leader=%d%d umask=%o signals=", getsid(0) == getpid(),
		getpgrp() == getpid(), (unsigned int)um);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	for (int sig = 1; sig < 65; sig++) {
		if (sigismember(&mask, sig) == 1)
			n += snprintf(buf + n, cap - (size_t)n, "blocked:%d,", sig);
		if (sigaction(sig, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN)
			n += snprintf(buf + n, cap - (size_t)n, "ignored:%d,", sig);
	}
	return (size_t)n;
}

static void connect_to_driver(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	const char *path = getenv("TRACE_SOCK");

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path ? path : "");
	sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (sock < 0 || connect(sock, (struct sockaddr *)&sun, sizeof(sun)) < 0)
		_exit(99);
}

/* Where a standard descriptor leads: the inode of a pipe, 0 for /dev/null, 1 for anything else. */
static unsigned long leads_to(int fd)
{
	struct stat st, null;

	if (fstat(fd, &st) < 0)
		return 1;
	if (S_ISFIFO(st.st_mode))
		return (unsigned long)st.st_ino;
	return S_ISCHR(st.st_mode) && stat("/dev/null", &null) == 0 && st.st_rdev == null.st_rdev ? 0 : 1;
}

/* "r NAME INODE PID IN OUT WORDS" or "f NAME INODE PID IN OUT CODE,SIGNAL WORDS". */
static void say_hello(bool finish, int argc, char **argv, const char *words)
{
	char buf[512], args[64] = "";
	struct stat st = { .st_ino = 0 };
	int n;

	if (finish && argc > 3)
		snprintf(args, sizeof(args), "%s,%s ", argv[1], argv[2]);
	stat(".", &st);
	n = snprintf(buf, sizeof(buf), "%c %s %lu %d %lu %lu %s%s", finish ? 'f' : 'r', argv[finish ? 3 : 1],
		(unsigned long)st.st_ino, (int)getpid(), leads_to(0), leads_to(1), args, words);
	if (send(sock, buf, (size_t)n, MSG_NOSIGNAL) != n)
		_exit(99);
}

static void die_of(int sig)
{
	signal(sig, SIG_DFL);
	raise(sig);
}

static void obey(const unsigned char *order)
{
	if (order[0] == ORDER_READY || order[0] == ORDER_READY_EXIT)
		(void)!write(TRACE_NOTIFY_FD, "abc\nx", 5);
	if (order[0] == ORDER_EXIT || order[0] == ORDER_READY_EXIT)
		_exit(order[1]);
	if (order[0] == ORDER_SIGNALED)
		die_of(order[1]);
	if (order[0] == ORDER_UNREADY)
		close(TRACE_NOTIFY_FD);
}

/* Without the driver there is nothing to live for. */
_Noreturn void trace_child(int argc, char **argv)
{
	bool finish = strcmp(argv[0] + strlen(argv[0]) - 3, "run") != 0;
	unsigned char order[2];
	char words[300];
	ssize_t n;

	if (argc < (finish ? 4 : 2))
		_exit(98);
	while (finish && access(TRACE_HANG, F_OK) == 0)
		pause();
	describe(words, sizeof(words));
	connect_to_driver();
	report_signals();
	say_hello(finish, argc, argv, words);
	while ((n = recv(sock, order, sizeof(order), 0)) > 0 || (n < 0 && errno == EINTR))
		if (n == sizeof(order))
			obey(order);
	_exit(0);
}
