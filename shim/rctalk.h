/* Requests about the service graph to the supervisor that is /init, for s6-rc, s6-rc-db and s6-rc-update. */
#ifndef SV_RCTALK_H
#define SV_RCTALK_H

#include <stdbool.h>

#include "proto.h"

typedef void rctalk_row_fn(const struct proto_frame *row);

/*
 * Sends fields (without the version), with_fds also our three standard descriptors, and waits for the end of the answer;
 * row gets what comes before it. Says what was wrong and returns the exit code.
 */
int rctalk(const char *const *fields, unsigned int n, bool with_fds, rctalk_row_fn *row);

/* For rows of one line: prints it. */
void rctalk_line(const struct proto_frame *row);

/* For rows of a change: a warning or an info. */
void rctalk_say(const struct proto_frame *row);

/* Words joined by newlines, to be freed; dies where one holds a newline or there are too many for a request. */
char *rctalk_names(char *const *word, int n);

#endif
