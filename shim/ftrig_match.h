/*
 * What a listener of an event directory has heard, and whether an expression fits. As in s6 2.15 the expression is
 * tried on all that came since the subscription, after each piece of it.
 */
#ifndef SV_FTRIG_MATCH_H
#define SV_FTRIG_MATCH_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#define FTRIG_KEPT (1U << 20) /* bytes; beyond, the older half is forgotten */

struct ftrig_match {
	regex_t re;
	char *text;
	size_t len, cap;
	bool matched;
};

/* A POSIX extended expression. 0, or -EINVAL for one that is none. */
int ftrig_match_init(struct ftrig_match *m, const char *regex);

/* Adds what was heard; afterwards m->matched says whether the expression fits. 0 or -ENOMEM. */
int ftrig_match_add(struct ftrig_match *m, const char *bytes, size_t len);

void ftrig_match_release(struct ftrig_match *m);

#endif
