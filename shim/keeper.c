/* Standing in for another process. See keeper.h. */
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fdio.h"
#include "msg.h"

/* A fault in this process must end it, and what a terminal sends to background jobs is for nobody. */
static const int left_alone[] = {
	SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT, SIGTRAP, SIGSYS, SIGTTIN, SIGTTOU,
};
#define NLEFT (sizeof(left_alone) / sizeof(left_alone[0]))

int64_t keeper_deadline(unsigned int ms)
{
	return ms ? clock_ms() + ms : 0;
}

void keeper_init(struct keeper *k, void (*on_exit)(void *ctx, pid_t pid, int wstat), void *ctx)
{
	sigset_t set;

	*k = (struct keeper){ .on_exit = on_exit, .ctx = ctx };
	sigfillset(&set);
	for (size_t i = 0; i < NLEFT; i++)
		(void)sigdelset(&set, left_alone[i]);
	/* Ignored, its children's ends would be lost. */
	(void)signal(SIGCHLD, SIG_DFL);
	if (sigprocmask(SIG_SETMASK, &set, &k->old) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to block signals");
	k->sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (k->sigfd < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to make a signalfd");
}

static void become(struct keeper *k, char *const *argv, void (*prepare)(void), int report)
{
	int err;

	if (prepare)
		prepare();
	(void)sigprocmask(SIG_SETMASK, &k->old, NULL);
	execvp(argv[0], argv);
	err = errno;
	(void)fdio_write_all(report, &err, sizeof(err));
	_exit(EXIT_SYSTEM);
}

pid_t keeper_start(struct keeper *k, char *const *argv, void (*prepare)(void))
{
	int fd[2], err = 0;
	pid_t pid;

	/* Closed by the exec: then there is nothing to read from it. */
	if (pipe2(fd, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		become(k, argv, prepare, fd[1]);
	if (pid < 0)
		err = errno;
	fdio_close(&fd[1]);
	if (pid > 0 && fdio_read_all(fd[0], &err, sizeof(err)) != (ssize_t)sizeof(err))
		err = 0;
	fdio_close(&fd[0]);
	if (pid > 0 && err)
		(void)waitpid(pid, NULL, 0);
	return err ? -err : pid;
}

void keeper_child_ended(void *ctx, pid_t pid, int wstat)
{
	struct keeper_child *child = ctx;

	if (pid != child->pid)
		return;
	child->ended = true;
	child->wstat = wstat;
}

static void collect(struct keeper *k)
{
	int wstat;
	pid_t pid;

	while ((pid = waitpid(-1, &wstat, WNOHANG)) > 0)
		k->on_exit(k->ctx, pid, wstat);
}

static void read_signals(struct keeper *k)
{
	struct signalfd_siginfo info;

	while (read(k->sigfd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		if (info.ssi_signo != SIGCHLD && k->target > 0)
			(void)kill(k->group ? -k->target : k->target, (int)info.ssi_signo);
	/* Signals merge: one may stand for many. */
	collect(k);
}

int keeper_turn(struct keeper *k, int fd, int64_t deadline)
{
	struct pollfd fds[2] = { { .fd = k->sigfd, .events = POLLIN }, { .fd = fd, .events = POLLIN } };
	int64_t left = deadline ? deadline - clock_ms() : -1;
	int n;

	if (deadline && left < 0)
		left = 0;
	n = poll(fds, 2, left > INT_MAX ? INT_MAX : (int)left);
	if (n < 0 && errno != EINTR)
		msg_die(EXIT_SYSTEM, errno, "unable to poll");
	if (n > 0 && fds[0].revents)
		read_signals(k);
	return n == 0 ? -ETIMEDOUT : 0;
}

int keeper_code(int wstat)
{
	return WIFSIGNALED(wstat) ? 128 + WTERMSIG(wstat) : WEXITSTATUS(wstat);
}
