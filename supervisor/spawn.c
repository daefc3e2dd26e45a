/* The parent's half of a start, and the child that shares our memory until its exec. */
#include "spawn_int.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fdio.h"
#include "startas.h"
#include "sys.h"

#define STARTER_WORDS 12 /* finish has five of its own */

struct spawn_low spawn_low;
int spawn_passed_on = -1;
char spawn_stack[65536] __attribute__((aligned(64)));

/* The highest descriptor that programs are to inherit from whoever started us. */
static int highest_passed_on(void)
{
	struct pollfd fds[SPAWN_LEAK_MAX];
	int top = 2;

	for (int i = 0; i < SPAWN_LEAK_MAX; i++)
		fds[i] = (struct pollfd){ .fd = i };
	if (poll(fds, SPAWN_LEAK_MAX, 0) < 0)
		return -1;
	for (int i = 3; i < SPAWN_LEAK_MAX; i++)
		if (!(fds[i].revents & POLLNVAL) && fcntl(i, F_GETFD) == 0)
			top = i;
	return top;
}

void spawn_reserve(int nullfd)
{
	int top = spawn_passed_on = highest_passed_on();

#ifdef __SANITIZE_ADDRESS__
	return; /* the sanitizer knows vfork, but not a stack of our own */
#endif
	if (top < 0)
		return;
	spawn_low.null = nullfd;
	for (size_t i = 0; i < LOW_COUNT; i++) {
		spawn_low.num[i] = fcntl(nullfd, F_DUPFD_CLOEXEC, top + 1);
		if (spawn_low.num[i] < 0)
			return;
		spawn_low.first = (unsigned int)spawn_low.num[i] + 1;
	}
	spawn_low.on = true;
}

void spawn_forget(pid_t pid)
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
	spawn_forget(pid);
	if (sp->note_pid)
		*sp->note_pid = 0;
	return err;
}

static pid_t start_vfork(const struct spawn *sp)
{
	volatile int err = 0;
	pid_t pid = vfork();

	if (pid == 0) {
		err = spawn_child_enter(sp);
		if (err == 0)
			err = spawn_child_exec(sp);
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
	int answer, answer_num; /* the pipe that the starter answers through, and its number there; -1: without a starter */
	volatile int err;
	volatile bool unable;   /* close_range, or the starter, is not to be had */
};

/* The program of ours instead of the service's: sp->argv are its words. */
static int exec_starter(struct shared *sh)
{
	int starter = spawn_low.num[LOW_STARTER];
	int r = spawn_child_place(sh->answer, sh->answer_num);

	spawn_child_aside(sh->sp, &starter);
	if (r == 0)
		r = spawn_child_prepare(sh->sp);
	if (r < 0)
		return r;
	syscall(SYS_execveat, starter, "", sh->sp->argv, sh->sp->envp, AT_EMPTY_PATH);
	sh->unable = true;
	return -errno;
}

static int shared_main(void *arg)
{
	struct shared *sh = arg;

	sh->err = spawn_child_enter(sh->sp);
	if (sh->err == 0 && syscall(SYS_close_range, spawn_low.first, ~0u, CLOSE_RANGE_UNSHARE) < 0) {
		sh->unable = true;
		sh->err = -errno;
	}
	if (sh->err == 0)
		sh->err = sh->answer < 0 ? spawn_child_exec(sh->sp) : exec_starter(sh);
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

int spawn_lower(struct spawn *sp, int *answer)
{
	int *const from[] = { &sp->in, &sp->out, &sp->err, &sp->notify_fd, &sp->lock_fd, answer };
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(from) / sizeof(*from); i++)
		r = lower(from[i], spawn_low.num[i]);
	return r;
}

void spawn_raise(const struct spawn *lowered, int answer)
{
	const int nums[] = { lowered->in, lowered->out, lowered->err, lowered->notify_fd, lowered->lock_fd, answer };

	for (size_t i = 0; i < sizeof(nums) / sizeof(*nums); i++)
		if (nums[i] == spawn_low.num[i])
			(void)dup3(spawn_low.null, spawn_low.num[i], O_CLOEXEC);
}

static pid_t clone_shared(struct spawn *sp, struct shared *sh)
{
	pid_t pid = -1;
	int r = spawn_lower(sp, &sh->answer);

	if (r == 0) {
		pid = clone(shared_main, spawn_stack + sizeof(spawn_stack), CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, sh);
		r = pid < 0 ? -errno : pid;
	}
	spawn_raise(sp, sh->answer);
	return result(sp, r, sh->err);
}

static pid_t start_shared(const struct spawn *sp)
{
	struct spawn copy = *sp;
	struct shared sh = { .sp = &copy, .answer = -1 };
	pid_t pid = clone_shared(&copy, &sh);

	if (!sh.unable)
		return pid;
	spawn_low.on = false;
	return start_vfork(sp);
}

void spawn_take_starter(int starter)
{
	if (spawn_low.on && starter >= 0)
		spawn_low.starter = dup3(starter, spawn_low.num[LOW_STARTER], O_CLOEXEC) >= 0;
}

bool spawn_has_starter(void)
{
	return spawn_low.on && spawn_low.starter;
}

/* The starter's words: those of the program after whom it is to become. False: they are too many. */
static bool starter_argv(const struct spawn *sp, char *spec, char *argv[STARTER_WORDS + 1])
{
	size_t n = 0;

	argv[n++] = (char *)(uintptr_t)STARTAS_NAME;
	argv[n++] = spec;
	argv[n++] = (char *)(uintptr_t)sp->path;
	for (size_t i = 0; sp->argv[i]; i++) {
		if (n == STARTER_WORDS)
			return false;
		argv[n++] = sp->argv[i];
	}
	argv[n] = NULL;
	return true;
}

/* Where a starter cannot be had there is the other way, from now on. */
static pid_t start_as(const struct spawn *sp, int *ret_execfd)
{
	char spec[STARTAS_MAX], *argv[STARTER_WORDS + 1];
	struct spawn copy = *sp, again = *sp;
	struct shared sh = { .sp = &copy };
	int fds[2];
	pid_t pid;

	again.record = NULL;
	if (!starter_argv(sp, spec, argv))
		return spawn_fork(&again, ret_execfd);
	if (sys.pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	sh.answer = fds[1];
	/* All from first on is closed in there, so that number is free. */
	sh.answer_num = spawn_low.num[LOW_ANSWER] == sp->notify_num ? (int)spawn_low.first : spawn_low.num[LOW_ANSWER];
	(void)startas_write(spec, sh.answer_num, sp->ids);
	copy.argv = argv;
	copy.ids = NULL;
	pid = clone_shared(&copy, &sh);
	fdio_close(&fds[1]);
	if (pid < 0)
		fdio_close(&fds[0]);
	*ret_execfd = fds[0];
	if (!sh.unable)
		return pid;
	spawn_low.starter = false;
	return spawn_fork(&again, ret_execfd);
}

pid_t spawn_start(const struct spawn *sp, int *ret_execfd)
{
	*ret_execfd = -1;
	if (sys.prefork() < 0)
		return -errno;
	if (sp->may_block)
		return spawn_fork(sp, ret_execfd);
	if (sp->ids)
		return start_as(sp, ret_execfd);
	return spawn_low.on ? start_shared(sp) : start_vfork(sp);
}
