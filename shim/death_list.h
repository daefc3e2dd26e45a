/* The causes of death that s6-permafailon is told to look for: exit codes, ranges of them, signals. Pure. */
#ifndef SV_DEATH_LIST_H
#define SV_DEATH_LIST_H

#include <stdbool.h>

#include "dtally.h"

struct death_list {
	bool exitcode[256];
	bool sig[256];
};

/*
 * Items are separated by one or more of ", ; blank tab CR LF": an exit code, FROM-TO, a signal's name or SIG and its
 * number. NULL, or what is wrong in s6's words.
 */
const char *death_list_parse(struct death_list *list, const char *text);

/* A death by a signal also counts as its exit code, 128 and the signal. */
bool death_list_has(const struct death_list *list, const struct dtally *d);

#endif
