/* One svctl command: what main.c needs to know before it calls it, and what it gets. */
#ifndef SVCTL_CMD_H
#define SVCTL_CMD_H

#include <stdbool.h>
#include <stddef.h>

#define ANY 1000000

enum svctl_option {
	OPT_TIMEOUT = 1 << 0,
	OPT_JSON = 1 << 1,
	OPT_DOWN = 1 << 2,
	OPT_DRY_RUN = 1 << 3,
	OPT_FOLLOW = 1 << 4,
	OPT_LINES = 1 << 5,
	OPT_ANY = 1 << 6,
	OPT_DIR = 1 << 7,
	OPT_COMMON = 1 << 30, /* taken by every command */
};

/* What the arguments of a command are: for completion. */
enum svctl_args {
	ARG_NONE,
	ARG_NAMES,    /* services */
	ARG_PROFILES, /* registered ones */
	ARG_NEW,      /* a profile that is not there yet */
	ARG_COMMAND,  /* a command of svctl */
	ARG_SIGNAL,   /* a signal, then services */
	ARG_STATE,    /* a state, then services */
	ARG_SHELL,
	ARG_KEY,      /* a section or a key of the settings */
};

struct svctl_option_row {
	unsigned int bit;
	const char *name;
	char letter;       /* 0: none */
	const char *value; /* NULL: none */
	const char *help;
};

struct svctl_request {
	const struct svctl_cmd *cmd;
	const char *scandir;
	bool default_scandir; /* neither -d nor HEXAD_SCANDIR names it */
	int timeout_ms;
	unsigned int lines;   /* -n */
	const char *dir;      /* --dir, or NULL */
	unsigned int given;   /* options that were used */
	int argc;
	char **argv;          /* arguments of the command alone */
};

/* Returns the exit code; has printed what there is to say. */
typedef int svctl_fn(const struct svctl_request *rq);

struct svctl_cmd {
	const char *name;
	svctl_fn *fn;
	int min, max;
	enum svctl_args args;
	unsigned int options;
	const char *usage, *help;
};

/* commands.c: the tables. */
extern const struct svctl_cmd svctl_commands[];
extern const size_t svctl_ncommands;
extern const struct svctl_option_row svctl_options[];
extern const size_t svctl_noptions;

/* NULL if there is none. */
const struct svctl_cmd *svctl_command(const char *name);

/* Prints "no such command 'x'; did you mean 'y'?" and returns the exit code for that. */
int svctl_unknown(const char *name);

#define SVCTL(name, min, max, args, options, usage, help) svctl_fn cmd_##name;
#include "commands.def"
#undef SVCTL

#endif
