/* The commands that are little more than one call: s6-true, s6-false, s6-pause, s6-sync, s6-nice, s6-cat. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "applet.h"
#include "chain.h"
#include "fdio.h"
#include "msg.h"

int true_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int false_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 1;
}

/* None of these has an option, and they pass over their operands. */
static void no_options(int argc, char **argv)
{
	char **word;

	while (applet_option(argc, argv, "") != -1)
		;
	(void)applet_operands(argc, argv, &word);
}

/* Until a signal ends it. */
int pause_main(int argc, char **argv)
{
	no_options(argc, argv);
	for (;;)
		(void)pause();
}

int sync_main(int argc, char **argv)
{
	no_options(argc, argv);
	sync();
	return 0;
}

int cat_main(int argc, char **argv)
{
	static char chunk[65536];
	ssize_t n;
	int r;

	no_options(argc, argv);
	while ((n = read(0, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			msg_die(EXIT_SYSTEM, errno, "unable to read from stdin");
		r = fdio_write_all(1, chunk, (size_t)n);
		if (r < 0)
			msg_die(EXIT_SYSTEM, r, "unable to write to stdout");
	}
	return 0;
}

int nice_main(int argc, char **argv)
{
	bool negative;
	int by = 10;
	char **word;

	while (applet_option(argc, argv, "n:") != -1) {
		negative = *optarg == '-';
		by = (int)applet_uint(optarg + negative, 1000);
		if (negative)
			by = -by;
	}
	(void)applet_operands(argc, argv, &word);
	/* -1 is a niceness too. */
	errno = 0;
	if (nice(by) == -1 && errno)
		msg_die(EXIT_SYSTEM, errno, "unable to nice");
	chain_exec(word);
}
