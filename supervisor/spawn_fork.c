/* The child that is a copy of us: for starts that may take long, and that nobody else waits for. */
#include "spawn_int.h"

#include <errno.h>
#include <limits.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fdio.h"
#include "sys.h"

struct forked {
	struct spawn sp;
	int fd; /* write end of the pipe for the result */
};

/* The lowest of what the child needs from there on; UINT_MAX if there is nothing more. */
static unsigned int next_needed(const struct forked *f, unsigned int from)
{
	const int needed[] = { f->sp.in, f->sp.out, f->sp.err, f->sp.notify_fd, f->sp.lock_fd, f->fd };
	unsigned int next = UINT_MAX;

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		if (needed[i] >= 0 && (unsigned int)needed[i] >= from && (unsigned int)needed[i] < next)
			next = (unsigned int)needed[i];
	return next;
}

/*
 * This child may be held up for long, and with it all that it holds: others' locks would stay locked, and
 * their loggers would not see the end of their pipes.
 */
static void close_others(const struct forked *f)
{
	unsigned int from = (unsigned int)(spawn_passed_on < 0 ? SPAWN_LEAK_MAX : spawn_passed_on) + 1, next;

	for (unsigned int fd = 3; fd < from; fd++)
		if (next_needed(f, fd) != fd && fcntl((int)fd, F_GETFD) > 0)
			close((int)fd);
	do {
		next = next_needed(f, from);
		spawn_close_range(from, next - (next != UINT_MAX));
		from = next + 1;
	} while (next != UINT_MAX);
}

/* Until its exec it obeys signals as the program will that it becomes. */
static int forked_main(void *arg)
{
	struct forked *f = arg;
	int err;

	spawn_child_aside(&f->sp, &f->fd);
	spawn_child_aside(&f->sp, &f->sp.notify_fd);
	f->sp.note_pid = NULL; /* the parent notes it: this child may run when that is long settled */
	err = -spawn_child_enter(&f->sp);
	close_others(f);
	spawn_reset_child(true);
	if (err == 0)
		err = -spawn_child_exec(&f->sp);
	(void)!write(f->fd, &err, sizeof(err));
	_exit(127);
}

void spawn_hold_faults(sigset_t *old)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		sigaddset(&set, faults[i]);
	(void)sigprocmask(SIG_BLOCK, &set, old);
}

void spawn_release_faults(const sigset_t *old)
{
	(void)sigprocmask(SIG_SETMASK, old, NULL);
}

/*
 * A plain fork copies the table of descriptors, and that child closes each of them: at N services that costs N, whoever
 * pays. So a go-between shares the table, leaves it for one of its own that has only what lies low, and forks there for
 * us: its child is ours. It ends at once, and we wait for it; it is never anybody else than we are, so no
 * user of a service can stop it.
 */
struct between {
	struct forked *f;
	volatile pid_t pid; /* of the child, or -errno */
	volatile bool unable;
};

static int between_main(void *arg)
{
	struct between *b = arg;
	struct spawn *sp = &b->f->sp;
	pid_t pid;

	b->pid = fchdir(sp->dirfd) < 0 ? -errno : 0;
	sp->dirfd = -1;
	if (b->pid == 0 && syscall(SYS_close_range, spawn_low.first, ~0u, CLOSE_RANGE_UNSHARE) < 0) {
		b->unable = true;
		b->pid = -errno;
	}
	if (b->pid < 0)
		_exit(127);
	pid = clone(forked_main, spawn_stack + sizeof(spawn_stack) / 2, CLONE_PARENT | SIGCHLD, b->f);
	b->pid = pid < 0 ? -errno : pid;
	_exit(0);
}

static pid_t fork_between(const struct forked *f)
{
	struct forked copy = *f;
	struct between b = { .f = &copy, .pid = -EAGAIN };
	int r = spawn_lower(&copy.sp, &copy.fd);
	pid_t pid;

	if (r == 0) {
		pid = clone(between_main, spawn_stack + sizeof(spawn_stack), CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, &b);
		if (pid < 0)
			r = -errno;
		else
			spawn_forget(pid);
	}
	spawn_raise(&copy.sp, copy.fd);
	if (b.unable)
		spawn_low.on = false;
	return r < 0 ? r : b.pid;
}

/* Without the handlers that libraries hang on fork. The go-between needs a place more among the processes. */
static pid_t fork_child(struct forked *f)
{
	pid_t pid = -EAGAIN;

	if (f->sp.new_pidns) {
		pid = clone(forked_main, spawn_stack + sizeof(spawn_stack), CLONE_NEWPID | SIGCHLD, f);
		return pid < 0 ? -errno : pid;
	}
	if (spawn_low.on)
		pid = fork_between(f);
	if (pid > 0)
		return pid;
	pid = _Fork();
	if (pid == 0)
		_exit(forked_main(f));
	return pid < 0 ? -errno : pid;
}

pid_t spawn_fork(const struct spawn *sp, int *ret_execfd)
{
	struct forked f = { .sp = *sp };
	sigset_t old;
	int fds[2];
	pid_t pid;

	if (sys.pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	f.fd = fds[1];
	spawn_hold_faults(&old);
	pid = fork_child(&f);
	if (pid < 0)
		fdio_close(&fds[0]);
	else if (sp->note_pid)
		*sp->note_pid = pid;
	spawn_release_faults(&old);
	fdio_close(&fds[1]);
	*ret_execfd = fds[0];
	return pid;
}
