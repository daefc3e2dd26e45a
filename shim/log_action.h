/* Where s6-log's lines go: standard output and error, status files, log directories. */
#ifndef SV_LOG_ACTION_H
#define SV_LOG_ACTION_H

#include <stdbool.h>
#include <sys/types.h>

#include "buf.h"
#include "log_script.h"
#include "logdir.h"

/* What becomes of lines while a directory cannot be written, as on a full disk. */
enum log_full {
	LOG_KEEP,  /* they wait in memory, however many they become: s6's way */
	LOG_BLOCK, /* no more is read, so that who writes them waits */
	LOG_DROP   /* beyond LOGDIR_KEEP they are dropped and counted */
};

struct log_outputs {
	struct log_script script;
	struct logdir *dir; /* one for each step, used where the step is a directory */
	struct buf text;    /* what goes to standard output */
	int fd;             /* standard output; -1 when it was given up */
	bool blocking;      /* it may block: ask first, write little */
	int verbosity;      /* warnings above 0 */
	enum log_full full;
};

/* Opens all directories; ends the process where one cannot be had. The script has been parsed. */
void log_outputs_open(struct log_outputs *out);

/* Takes one line (without its newline) through the script. Nothing is written yet but alerts. */
void log_outputs_line(struct log_outputs *out, const char *line);

/* Writes what can be written without waiting. */
void log_outputs_run(struct log_outputs *out);

void log_outputs_rotate(struct log_outputs *out);
void log_outputs_child(struct log_outputs *out, pid_t pid, int wstat);
bool log_outputs_busy(const struct log_outputs *out);

/* A directory cannot be written now. */
bool log_outputs_stuck(const struct log_outputs *out);

/* One last try; what directories do not take then is dropped and counted. */
void log_outputs_give_up(struct log_outputs *out);

/* Standard output if something waits for it, else -1. */
int log_outputs_fd(const struct log_outputs *out);

/* When to call log_outputs_run again (monotonic ms), 0: when a descriptor or signal says so. */
int64_t log_outputs_due(const struct log_outputs *out);

void log_outputs_close(struct log_outputs *out);

/*
 * A descriptor for what fd is, that does not block if that can be had by opening a pipe or terminal anew. The
 * flag itself is never set on fd: it belongs to the open file, which other programs share, and would make
 * their writes fail. Sets *blocking if it may block: then poll comes before every short read or write.
 */
int log_reopen(int fd, int flags, bool *blocking);

#endif
