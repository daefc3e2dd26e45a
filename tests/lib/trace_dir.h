/* The service directories of trace.c: how they are made and changed, and what can be seen in them. */
#ifndef TESTS_TRACE_DIR_H
#define TESTS_TRACE_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "trace_model.h"

#define LISTENER "ftrig1:@400000006000000000000000:traced"

/* What is on disk besides letters: of a status file, a tally, the down file. */
struct seen {
	unsigned char status[35];
	int flags;               /* -1: no whole status file */
	unsigned int wstat;
	uint64_t pid;
	long deaths;
	int last_code, last_signal;
	bool down;
};

/*
 * Makes the service NAME in scanfd as m has it, with event/ and supervise/ made already and a listener; its run is a
 * link to program. Ends the program where that fails. Returns the directory's descriptor, *ret_listener the listener's.
 */
int trace_dir_make(int scanfd, const char *name, int programfd, const struct model *m, int *ret_listener);

void trace_dir_finish(int dirfd, int programfd, enum tm_finish finish);
void trace_dir_text(int dirfd, const char *file, const char *text); /* NULL removes it */
void trace_dir_number(int dirfd, const char *file, int number);
void trace_dir_run(int dirfd, bool works);

void trace_dir_look(int dirfd, struct seen *ret);

_Noreturn void trace_die(const char *what);
void *trace_zeroed(size_t n, size_t size); /* never NULL */

#endif
