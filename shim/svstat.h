/* s6-svstat as a part of other commands. */
#ifndef SV_SVSTAT_H
#define SV_SVSTAT_H

#include <stdbool.h>

#include "svstat_line.h"

struct svstat_options {
	int field[SVSTAT_FIELDS];
	unsigned int n;
	bool numeric;
};

void svstat_parse(int argc, char **argv, struct svstat_options *opt);

/* Prints what was asked for of one service. Returns the exit code. */
int svstat_run(const char *dir, const struct svstat_options *opt);

#endif
