/*
 * The files of a log directory, each operation by itself: archive names, trimming, what to do after an unclean stop.
 * All take the directory's descriptor and return 0 or -errno; doing one twice does no harm.
 */
#ifndef SV_LOGDIR_FILES_H
#define SV_LOGDIR_FILES_H

#include <stdbool.h>
#include <sys/types.h>

#include "log_script.h"

#define LOGDIR_ARCHIVE 27 /* length of "@" 24 hex digits ".s" */

bool logdir_is_archive(const char *name);

/* renameat within the directory; from being gone already is success. */
int logdir_rename(int dirfd, const char *from, const char *to);

/* fsync; that a file system knows no such thing is success. */
int logdir_sync(int fd);

/* chmod. */
int logdir_seal(int dirfd, const char *name, mode_t mode);

/* Moves name to @STAMP.KIND, now being the stamp, in one step where the file system can. */
int logdir_archive(int dirfd, const char *name, char kind);

/* After a processor: syncs and seals its output, removes its input, puts its state in place. */
int logdir_take_result(int dirfd, mode_t sealed);

/* Removes the oldest archives until their number and size are within bounds. */
int logdir_trim(int dirfd, const struct logdir_options *opt);

/* Before current is opened: if it was not closed cleanly, puts aside what the last logger left. */
int logdir_recover(int dirfd, const struct logdir_options *opt, mode_t mode);

/* execvp without a return: _exit 127 or 126. For a child between fork and exec. */
void logdir_exec(const char *const *argv) __attribute__((noreturn));

#endif
