/*
 * The re-exec handler. Everything in it is safe in a signal handler: no allocation, no stdio, only
 * system calls and memory that was prepared before.
 */
#include "fault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "msg.h"
#include "scripts.h"
#include "spawn.h"
#include "sys.h"

#define STACK_SIZE 65536
#define QUIET_S 60     /* safe mode ends after that long without a fault */
#define STOP_S 3       /* from SIGTERM to SIGKILL in safe mode */

static const int faults[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE };

static struct {
	struct pool *pool;
	struct pool_head *head;
	char *const *argv;
	char **envp;           /* what main got, and FAULT_ENV */
	const struct supervisor *sv;
	char resume[32];
	volatile sig_atomic_t depth;
} ready;

int fault_resume_fd(char **envp)
{
	size_t len = strlen(FAULT_ENV "=");
	int fd = -1;

	for (char **e = envp; *e;) {
		if (strncmp(*e, FAULT_ENV "=", len) != 0) {
			e++;
			continue;
		}
		fd = atoi(*e + len);
		for (char **move = e; *move; move++)
			move[0] = move[1];
	}
	return fd > 2 ? fd : -1;
}

static void keep(int fd, int flag)
{
	if (fd > 2)
		fcntl(fd, F_SETFD, flag);
}

/* All that lives in the pool, with close-on-exec cleared before an exec and set after it. */
static void keep_descriptors(struct pool *pool, int flag)
{
	const struct pool_head *h = pool_head(pool);
	const int fds[] = { h->signalfd, h->inotifyfd, h->listenfd, h->listenfd2, h->scandirfd, h->scanlockfd,
		h->scanctlfd, h->exefd, h->starterfd, h->nullfd, h->consolefd, h->stdinfd, h->cwdfd, h->rcfd, h->prefixfd,
		h->volumefd, h->profilesfd, pool_fd(pool) };

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		keep(fds[i], flag);
	for (uint32_t i = 0; i < pool_max(pool); i++) {
		const struct slot_data *d = pool_data(pool, i);

		if (!d)
			continue;
		keep(d->dirfd, flag);
		keep(d->lockfd, flag);
		keep(d->ctlfd, flag);
		keep(d->notifyfd, flag);
		keep(d->execfd, flag);
		keep(d->pipe_r, flag);
		keep(d->pipe_w, flag);
	}
}

void fault_reclaim(struct pool *pool)
{
	keep_descriptors(pool, FD_CLOEXEC);
}

static void say(const char *text)
{
	(void)!write(2, text, strlen(text));
}

/* No new image could be had: crash takes over, or else orphans are still taken, and that is all. */
static void __attribute__((noreturn)) last_resort(void)
{
	sigset_t chld;
	int status;

	keep_descriptors(ready.pool, FD_CLOEXEC);
	scripts_crash(ready.sv);
	say("hexad: fatal: a fault, and the program could not be executed again: only reaping from now on\n");
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	for (;;) {
		while (waitpid(-1, &status, WNOHANG) > 0)
			;
		sigwaitinfo(&chld, NULL);
	}
}

static void __attribute__((noreturn)) execute_again(void)
{
	/* The next image is to know the limit that programs get, and not the one that we raised it to. */
	spawn_restore_limit();
	/* An empty path executes the descriptor itself: no /proc, no path, noexec mounts included. */
	syscall(SYS_execveat, ready.head->exefd, "", ready.argv, ready.envp, AT_EMPTY_PATH);
	execve("/proc/self/exe", ready.argv, ready.envp);
	last_resort();
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	struct timespec now;
	struct pool_head *h = ready.head;
	sigset_t all;

	(void)info;
	(void)context;
	if (!h || (pid_t)syscall(SYS_getpid) != h->owner_pid) {
		/* A child of ours between fork and exec: it dies of it like any program. */
		signal(sig, SIG_DFL);
		sigemptyset(&all);
		sigaddset(&all, sig);
		sigprocmask(SIG_UNBLOCK, &all, NULL);
		kill((pid_t)syscall(SYS_getpid), sig);
		_exit(128 + sig);
	}
	if (ready.depth++ > 2)
		last_resort();
	clock_gettime(CLOCK_MONOTONIC, &now);
	h->fault_ns[h->faults % FAULT_MAX] = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
	h->faults++;
	h->fault_signal = sig;
	keep_descriptors(ready.pool, 0);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	execute_again();
}

/* The binary as a descriptor, so that neither a removed file nor a changed one matters. */
static int open_self(void)
{
	int fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);

	if (fd < 0)
		fd = open("/init", O_PATH | O_CLOEXEC);
	return fd;
}

static void prepare_environment(struct supervisor *sv, char *const *envp)
{
	size_t n = 0;

	while (envp[n])
		n++;
	ready.envp = calloc(n + 2, sizeof(*ready.envp));
	if (!ready.envp)
		return;
	memcpy(ready.envp, envp, n * sizeof(*envp));
	snprintf(ready.resume, sizeof(ready.resume), FAULT_ENV "=%d", pool_fd(sv->pool));
	ready.envp[n] = ready.resume;
}

void fault_arm(struct supervisor *sv, char *const *envp)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
	stack_t stack = { .ss_size = STACK_SIZE };
	sigset_t set;

	ready.sv = sv;
	ready.pool = sv->pool;
	ready.head = sv->head;
	ready.argv = sv->argv;
	prepare_environment(sv, envp);
	if (!sv->resumed)
		sv->head->exefd = open_self();
	stack.ss_sp = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!ready.envp || sv->head->exefd < 0 || stack.ss_sp == MAP_FAILED) {
		msg_warn(errno, "unable to prepare for faults of our own: one would end the supervisor");
		return;
	}
	sigaltstack(&stack, NULL);
	sigfillset(&sa.sa_mask);
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		sigdelset(&sa.sa_mask, faults[i]);
		sigaddset(&set, faults[i]);
	}
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		sigaction(faults[i], &sa, NULL);
	/* The handler blocked them before the exec that brought us here. */
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

bool fault_too_many(const struct pool_head *h, int64_t now_ns)
{
	int64_t oldest;

	if (h->faults < FAULT_MAX)
		return false;
	oldest = h->fault_ns[h->faults % FAULT_MAX];
	return now_ns - oldest < FAULT_WINDOW_NS;
}

static void reap_all(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static void signal_all(struct supervisor *sv, int sig)
{
	if (sv->pid1) {
		kill(-1, sig);
		return;
	}
	for (uint32_t i = 0; i < pool_max(sv->pool); i++) {
		const struct slot_data *d = pool_data(sv->pool, i);

		if (d && d->pid > 1)
			kill(-d->pid, sig);
	}
}

static void __attribute__((noreturn)) safe_stop(struct supervisor *sv, const sigset_t *set)
{
	struct timespec left = { .tv_sec = STOP_S };
	int64_t end = mono_ns() + STOP_S * INT64_C(1000000000);

	signal_all(sv, SIGTERM);
	signal_all(sv, SIGCONT);
	while (mono_ns() < end) {
		reap_all();
		if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
			break;
		left.tv_sec = (time_t)((end - mono_ns()) / 1000000000 + 1);
		sigtimedwait(set, NULL, &left);
	}
	signal_all(sv, SIGKILL);
	_exit(111);
}

void fault_safe_mode(struct supervisor *sv)
{
	struct timespec quiet = { .tv_sec = QUIET_S };
	sigset_t set;

	msg_warn(0, "%u faults, the last of signal %d: safe mode: reaping only, SIGTERM stops; next try in %d seconds",
		(unsigned int)sv->head->faults, sv->head->fault_signal, QUIET_S);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int64_t end = mono_ns() + QUIET_S * INT64_C(1000000000); mono_ns() < end;) {
		int sig = sigtimedwait(&set, NULL, &quiet);

		reap_all();
		if (sig == SIGTERM || sig == SIGINT)
			safe_stop(sv, &set);
		quiet.tv_sec = (time_t)((end - mono_ns()) / 1000000000 + 1);
	}
	keep_descriptors(ready.pool, 0);
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	execute_again();
}
