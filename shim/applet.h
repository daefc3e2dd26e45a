/*
 * An applet is one s6 command inside hexad-shim: a row of applets.def and a main of its own. Applets
 * keep s6's wording on stderr and s6's exit codes; docs/compat.md lists every difference.
 */
#ifndef SV_APPLET_H
#define SV_APPLET_H

#include <sys/types.h>

#include "option.h"

#define ANY 0x7fffffff /* no upper limit: s6's commands ignore operands they do not know */

struct applet {
	const char *name;
	int (*main)(int argc, char **argv);
	int min, max;      /* operands after the options */
	const char *usage; /* without the name */
};

#define APPLET(name, main, min, max, usage) int main(int argc, char **argv);
#include "applets.def"
#undef APPLET

/* The row that runs now. */
extern const struct applet *applet_self;

/* "NAME: usage: NAME SYNOPSIS", exit 100. */
void applet_usage(void) __attribute__((noreturn));

/* The same as another command, which this one is made of in s6. */
void applet_usage_of(const char *name) __attribute__((noreturn));

/* Goes on as another command; argv[0] is its name. Returns its exit code. */
int applet_call(const char *name, int argc, char **argv);

/* The same, whose messages begin with prog instead of its name. */
int applet_call_as(const char *name, const char *prog, int argc, char **argv);

/*
 * Options as s6 reads them, one a call (option.h has the rules): the letter, or -1 at the end. spec is getopt's,
 * without a leading "+"; optarg and optind are set as getopt does. Anything unknown and a missing
 * argument is a usage error.
 */
int applet_option(int argc, char **argv, const char *spec);

/* The same for the commands that know long names since 2.15, with 2.15's messages; exit 100. */
int applet_option_long(int argc, char **argv, const char *spec, const struct option_name *names);

/* After the options: checks the number of operands and returns it; *operands is the first one. */
int applet_operands(int argc, char **argv, char ***operands);

/* Decimal digits only, at most max; else a usage error. */
unsigned int applet_uint(const char *text, unsigned int max);

/* Octal digits only, at most 07777; else a usage error. */
mode_t applet_mode(const char *text);

/* The same as applet_uint with 2.15's message, for the commands with long names: "NAME must be an unsigned integer". */
unsigned int applet_uint_long(const char *text, unsigned int max, const char *name);

#endif
