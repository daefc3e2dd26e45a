/*
 * PURE: execline's lexer, for the up, down and reload files of oneshots: text -> words, by the table of
 * execline's el_parse. No shell: no single quotes, no $, no globs; "#" begins a comment between words.
 *
 * Blocks: "{" as a word of its own goes one level down and yields nothing, "}" goes up and yields a word of as many
 * blanks as there are levels left; any other word is preceded by one blank a level.
 */
#ifndef SV_EL_H
#define SV_EL_H

#include <stddef.h>

enum el_error { EL_FINE, EL_SYNTAX, EL_OPEN, EL_CLOSE, EL_LONG };

struct el_words {
	unsigned int n; /* words, each ended by a NUL, one after the other in buf */
	size_t len;     /* bytes of buf that are used */
	char *buf;
	size_t cap;
};

/* Fills buf, which the caller made, from len bytes of text (a NUL ends it earlier). EL_LONG: they do not fit. */
enum el_error el_parse(const char *text, size_t len, struct el_words *ret);

/* The words as a vector, which the caller made, of w->n + 1 pointers; they point into w->buf. */
void el_vector(const struct el_words *w, char **argv);

/* "syntax error", "unmatched {", "unmatched }", "too many words"; "" for EL_FINE. */
const char *el_why(enum el_error e);

/* Is this the name of a command that the execline package brings? */
int el_is_command(const char *name);

#endif
