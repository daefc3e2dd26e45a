/*
 * Short-lived children that are no services: boot scripts, and our own code run as another user
 * (reading a home, writing a log there, removing a tree). The loop is never blocked by them.
 *
 * A child of our own code is forked without exec: main_fn runs in it with all of PID 1's descriptors
 * closed but 0, 1, 2 and out_fd, the pool unmapped, default signals, its own session, and must end by
 * returning its exit code. It must not use libuv. What it writes to out_fd is collected (out_cap bytes at most, the rest is
 * read and dropped) and given to done.
 */
#ifndef HEXAD_CHILD_H
#define HEXAD_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "ids.h"

struct supervisor;

#define CHILD_KEEP_MAX 4

struct child_spec {
	const char *title;                        /* its comm and, for main_fn, its command line in ps */
	int (*main_fn)(void *arg, int out_fd);    /* either this ... */
	void *arg;
	char *const *argv;                        /* ... or this, executed by path argv[0] */
	char *const *envp;                        /* for argv */
	const char *cwd;                          /* NULL: "/" */
	int cwd_fd;                               /* > 0: this directory instead of cwd */
	int stdin_fd;                             /* -1: /dev/null */
	int stdout_fd, stderr_fd;                 /* > 0: instead of ours */
	const struct ids *as;                     /* NULL: unchanged */
	bool keep_mask;                           /* main_fn begins with the signals blocked that PID 1 reads */
	volatile pid_t *note;                     /* its pid is there before anything can get lost; NULL: nowhere */
	const int *keep;                          /* main_fn with out_cap: these become 4, 5, ... in the child */
	unsigned int nkeep;
	size_t out_cap;                           /* 0: out_fd is -1 (main_fn) or nothing is collected (argv);
	                                           * else argv's standard output is collected */
};

/* wstatus as from waitpid; out is NUL-terminated and valid during the call only. */
typedef void child_done_fn(void *owner, int wstatus, const char *out, size_t len);

/*
 * Starts one. Returns its pid, or -errno and done is not called. A failed exec ends the child with 127
 * (ENOENT) or 126. done is called from the loop after the child ended and its output has been read
 * (output held open by a grandchild is not waited for).
 *
 * After a fault done is lost, and the pid is what is left. Who must not start it twice has it noted in memory that
 * outlives the fault: there is no moment at which the child is there and its pid is not.
 */
pid_t child_start(struct supervisor *sv, const struct child_spec *spec, child_done_fn *done, void *owner);

/* SIGKILL; done is still called. */
void child_kill(struct supervisor *sv, pid_t pid);

/* reaper.c: true if the pid was a child of ours. */
bool child_exited(struct supervisor *sv, pid_t pid, int wstatus);

#endif
