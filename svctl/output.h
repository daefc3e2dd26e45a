/* What svctl prints: a table for people, JSON for programs. docs/svctl-json.md describes the JSON. */
#ifndef SVCTL_OUTPUT_H
#define SVCTL_OUTPUT_H

#include <jansson.h>
#include <stdio.h>
#include <time.h>

#include "services.h"

/* The width of standard output, 80 where it is no terminal; and whether colour is wanted there. */
size_t output_columns(void);
bool output_colour(void);

/* NAME STATE PID SINCE WANT NOTE, within columns. */
void output_table(FILE *out, const struct services *list, size_t columns, bool colour, time_t now);

/* The object of status; scandir may be NULL. */
void output_json(const char *scandir, const char *supervisor, const struct services *list);

/* One service, a stamp or null, a signal's name or null (0). */
json_t *output_service(const struct service *s, time_t now);
json_t *output_stamp(const struct timespec *stamp, bool is_set);
json_t *output_signal(int sig);

/* "exit code 3" or "killed by SIGTERM"; output_end_of: of a service's last run, empty where nothing is to be said. */
void output_exit(int code, int sig, char *buf, size_t cap);
void output_end_of(const struct service *s, char *buf, size_t cap);

/* Any JSON value, printed and released. Exit code: 111 if it could not be made or printed. */
int output_dump(json_t *value);

/* The same as one line of many. 0, or -EPIPE where nobody reads any more. */
int output_line(json_t *value);

/* Text as a JSON string; escaped by msg_escape where it is not UTF-8. */
json_t *output_text(const char *text);
json_t *output_bytes(const char *bytes, size_t len);

/* Flushes standard output: 0, or -EPIPE where it cannot be written any more, which output_end tells. */
int output_flush(void);

/* The same at the end: an exit code, code itself unless that failed. */
int output_end(int code);

#endif
