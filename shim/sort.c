/* s6-sort: sorts the lines of standard input by their bytes. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "fdio.h"
#include "msg.h"
#include "out.h"

struct line {
	const char *text;
	size_t len;
};

/* qsort hands nothing on to what compares. */
static struct {
	bool blanks;  /* -b: those at the beginning do not count */
	bool fold;    /* -f: letters are the same, large or small */
	bool reverse; /* -r */
	bool unique;  /* -u: of lines that are the same only the first */
	bool check;   /* -c: says by its code whether they are sorted */
	char end;     /* of a line */
} sort = { .end = '\n' };

/* Whether they are the same as far as the options go: less than, more than or 0. */
static int order(const struct line *a, const struct line *b)
{
	size_t i = 0, j = 0;
	int d = 0;

	while (sort.blanks && i < a->len && isblank((unsigned char)a->text[i]))
		i++;
	while (sort.blanks && j < b->len && isblank((unsigned char)b->text[j]))
		j++;
	for (; !d && i < a->len && j < b->len; i++, j++) {
		unsigned char x = (unsigned char)a->text[i], y = (unsigned char)b->text[j];

		d = sort.fold ? toupper(x) - toupper(y) : x - y;
	}
	if (!d)
		d = (i < a->len) - (j < b->len);
	return sort.reverse ? -d : d;
}

/* Those that are the same stay in the order in which they came. */
static int compare(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int d = order(x, y);

	return d ? d : (x->text > y->text) - (x->text < y->text);
}

static void read_all(struct buf *in)
{
	static char chunk[65536];
	ssize_t n;

	while ((n = fdio_read_all(0, chunk, sizeof(chunk))) > 0)
		buf_add(in, chunk, (size_t)n);
	if (n < 0)
		msg_die(EXIT_SYSTEM, (int)n, "unable to read from stdin");
}

/* The lines of the buffer, to be freed, the last one with an end or without. */
static struct line *split(struct buf *in, size_t *n)
{
	const char *text = buf_bytes(in), *end = text + in->len;
	struct line *lines;
	size_t max = 1;

	for (const char *p = text; p < end; p++)
		max += *p == sort.end;
	lines = calloc(max, sizeof(*lines));
	if (!lines)
		msg_die(EXIT_SYSTEM, 0, "out of memory");
	for (*n = 0; text < end; ++*n) {
		const char *stop = memchr(text, sort.end, (size_t)(end - text));

		if (!stop)
			stop = end;
		lines[*n] = (struct line){ text, (size_t)(stop - text) };
		text = stop + 1;
	}
	return lines;
}

static int check(const struct line *lines, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (order(&lines[i - 1], &lines[i]) > (sort.unique ? -1 : 0))
			return 1;
	return 0;
}

static void print(const struct line *lines, size_t n)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < n; i++) {
		if (sort.unique && i && order(&lines[i - 1], &lines[i]) == 0)
			continue;
		buf_add(&out, lines[i].text, lines[i].len);
		buf_add(&out, &sort.end, 1);
	}
	out_end(&out);
}

int sort_main(int argc, char **argv)
{
	struct buf in = BUF_INIT;
	struct line *lines;
	char **word;
	size_t n;
	int c, code = 0;

	while ((c = applet_option(argc, argv, "bcfru0")) != -1) {
		sort.blanks |= c == 'b';
		sort.check |= c == 'c';
		sort.fold |= c == 'f';
		sort.reverse |= c == 'r';
		sort.unique |= c == 'u';
		if (c == '0')
			sort.end = '\0';
	}
	(void)applet_operands(argc, argv, &word);
	read_all(&in);
	lines = split(&in, &n);
	if (sort.check) {
		code = check(lines, n);
	} else {
		qsort(lines, n, sizeof(*lines), compare);
		print(lines, n);
	}
	free(lines);
	buf_free(&in);
	return code;
}
