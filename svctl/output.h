/* What svctl prints about services: a table for people, JSON for programs. */
#ifndef SVCTL_OUTPUT_H
#define SVCTL_OUTPUT_H

#include <jansson.h>

#include "services.h"

/*
 * NAME STATE PID SINCE WANT NOTE, within the width of the terminal (80 columns where there is
 * none).
 */
void output_table(const struct services *list);

/*
 * {"scandir": ..., "supervisor": "hexad"|"s6", "services": [...]}; docs/svctl.1 describes the
 * members.
 */
void output_json(const struct client *c, const struct services *list);

/* Any JSON value, printed and released. Exit code: 111 if it could not be made or printed. */
int output_dump(json_t *value);

/* Text as a JSON string; escaped by msg_escape where it is not UTF-8. */
json_t *output_text(const char *text);

/* Flushes standard output: an exit code, code itself unless that failed. */
int output_end(int code);

#endif
