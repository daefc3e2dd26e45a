#include "utf8.h"

#include <stdbool.h>
#include <string.h>

/* Bytes that follow this first one, and the range of the second; -1: it is no first byte. */
static int follow(unsigned char first, unsigned char *low, unsigned char *high)
{
	*low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
	*high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
	if (first < 0x80)
		return 0;
	if (first < 0xc2 || first > 0xf4)
		return -1;
	return first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
}

int utf8_char(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;
	unsigned char low, high;
	int more;

	if (n == 0)
		return -1;
	more = follow(u[0], &low, &high);
	for (size_t i = 1; more > 0 && i <= (size_t)more; i++) {
		if (i == n)
			return -1;
		if (u[i] < (i == 1 ? low : 0x80) || u[i] > (i == 1 ? high : 0xbf))
			return 0;
	}
	return more + 1;
}

size_t utf8_whole(const char *s, size_t n)
{
	for (size_t back = 1; back < UTF8_MAX && back <= n; back++)
		if (utf8_char(s + n - back, back) < 0)
			return n - back;
	return n;
}

static bool is_control(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;

	if (n == 1)
		return (u[0] < ' ' && u[0] != '\n' && u[0] != '\t') || u[0] == 0x7f;
	return n == 2 && u[0] == 0xc2 && u[1] < 0xa0;
}

static void print(FILE *out, const char *s, size_t n, bool escaped)
{
	for (size_t i = 0; i < n; i++) {
		if (escaped)
			fprintf(out, "\\x%02x", (unsigned char)s[i]);
		else
			putc(s[i], out);
	}
}

/* The first n bytes of what is there are done with. */
static void drop(struct utf8_rest *rest, size_t n)
{
	rest->n -= n;
	memmove(rest->byte, rest->byte + n, rest->n);
}

void utf8_print(FILE *out, struct utf8_rest *rest, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		int r;

		rest->byte[rest->n++] = bytes[i];
		while (rest->n > 0 && (r = utf8_char(rest->byte, rest->n)) >= 0) {
			size_t n = r > 0 ? (size_t)r : 1;

			print(out, rest->byte, n, r == 0 || is_control(rest->byte, n));
			drop(rest, n);
		}
	}
}

void utf8_print_end(FILE *out, struct utf8_rest *rest)
{
	print(out, rest->byte, rest->n, true);
	rest->n = 0;
}
