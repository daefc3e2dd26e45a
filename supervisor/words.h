/* PURE: words of a configuration value, cut at blanks or commas, without copies. */
#ifndef HEXAD_WORDS_H
#define HEXAD_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define WORDS_BLANKS " \t"
#define WORDS_LIST ", \t"

struct word {
	const char *text; /* into the value, not ended by a NUL */
	size_t len;
};

/* The next word at *cursor, which moves behind it. False at the end; empty words are passed over. */
bool words_next(const char **cursor, const char *separators, struct word *ret);

/* Is text exactly one of the words of list? */
bool words_has(const char *list, const char *separators, const char *text);

bool word_is(const struct word *w, const char *text);

/* Is text one of the words of list, in any case ("1 true yes")? NULL is none. */
bool words_truthy(const char *list, const char *text);

#endif
