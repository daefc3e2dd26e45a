/* "did you mean": the nearest of some names. Pure. */
#ifndef SV_SUGGEST_H
#define SV_SUGGEST_H

#include <stddef.h>

#define SUGGEST_MAX 64 /* longer names are compared by this many bytes */

/* Edits between a and b: insert, delete, replace, swap of two neighbours. */
unsigned int suggest_distance(const char *a, const char *b);

/*
 * The one of n names that is nearest to word, or NULL if none is near enough to be meant: at most a
 * third of the word's letters (and at least one) may be edited, or it ends in "-" and the word, or one of the two
 * begins with the other.
 */
const char *suggest_nearest(const char *word, const char *const *names, size_t n);

#endif
