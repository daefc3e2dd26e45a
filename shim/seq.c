/* s6-seq: whole numbers from one to another. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "number.h"
#include "out.h"

#define FULL 65536 /* bytes that are written at once */

/* With a sign or without; so far from the edge that no step leads over it. */
static int64_t whole(const char *text)
{
	bool negative = *text == '-';
	uint64_t n;

	text += negative;
	if (!number_parse(text, strlen(text), 10, INT64_MAX / 4, &n))
		applet_usage();
	return negative ? -(int64_t)n : (int64_t)n;
}

static int width_of(int64_t n)
{
	return snprintf(NULL, 0, "%lld", (long long)n);
}

int seq_main(int argc, char **argv)
{
	const char *separator = "\n";
	int64_t first = 1, step = 1, last;
	struct buf out = BUF_INIT;
	bool same_width = false;
	int c, n, width = 0;
	char text[32], **word;

	while ((c = applet_option(argc, argv, "ws:")) != -1) {
		if (c == 'w')
			same_width = true;
		else
			separator = optarg;
	}
	n = applet_operands(argc, argv, &word);
	if (n > 1)
		first = whole(word[0]);
	if (n > 2)
		step = whole(word[1]);
	last = whole(word[n - 1]);
	if (step == 0)
		applet_usage();
	if (same_width)
		width = width_of(first) > width_of(last) ? width_of(first) : width_of(last);
	for (int64_t i = first; step > 0 ? i <= last : i >= last; i += step) {
		(void)snprintf(text, sizeof(text), "%0*lld", width, (long long)i);
		if (i != first)
			buf_add_text(&out, separator);
		buf_add_text(&out, text);
		if (out.len > FULL)
			out_write(&out);
	}
	if (step > 0 ? first <= last : first >= last)
		buf_add(&out, "\n", 1);
	out_end(&out);
	return 0;
}
