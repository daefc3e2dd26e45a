/*
 * s6-tai64n puts a TAI64N label before each line; s6-tai64nlocal makes labels at the beginning of lines readable.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "applet.h"
#include "lines.h"
#include "tai.h"

static bool gmt;

static void label(const char *line, size_t len, bool ended, struct buf *out)
{
	char stamp[TAI64N_TEXT + 2];
	struct timespec now = tai_now();

	(void)ended;
	tai64n_format(stamp, &now);
	stamp[TAI64N_TEXT] = ' ';
	buf_add(out, stamp, TAI64N_TEXT + 1);
	buf_add(out, line, len);
	buf_add(out, "\n", 1);
}

/* Formats the label at text; 0 if there is none that a calendar knows. */
static int format(char *stamp, size_t cap, const char *text)
{
	struct timespec utc;
	struct tm tm;
	char again[TAI64N_TEXT + 1];

	if (!tai64n_parse(text, &utc) || utc.tv_sec < 0)
		return 0;
	if (!(gmt ? gmtime_r(&utc.tv_sec, &tm) : localtime_r(&utc.tv_sec, &tm)))
		return 0;
	/* UTC has no number of its own for a leap second: it counts as the one before, whose label is another. */
	tai64n_format(again, &utc);
	if (strncasecmp(again, text, TAI64N_TEXT) != 0)
		tm.tm_sec++;
	return snprintf(stamp, cap, "%04d-%02d-%02d %02d:%02d:%02d.%09ld", tm.tm_year + 1900, tm.tm_mon + 1,
		tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, utc.tv_nsec);
}

static void unlabel(const char *line, size_t len, bool ended, struct buf *out)
{
	char stamp[96];
	int n = 0;

	/* Compat: a label with nothing behind it, not even a newline, stays. */
	if (len + ended > TAI64N_TEXT)
		n = format(stamp, sizeof(stamp), line);
	if (n > 0) {
		buf_add(out, stamp, (size_t)n);
		line += TAI64N_TEXT;
		len -= TAI64N_TEXT;
	}
	buf_add(out, line, len);
	if (ended)
		buf_add(out, "\n", 1);
}

int tai64n_main(int argc, char **argv)
{
	/* Compat: it knows no options and looks at no word. */
	(void)argc;
	(void)argv;
	lines_filter(label);
	return 0;
}

int tai64nlocal_main(int argc, char **argv)
{
	while (applet_option(argc, argv, "g") != -1)
		gmt = true;
	lines_filter(unlabel);
	return 0;
}
