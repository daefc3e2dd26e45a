/* Fork, child set-up, exec. The child half uses nothing that allocates, locks or keeps state. */
#include "spawn.h"

#include <errno.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "fdio.h"
#include "sys.h"

static struct rlimit nofile;
static bool nofile_known;

/* Low numbers for what a child needs: all from first on are closed for it at once. */
static struct {
	bool on;
	int null;
	int num[3]; /* stdin, stdout, readiness */
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
	int top = highest_passed_on();

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

void spawn_reset_child(void)
{
	static const int ours[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGPIPE };
	sigset_t none;

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		signal(ours[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (nofile_known)
		(void)setrlimit(RLIMIT_NOFILE, &nofile);
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

/* Blocks for as long as somebody else holds it: that is what a lock-fd is for. */
static int take_lock(int num)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open("supervise/service-lock", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0666);
	int r;

	if (fd < 0)
		return -errno;
	r = place(fd, num);
	if (r == 0 && fd != num)
		close(fd);
	while (r == 0 && fcntl(num, F_SETLKW, &fl) < 0)
		if (errno != EINTR)
			r = -errno;
	return r;
}

/* Into the service directory; the pid is noted first of all, so that no fault of ours loses the child. */
static int child_enter(const struct spawn *sp)
{
	if (sp->note_pid)
		*sp->note_pid = (pid_t)syscall(SYS_getpid);
	return fchdir(sp->dirfd) < 0 ? -errno : 0;
}

/* Everything up to exec; returns only on failure, with -errno. */
static int child_exec(const struct spawn *sp)
{
	sigset_t none;
	int r;

	setsid();
	if ((r = place(sp->in, 0)) < 0 || (r = place(sp->out, 1)) < 0)
		return r;
	if (sp->ids && (r = ids_become(sp->ids)) < 0)
		return r;
	if (sp->lock_num >= 0 && (r = take_lock(sp->lock_num)) < 0)
		return r;
	if ((r = place(sp->notify_fd, sp->notify_num)) < 0)
		return r;
	if (nofile_known)
		(void)setrlimit(RLIMIT_NOFILE, &nofile);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(sp->path, sp->argv, sp->envp);
	return -errno;
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

/* A pipe's end must not stay open at a low number: its reader would never see the end. */
static void raise_again(const struct spawn *sp)
{
	const int nums[] = { sp->in, sp->out, sp->notify_fd };

	for (size_t i = 0; i < sizeof(nums) / sizeof(*nums); i++)
		if (nums[i] >= 0)
			(void)dup3(low.null, low.num[i], O_CLOEXEC);
}

static pid_t start_shared(const struct spawn *sp)
{
	static char stack[65536] __attribute__((aligned(64)));
	struct spawn copy = *sp;
	struct shared sh = { .sp = &copy };
	pid_t pid = -1;
	int r;

	if ((r = lower(&copy.in, low.num[0])) == 0 && (r = lower(&copy.out, low.num[1])) == 0 &&
		(r = lower(&copy.notify_fd, low.num[2])) == 0) {
		pid = clone(shared_main, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, &sh);
		r = pid < 0 ? -errno : pid;
	}
	raise_again(sp);
	r = result(sp, r, sh.err);
	if (!sh.unable)
		return r;
	low.on = false;
	return start_vfork(sp);
}

static void __attribute__((noreturn)) child_tell(struct spawn *sp, int fd)
{
	int top = sp->notify_num > sp->lock_num ? sp->notify_num : sp->lock_num;
	int err;

	/* A number that the service asked for may be our pipe's: step aside. */
	if (fd <= top)
		fd = fcntl(fd, F_DUPFD_CLOEXEC, top + 1);
	sp->note_pid = NULL; /* the parent notes it: this child may run when that is long settled */
	err = -child_enter(sp);
	if (err == 0)
		err = -child_exec(sp);
	(void)!write(fd, &err, sizeof(err));
	_exit(127);
}

static pid_t start_fork(const struct spawn *sp, int *ret_execfd)
{
	struct spawn copy = *sp;
	int fds[2];
	pid_t pid;

	if (sys.pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	pid = _Fork(); /* without the handlers that libraries hang on fork */
	if (pid == 0)
		child_tell(&copy, fds[1]);
	if (pid < 0) {
		pid = -errno;
		fdio_close(&fds[0]);
	} else if (sp->note_pid) {
		*sp->note_pid = pid;
	}
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
