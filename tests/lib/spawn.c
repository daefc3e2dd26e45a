/*
 * spawn: a builtin for the bash that runs the test scripts (enable -f).
 *
 *   spawn [-t SECONDS] CMD [ARG...]    runs a program and waits for it, as the line "CMD ARG..." does
 *
 * For each program bash copies itself first, which costs more than most programs of these tests: here it is vfork. Only what
 * lies in a file is run: no function, no builtin, no script without a "#!". Descriptors, environment, directory and
 * redirections are the shell's.
 *
 * Returns CMD's exit code, 128 + signal, 124 if it had to be killed after SECONDS (by itself, without its children), 126 or
 * 127 if it cannot be executed.
 *
 * What bash asks of a builtin is declared here as its documentation has it ("enable -f", bash 4 and later), so that its
 * headers need not be installed.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX 16384
#define TIME_OVER 124
#define CANNOT_EXEC 126
#define NO_COMMAND 127
#define USAGE 258 /* bash's own, EX_USAGE */
#define ENABLED 1

struct word {
	char *text;
	int flags;
};

struct words {
	struct words *next;
	struct word *word;
};

struct builtin {
	const char *name;
	int (*function)(struct words *);
	int flags;
	const char *const *long_doc;
	const char *short_doc;
	char *handle;
};

/* bash's. */
extern char **export_env;
extern void maybe_make_export_env(void);
extern char *search_for_command(const char *name, int flags);

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000L + ts.tv_nsec / 1000000;
}

/* Waits until the process has ended, or for that many seconds (0: without end): false then. */
static bool ends_in(pid_t pid, long seconds)
{
	const long deadline = now_ms() + seconds * 1000;
	struct pollfd p = { .events = POLLIN };
	bool ended = true;

	if (seconds == 0)
		return true;
	p.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (p.fd < 0)
		return true;
	while (ended) {
		long left = deadline - now_ms();

		if (left <= 0)
			ended = false;
		else if (poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left) > 0)
			break;
	}
	close(p.fd);
	return ended;
}

static int wait_for(pid_t pid, long seconds)
{
	bool killed = false;
	int status;

	if (!ends_in(pid, seconds)) {
		kill(pid, SIGKILL);
		killed = true;
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return CANNOT_EXEC;
	}
	if (killed)
		return TIME_OVER;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* bash's handler of SIGCHLD would take the child before we do. */
static int run(const char *path, char **argv, long seconds)
{
	posix_spawnattr_t attr;
	sigset_t block, before;
	int err, code;
	pid_t pid;

	sigemptyset(&block);
	sigaddset(&block, SIGCHLD);
	sigprocmask(SIG_BLOCK, &block, &before);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attr, &before);
	err = posix_spawn(&pid, path, NULL, &attr, argv, export_env);
	posix_spawnattr_destroy(&attr);
	if (err) {
		fprintf(stderr, "spawn: %s: %s\n", path, strerror(err));
		code = err == ENOENT ? NO_COMMAND : CANNOT_EXEC;
	} else {
		code = wait_for(pid, seconds);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return code;
}

static int spawn(struct words *list)
{
	static char *argv[WORDS_MAX];
	size_t n = 0;
	long seconds = 0;
	char *path;
	int code;

	if (list && list->next && strcmp(list->word->text, "-t") == 0) {
		seconds = strtol(list->next->word->text, NULL, 10);
		list = list->next->next;
	}
	for (; list && n < WORDS_MAX - 1; list = list->next)
		argv[n++] = list->word->text;
	if (n == 0 || list) {
		fputs("spawn: usage: spawn [-t SECONDS] CMD [ARG...]\n", stderr);
		return USAGE;
	}
	argv[n] = NULL;
	maybe_make_export_env();
	path = search_for_command(argv[0], 1);
	if (!path) {
		fprintf(stderr, "spawn: %s: command not found\n", argv[0]);
		return NO_COMMAND;
	}
	code = run(path, argv, seconds);
	free(path);
	return code;
}

static const char *const doc[] = { "Runs a program without copying the shell.", NULL };

struct builtin spawn_struct = { "spawn", spawn, ENABLED, doc, "spawn [-t SECONDS] CMD [ARG...]", NULL };
