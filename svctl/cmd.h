/* One svctl command: what main.c needs to know before it calls it, and what it gets. */
#ifndef SVCTL_CMD_H
#define SVCTL_CMD_H

#include <stdbool.h>
#include <stddef.h>

#define ANY 1000000

enum svctl_option {
	OPT_TIMEOUT = 1 << 0, /* -t MS */
	OPT_JSON = 1 << 1,    /* --json */
	OPT_DOWN = 1 << 2,    /* --down */
	OPT_DRY_RUN = 1 << 3, /* --dry-run */
};

struct svctl_request {
	const struct svctl_cmd *cmd;
	const char *scandir;
	int timeout_ms;
	unsigned int given; /* options that were used */
	int argc;
	char **argv;        /* arguments of the command alone */
};

/* Returns the exit code; has printed what there is to say. */
typedef int svctl_fn(const struct svctl_request *rq);

struct svctl_cmd {
	const char *name;
	svctl_fn *fn;
	int min, max;
	unsigned int options;
	const char *usage, *help;
};

extern const struct svctl_cmd svctl_commands[];
extern const size_t svctl_ncommands;

/* NULL if there is none. */
const struct svctl_cmd *svctl_command(const char *name);

/* Prints "unknown command 'x'; did you mean 'y'?" and returns the exit code for that. */
int svctl_unknown(const char *name);

#define SVCTL(name, min, max, options, usage, help) svctl_fn cmd_##name;
#include "commands.def"
#undef SVCTL

#endif
