/*
 * The directory of a log as s6-log keeps it: "current", and beside it what was rotated away, "@" and a stamp, oldest
 * first by name. Reads it from the nth last line on and goes on across rotations: no line is lost, none comes
 * twice. Waits by inotify; only where the file system tells nothing (a network, FUSE) it looks each second.
 */
#ifndef SVCTL_LOGDIR_H
#define SVCTL_LOGDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define LOGDIR_NAME 64 /* longest name of a file there, with its NUL; longer ones are not s6-log's */

/* Gets bytes of the log, in order; returns 0, or -errno to end. */
typedef int logdir_fn(void *arg, const char *bytes, size_t len);

struct logdir {
	int dirfd;
	int fd;                  /* of current, -1: there is none yet */
	dev_t dev;
	ino_t ino;               /* of it */
	char after[LOGDIR_NAME]; /* the newest rotated file when current was opened; empty: none */
	bool lost;               /* files went before they were read; the reader of this clears it */
	int infd;                /* inotify, or -1 */
	int timeout_ms;          /* of a wait: -1, or a second where nobody tells */
};
#define LOGDIR_INIT { .dirfd = -1, .fd = -1, .infd = -1, .timeout_ms = -1 }

/* Opens the directory. 0 or -errno. Close in either case. */
int logdir_open(struct logdir *l, const char *path);
void logdir_close(struct logdir *l);

/* The last n lines; what comes after them is read by logdir_more. 0 or -errno. */
int logdir_tail(struct logdir *l, size_t n, logdir_fn *fn, void *arg);

/* All that has been written since, across any number of rotations. 0 or -errno. */
int logdir_more(struct logdir *l, logdir_fn *fn, void *arg);

/* Until something has changed. outfd is who reads what we print: -EPIPE when nobody does any more. 0 or -errno. */
int logdir_wait(struct logdir *l, int outfd);

#endif
