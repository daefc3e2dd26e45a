/*
 * The two ways in which s6's commands read their options, as a walk over argv. Pure: says what is wrong and prints
 * nothing; applet_option and applet_option_long give the messages.
 *
 * Both: letters, grouped or not, an argument attached or in the next word; ended by the first operand, by "-",
 * which is one, or behind "--". The classic way knows nothing else. The long way (2.15, in some commands)
 * knows "--name" for options without an argument and "--name=value" for the others, and takes no "--" for an argument.
 */
#ifndef SV_OPTION_H
#define SV_OPTION_H

/* A long name and the letter that means the same; a list ends with a NULL name. */
struct option_name {
	const char *name;
	char letter;
};

/* All zero but index, which is 1 to begin with: the first word is the command's name. */
struct option_walk {
	int index;       /* the next word; at the end, the first operand */
	int at;          /* place within that word, 0 at its start */
	char *arg;       /* the argument of the option just returned, NULL if it takes none */
	const char *bad; /* after a failure: the word, or what of it counts */
};
#define OPTION_WALK_INIT { 1, 0, 0, 0 }

#define OPTION_END (-1)
#define OPTION_UNKNOWN (-2)     /* a letter; bad is the place of the letter */
#define OPTION_NOARG (-3)       /* a letter without its argument; bad is the place of the letter */
#define OPTION_UNKNOWN_BOOL (-4) /* "--name" of no option, or of one with an argument */
#define OPTION_UNKNOWN_ARG (-5)  /* "--name=value" of no option, or of one without an argument */

/*
 * The next option's letter, OPTION_END, or one of the failures, after which the walk is over. spec is getopt's:
 * letters, a colon behind those with an argument. Without names the walk is the classic one.
 */
int option_next(struct option_walk *walk, int argc, char *const *argv, const char *spec,
	const struct option_name *names);

#endif
