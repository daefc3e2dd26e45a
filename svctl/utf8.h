/* UTF-8 that others have written: where its characters end, and how it is shown on a terminal. */
#ifndef SVCTL_UTF8_H
#define SVCTL_UTF8_H

#include <stddef.h>
#include <stdio.h>

#define UTF8_MAX 4

/* Bytes of the character that s begins with; 0: it begins with none; -1: its n bytes end within one. */
int utf8_char(const char *s, size_t n);

/* How many of n bytes are whole characters, or belong to none: what is behind them begins one. */
size_t utf8_whole(const char *s, size_t n);

/* What has come of a character that is not yet whole; begins empty. */
struct utf8_rest {
	char byte[UTF8_MAX];
	size_t n;
};

/*
 * Prints bytes that come in pieces. Control characters, those of the upper half too, and what is no UTF-8 are printed as
 * \xNN; newline and tab are not. utf8_print_end: nothing more comes.
 */
void utf8_print(FILE *out, struct utf8_rest *rest, const char *bytes, size_t len);
void utf8_print_end(FILE *out, struct utf8_rest *rest);

#endif
