/* Owns the subscriptions of this process, and what signals do to it while it has any. */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "listen.h"
#include "msg.h"

struct node {
	struct fifodir_sub sub;
	struct node *next;
};

/* What is to be unlinked at exit. */
static struct node *held;
static volatile sig_atomic_t killed_by;
static sigset_t before;
static const int deadly[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

static void on_signal(int sig)
{
	killed_by = sig;
}

static void clean_up(void)
{
	for (struct node *node = held; node; node = node->next)
		fifodir_unsubscribe(&node->sub);
	held = NULL;
}

/* From here on, deadly signals wait until ppoll lets them in. */
static void hold_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal }, old;
	static bool done;
	sigset_t set;

	if (done)
		return;
	done = true;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
		/* What was ignored when we came stays ignored. */
		if (sigaction(deadly[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN)
			continue;
		sigaddset(&set, deadly[i]);
		(void)sigaction(deadly[i], &sa, NULL);
	}
	(void)sigprocmask(SIG_BLOCK, &set, &before);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)atexit(clean_up);
}

static void die_of(int sig)
{
	sigset_t set;

	clean_up();
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
	sigemptyset(&set);
	sigaddset(&set, sig);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int listen_to(int dirfd, const char *name, struct fifodir_sub **ret)
{
	static const struct fifodir_sub none = FIFODIR_SUB_INIT;
	struct node *node = malloc(sizeof(*node));
	int r;

	if (!node)
		return -ENOMEM;
	hold_signals();
	node->sub = none;
	r = fifodir_subscribe(dirfd, name, &node->sub);
	if (r < 0) {
		free(node);
		return r;
	}
	node->next = held;
	held = node;
	*ret = &node->sub;
	return 0;
}

void listen_end(struct fifodir_sub *sub)
{
	/* The node stays: what it holds is closed, and closing it again does nothing. */
	fifodir_unsubscribe(sub);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t listen_deadline(unsigned int ms)
{
	return ms ? now_ms() + ms : 0;
}

static int remaining(int64_t deadline, struct timespec *ts)
{
	int64_t left = deadline - now_ms();

	if (left <= 0)
		return -ETIMEDOUT;
	ts->tv_sec = left / 1000;
	ts->tv_nsec = (left % 1000) * 1000000;
	return 0;
}

int listen_wait(struct pollfd *fds, unsigned int n, int64_t deadline)
{
	struct timespec ts;
	sigset_t mask;
	int r;

	if (deadline && remaining(deadline, &ts) < 0)
		return -ETIMEDOUT;
	(void)sigprocmask(SIG_SETMASK, NULL, &mask);
	sigdelset(&mask, SIGCHLD);
	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++)
		sigdelset(&mask, deadly[i]);
	r = ppoll(fds, n, deadline ? &ts : NULL, &mask);
	if (r < 0 && errno != EINTR)
		return -errno;
	/* What poll has left in there after a signal says nothing. */
	for (unsigned int i = 0; r < 0 && i < n; i++)
		fds[i].revents = 0;
	if (killed_by)
		die_of(killed_by);
	return 0;
}

int listen_start(char *const *argv, pid_t *pid)
{
	posix_spawnattr_t attr;
	sigset_t dfl;
	int r;

	sigemptyset(&dfl);
	sigaddset(&dfl, SIGPIPE);
	(void)posix_spawnattr_init(&attr);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	(void)posix_spawnattr_setsigmask(&attr, &before);
	(void)posix_spawnattr_setsigdefault(&attr, &dfl);
	r = posix_spawnp(pid, argv[0], NULL, &attr, argv, environ);
	(void)posix_spawnattr_destroy(&attr);
	return -r;
}

void listen_spawn(char *const *argv)
{
	pid_t pid;
	int r = listen_start(argv, &pid);

	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to spawn %s", argv[0]);
}
