/* Fork, child set-up, exec. The child half uses nothing that allocates, locks or keeps state. */
#include "spawn.h"

#include <errno.h>
#include <limits.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fdio.h"
#include "noexec.h"
#include "svstatus.h"
#include "sys.h"

static struct rlimit nofile;
static bool nofile_known;
static int passed_on = -1; /* the highest descriptor that programs are to inherit; -1: not known */
static char stack[65536] __attribute__((aligned(64))); /* of children that clone makes */

/* Low numbers for what a child needs: all from first on are closed for it at once. */
static struct {
	bool on;
	int null;
	int num[6]; /* stdin, stdout, stderr, readiness, lock, result of exec */
	unsigned int first;
} low;

#define LEAK_MAX 1024 /* descriptors looked at for what was passed on to us without close-on-exec */

/* The highest descriptor that programs are to inherit from whoever started us. */
static int highest_passed_on(void)
{
	struct pollfd fds[LEAK_MAX];
	int top = 2;

	for (int i = 0; i < LEAK_MAX; i++)
		fds[i] = (struct pollfd){ .fd = i };
	if (poll(fds, LEAK_MAX, 0) < 0)
		return -1;
	for (int i = 3; i < LEAK_MAX; i++)
		if (!(fds[i].revents & POLLNVAL) && fcntl(i, F_GETFD) == 0)
			top = i;
	return top;
}

void spawn_reserve(int nullfd)
{
	int top = passed_on = highest_passed_on();

#ifdef __SANITIZE_ADDRESS__
	return; /* the sanitizer knows vfork, but not a stack of our own */
#endif
	if (top < 0)
		return;
	low.null = nullfd;
	for (size_t i = 0; i < sizeof(low.num) / sizeof(*low.num); i++) {
		low.num[i] = fcntl(nullfd, F_DUPFD_CLOEXEC, top + 1);
		if (low.num[i] < 0)
			return;
		low.first = (unsigned int)low.num[i] + 1;
	}
	low.on = true;
}

void spawn_init(void)
{
	nofile_known = getrlimit(RLIMIT_NOFILE, &nofile) == 0;
}

uint32_t spawn_fd_limit(void)
{
	return nofile_known && nofile.rlim_cur < INT32_MAX ? (uint32_t)nofile.rlim_cur : INT32_MAX;
}

void spawn_restore_limit(void)
{
	if (nofile_known)
		(void)setrlimit(RLIMIT_NOFILE, &nofile);
}

void spawn_close_range(unsigned int first, unsigned int last)
{
	struct rlimit lim;

	if (first > last || close_range(first, last, 0) == 0)
		return;
	/* Kernels before 5.9. */
	if (getrlimit(RLIMIT_NOFILE, &lim) < 0 || lim.rlim_cur > 1u << 20)
		lim.rlim_cur = 1u << 20;
	for (unsigned int fd = first; fd <= last && fd < lim.rlim_cur; fd++)
		(void)sys.close((int)fd);
}

void spawn_reset_child(bool unblock)
{
	static const int ours[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGPIPE };
	sigset_t none;

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		signal(ours[i], SIG_DFL);
	sigemptyset(&none);
	if (unblock)
		sigprocmask(SIG_SETMASK, &none, NULL);
	spawn_restore_limit();
}

/* Like dup2, but a descriptor that is there already loses its close-on-exec too. */
static int place(int fd, int num)
{
	if (fd < 0)
		return 0;
	if (fd == num)
		return fcntl(fd, F_SETFD, 0) < 0 ? -errno : 0;
	return dup2(fd, num) < 0 ? -errno : 0;
}

/*
 * Blocks for as long as somebody else holds it: that is what a lock-fd is for. The lock goes with the first descriptor
 * of the file that this process closes, so there must be one only.
 */
static int take_lock(int fd, int num)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int r = place(fd, num);

	if (r == 0 && fd != num)
		close(fd);
	while (r == 0 && fcntl(num, F_SETLKW, &fl) < 0)
		if (errno != EINTR)
			r = -errno;
	return r;
}

static void publish(struct spawn_record *rec, pid_t pid)
{
	uint8_t packed[SVSTATUS_PID_BYTES];

	svstatus_pack_pid(packed, pid);
	rec->done = pwrite(rec->fd, packed, sizeof(packed), SVSTATUS_PID_AT) == (ssize_t)sizeof(packed) &&
		renameat(rec->dirfd, rec->tmp, rec->dirfd, rec->name) == 0;
}

/* Into the service directory; the pid is noted first of all, so that no fault of ours loses the child. */
static int child_enter(const struct spawn *sp)
{
	pid_t pid = (pid_t)syscall(SYS_getpid);

	if (sp->note_pid)
		*sp->note_pid = pid;
	if (sp->record)
		publish(sp->record, pid);
	return sp->dirfd >= 0 && fchdir(sp->dirfd) < 0 ? -errno : 0;
}

/* Everything up to exec; returns only on failure, with -errno. */
static int child_exec(const struct spawn *sp)
{
	sigset_t none;
	int r;

	if (!sp->same_session)
		setsid();
	if ((r = place(sp->in, 0)) < 0 || (r = place(sp->out, 1)) < 0 || (r = place(sp->err, 2)) < 0)
		return r;
	if (sp->ids && (r = ids_become(sp->ids)) < 0)
		return r;
	if (sp->lock_num >= 0 && (r = take_lock(sp->lock_fd, sp->lock_num)) < 0)
		return r;
	if ((r = place(sp->notify_fd, sp->notify_num)) < 0)
		return r;
	if (sp->check && (r = sp->check(sp->path)) < 0)
		return r;
	spawn_restore_limit();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return noexec_execve(sp->path, sp->argv, sp->envp);
}

/* The child of a vfork whose exec failed: gone at once, and nobody else has heard of it. */
static void forget(pid_t pid)
{
	siginfo_t info;

	while (sys.waitid(P_PID, (id_t)pid, &info, WEXITED) < 0 && errno == EINTR)
		;
}

/* What the parent makes of it: the pid (or -errno of the fork), and what the child met before its exec. */
static pid_t result(const struct spawn *sp, pid_t pid, int err)
{
	if (pid < 0 || err == 0)
		return pid;
	forget(pid);
	if (sp->note_pid)
		*sp->note_pid = 0;
	return err;
}

static pid_t start_vfork(const struct spawn *sp)
{
	volatile int err = 0;
	pid_t pid = vfork();

	if (pid == 0) {
		err = child_enter(sp);
		if (err == 0)
			err = child_exec(sp);
		_exit(127);
	}
	return result(sp, pid < 0 ? -errno : pid, err);
}

/*
 * The cheap way. A supervisor of N services holds 3 N descriptors; a plain child gets a copy of that table and its exec
 * closes each of them, so that N starts cost N * N. This child shares the table until close_range has
 * given it one of its own with nothing in it above the few it needs, which lie low for that.
 */
struct shared {
	const struct spawn *sp;
	volatile int err;
	volatile bool unable; /* close_range is not to be had */
};

static int shared_main(void *arg)
{
	struct shared *sh = arg;

	sh->err = child_enter(sh->sp);
	if (sh->err == 0 && syscall(SYS_close_range, low.first, ~0u, CLOSE_RANGE_UNSHARE) < 0) {
		sh->unable = true;
		sh->err = -errno;
	}
	if (sh->err == 0)
		sh->err = child_exec(sh->sp);
	_exit(127);
}

/* Gives the child's copy of fd the low number num. */
static int lower(int *fd, int num)
{
	if (*fd < 0)
		return 0;
	if (dup3(*fd, num, O_CLOEXEC) < 0)
		return -errno;
	*fd = num;
	return 0;
}

/* All that the child needs, but for its directory. fd is what a forked one answers through; NULL: there is none. */
static int lower_all(struct spawn *sp, int *fd)
{
	int *const from[] = { &sp->in, &sp->out, &sp->err, &sp->notify_fd, &sp->lock_fd, fd };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(from) / sizeof(*from); i++)
		r = from[i] ? lower(from[i], low.num[i]) : 0;
	return r;
}

/* A pipe's end must not stay open at a low number: its reader would never see the end. */
static void raise_again(const struct spawn *lowered)
{
	const int nums[] = { lowered->in, lowered->out, lowered->err, lowered->notify_fd, lowered->lock_fd };

	for (size_t i = 0; i < sizeof(nums) / sizeof(*nums); i++)
		if (nums[i] == low.num[i])
			(void)dup3(low.null, low.num[i], O_CLOEXEC);
}

static pid_t start_shared(const struct spawn *sp)
{
	struct spawn copy = *sp;
	struct shared sh = { .sp = &copy };
	pid_t pid = -1;
	int r = lower_all(&copy, NULL);

	if (r == 0) {
		pid = clone(shared_main, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, &sh);
		r = pid < 0 ? -errno : pid;
	}
	raise_again(&copy);
	r = result(sp, r, sh.err);
	if (!sh.unable)
		return r;
	low.on = false;
	return start_vfork(sp);
}

struct forked {
	struct spawn sp;
	int fd; /* write end of the pipe for the result */
};

/* A number that the service asked for may be that of something which is needed after it: that steps aside. */
static void step_aside(const struct spawn *sp, int *fd)
{
	while (*fd >= 0 && (*fd == sp->notify_num || *fd == sp->lock_num))
		*fd = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
}

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
	unsigned int from = (unsigned int)(passed_on < 0 ? LEAK_MAX : passed_on) + 1, next;

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

	step_aside(&f->sp, &f->fd);
	step_aside(&f->sp, &f->sp.notify_fd);
	f->sp.note_pid = NULL; /* the parent notes it: this child may run when that is long settled */
	err = -child_enter(&f->sp);
	close_others(f);
	spawn_reset_child(true);
	if (err == 0)
		err = -child_exec(&f->sp);
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
	if (b->pid == 0 && syscall(SYS_close_range, low.first, ~0u, CLOSE_RANGE_UNSHARE) < 0) {
		b->unable = true;
		b->pid = -errno;
	}
	if (b->pid < 0)
		_exit(127);
	pid = clone(forked_main, stack + sizeof(stack) / 2, CLONE_PARENT | SIGCHLD, b->f);
	b->pid = pid < 0 ? -errno : pid;
	_exit(0);
}

static pid_t fork_between(const struct forked *f)
{
	struct forked copy = *f;
	struct between b = { .f = &copy, .pid = -EAGAIN };
	int r = lower_all(&copy.sp, &copy.fd);
	pid_t pid;

	if (r == 0) {
		pid = clone(between_main, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, &b);
		if (pid < 0)
			r = -errno;
		else
			forget(pid);
	}
	raise_again(&copy.sp);
	if (copy.fd == low.num[5])
		(void)dup3(low.null, low.num[5], O_CLOEXEC);
	if (b.unable)
		low.on = false;
	return r < 0 ? r : b.pid;
}

/* Without the handlers that libraries hang on fork. The go-between needs a place more among the processes. */
static pid_t fork_child(struct forked *f)
{
	pid_t pid = -EAGAIN;

	if (f->sp.new_pidns) {
		pid = clone(forked_main, stack + sizeof(stack), CLONE_NEWPID | SIGCHLD, f);
		return pid < 0 ? -errno : pid;
	}
	if (low.on)
		pid = fork_between(f);
	if (pid > 0)
		return pid;
	pid = _Fork();
	if (pid == 0)
		_exit(forked_main(f));
	return pid < 0 ? -errno : pid;
}

static pid_t start_fork(const struct spawn *sp, int *ret_execfd)
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

pid_t spawn_start(const struct spawn *sp, int *ret_execfd)
{
	*ret_execfd = -1;
	if (sys.prefork() < 0)
		return -errno;
	if (sp->may_block)
		return start_fork(sp, ret_execfd);
	return low.on ? start_shared(sp) : start_vfork(sp);
}
