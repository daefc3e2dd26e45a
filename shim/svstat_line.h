/* What s6-svstat prints, as pure functions of the status; svstat.c reads it and writes the result. */
#ifndef SV_SVSTAT_LINE_H
#define SV_SVSTAT_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "svstatus.h"

#define SVSTAT_FIELDS 16 /* most fields in one call, as in s6 */
#define SVSTAT_LINE 1024 /* room for any line */

struct svstat {
	struct svstatus st;
	struct timespec now;
	bool normally_up;
};

/* The field of an option letter, or -1. */
int svstat_field_of_letter(char letter);

/*
 * The field of a name of len bytes: exact names as in 2.15, and beginnings that fit one name alone, as
 * in 2.11. -1 if there is none.
 */
int svstat_field_of_name(const char *name, size_t len);

/* The letters that stand for a field. */
#define SVSTAT_LETTERS "uwNrpgest"

/* One line of the fields, without a newline. */
void svstat_fields(char out[SVSTAT_LINE], const struct svstat *s, const int *field, unsigned int n);

/* The line for people, without a newline; numeric prints signals as numbers. */
void svstat_human(char out[SVSTAT_LINE], const struct svstat *s, bool numeric);

#endif
