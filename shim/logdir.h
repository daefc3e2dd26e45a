/*
 * One log directory of s6-log: current, lock, state, archives @STAMP.s and @STAMP.u.
 *
 * Nothing here ends the process after logdir_open, and nothing waits: what fails is warned about and
 * tried again after the script's retry time, while lines gather in memory.
 */
#ifndef SV_LOGDIR_H
#define SV_LOGDIR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "buf.h"
#include "log_script.h"

#define LOGDIR_KEEP (1 << 20) /* bytes that wait in memory where lines may be dropped */

/* What is to be done next with the archive; each step is one system call that may have to be repeated. */
enum logdir_stage {
	LD_IDLE,
	LD_SYNC,       /* fsync current */
	LD_RENAME,     /* current -> previous */
	LD_NEW,        /* open a new current */
	LD_SEAL,       /* mark previous as complete */
	LD_LINK,       /* previous -> @STAMP.s */
	LD_PROCESS,    /* start the processor */
	LD_PROCESSING, /* wait for it */
	LD_PROCESSED,  /* its output is complete: seal it, take over its state */
	LD_LINK_OUT,   /* processed -> @STAMP.s */
	LD_TRIM        /* remove the oldest archives */
};

struct logdir {
	const char *path;
	struct logdir_options opt;
	int dirfd, lockfd, fd; /* fd: current */
	mode_t mode;           /* of an open current */
	uint64_t size;         /* bytes in current */
	bool at_line_start;    /* the last byte written was a newline */
	bool rotate_wanted;    /* by a signal or by time */
	bool quiet;            /* no warnings */
	bool drops;            /* lines beyond LOGDIR_KEEP are dropped while it is stuck */
	uint64_t dropped;      /* how many were, since the last warning about it */
	enum logdir_stage stage;
	pid_t processor;       /* 0: none runs */
	int64_t retry_at;      /* when to repeat a step that failed, monotonic ms; 0: none did */
	int64_t write_at;      /* the same for writing */
	int64_t rotate_at;     /* when R is due; 0: never */
	struct buf out;        /* lines to write */
};

/* Takes the directory over. Ends the process with s6's message if that is not possible. */
void logdir_open(struct logdir *ld, const char *path, const struct logdir_options *opt, bool quiet);

/* Does all that can be done now. */
void logdir_run(struct logdir *ld);

/* May a line be added to out? Counts it as dropped if not. */
bool logdir_takes(struct logdir *ld);

/* Writing fails, or a rotation that must end before the next line can be written does. */
bool logdir_stuck(const struct logdir *ld);

/* Where it is stuck: tries once more, then drops and counts what is left, and lets the rotation be. */
void logdir_give_up(struct logdir *ld);

/* Asks for a rotation, if there is anything in current, at the next end of a line. */
void logdir_rotate(struct logdir *ld);

/* Tells about a dead child; true if it was this directory's processor. */
bool logdir_child(struct logdir *ld, pid_t pid, int wstat);

/* Lines or steps are outstanding. */
bool logdir_busy(const struct logdir *ld);

/* When logdir_run must be called again at the latest (monotonic ms), 0 if no time is set. */
int64_t logdir_due(const struct logdir *ld);

/* Syncs current and marks it as cleanly closed. Not while the directory is busy. */
void logdir_close(struct logdir *ld);

#endif
