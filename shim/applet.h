/*
 * An applet is one s6 command inside hexad-shim: a row of applets.def and a main of its own. Applets
 * keep s6's wording on stderr and s6's exit codes; docs/compat.md lists every difference.
 */
#ifndef SV_APPLET_H
#define SV_APPLET_H

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

/*
 * Options as s6 reads them: short ones, grouped or not, ended by the first operand, "-" or "--".
 * spec is getopt's, without a leading "+". Returns the letter, or -1 at the end; anything unknown and
 * a missing argument is a usage error. optarg and optind are getopt's.
 */
int applet_option(int argc, char **argv, const char *spec);

/* After the options: checks the number of operands and returns it; *operands is the first one. */
int applet_operands(int argc, char **argv, char ***operands);

/* Decimal digits only, at most max; else a usage error. */
unsigned int applet_uint(const char *text, unsigned int max);

#endif
