/* Taking an execline block from a command line. */
#include <stdlib.h>

#include "block.h"
#include "msg.h"

static char *unquote(char *word, unsigned int nth)
{
	const char *strict = getenv("EXECLINE_STRICT");
	unsigned long level = strict ? strtoul(strict, NULL, 10) : 0;

	if (*word == ' ')
		return word + 1;
	if (level > 1)
		msg_die(EXIT_USAGE, 0, "unquoted argument %s at block 1 position %u", word, nth);
	if (level == 1)
		msg_warn(0, "unquoted argument %s at block 1 position %u", word, nth);
	return word;
}

unsigned int block_take(char **word, const char *what)
{
	unsigned int n;

	for (n = 0; word[n] && *word[n]; n++)
		word[n] = unquote(word[n], n);
	if (!word[n])
		msg_die(EXIT_USAGE, 0, "unterminated %s block", what);
	return n;
}
