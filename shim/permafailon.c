/*
 * s6-permafailon: in a finish script, ends with 125 (do not start this service again) where the service has died too
 * often for certain reasons of late; else becomes the next program.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "applet.h"
#include "chain.h"
#include "death_list.h"
#include "fdio.h"
#include "msg.h"
#include "tai.h"
#include "tally.h"

#define EXIT_PERMANENT 125

/* The records that can be looked at; 0 with a warning where there is no tally to read. */
static unsigned int read_tally(uint8_t buf[TALLY_BYTES])
{
	int n, fd = fdio_open(AT_FDCWD, DTALLY_FILE, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

	n = fd < 0 ? fd : tally_read(fd, buf, DTALLY_MAX);
	fdio_close(&fd);
	if (n == -EINVAL)
		msg_warn(0, "invalid " DTALLY_FILE);
	else if (n < 0)
		msg_warn(n, n == -ENOENT ? "unable to stat " DTALLY_FILE : "unable to read " DTALLY_FILE);
	return n < 0 ? 0 : (unsigned int)n;
}

/* The deaths of the last seconds that the list names, oldest first, until there are enough of them. */
static bool died_too_often(const struct death_list *list, unsigned int seconds, unsigned int count, struct dtally *last)
{
	static uint8_t buf[TALLY_BYTES];
	unsigned int n = read_tally(buf), found = 0;
	struct timespec since = tai_now();

	since.tv_sec -= (time_t)seconds;
	for (unsigned int i = 0; i < n; i++) {
		dtally_unpack(buf + (size_t)i * DTALLY_RECORD, last);
		if (last->stamp.tv_sec < since.tv_sec ||
			(last->stamp.tv_sec == since.tv_sec && last->stamp.tv_nsec < since.tv_nsec))
			continue;
		if (death_list_has(list, last) && ++found == count)
			return true;
	}
	return false;
}

int permafailon_main(int argc, char **argv)
{
	unsigned int seconds, count;
	struct death_list list;
	struct dtally last;
	const char *why;
	char **word;

	/* Compat: no options; the first word is the number of seconds. */
	(void)applet_operands(argc, argv, &word);
	seconds = applet_uint(word[0], UINT_MAX);
	count = applet_uint(word[1], UINT_MAX);
	if (count == 0)
		applet_usage();
	why = death_list_parse(&list, word[2]);
	if (why)
		msg_die(EXIT_USAGE, 0, "%s", why);
	if (died_too_often(&list, seconds, count, &last)) {
		msg_info("PERMANENT FAILURE triggered after %u events involving %s %u in the last %u seconds", count,
			last.sig ? "signal" : "exit code", last.sig ? last.sig : last.exitcode, seconds);
		return EXIT_PERMANENT;
	}
	if (!word[3])
		return 0;
	chain_exec(word + 3);
}
