/* Lengths of time for people, and UTC stamps for programs. Pure. */
#ifndef SV_SPAN_H
#define SV_SPAN_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define SPAN_TEXT 16 /* room for span_format; what it writes is at most "99m59s" */
#define STAMP_TEXT 21 /* "2026-01-31T12:34:56Z" with its NUL */

/* "5s", "2m03s", "1h02m", "3d04h", "400d": two units at most. Negative counts as 0. Returns buf. */
char *span_format(char buf[SPAN_TEXT], int64_t seconds);

/* ISO 8601 in UTC, seconds. Years beyond 9999 are shown as 9999. Returns buf. */
char *span_stamp(char buf[STAMP_TEXT], const struct timespec *utc);

#endif
