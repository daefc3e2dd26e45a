/*
 * Source definitions of s6-rc (s6-rc-source, sections 1 to 3): directories -> a graph, or every reason why not.
 * Reads only, directories by descriptor; prints nothing. May follow a link to a slow file system: PID 1 calls
 * it in a child.
 */
#ifndef SV_RCSRC_H
#define SV_RCSRC_H

#include <stdbool.h>
#include <stddef.h>

#include "rcgraph.h"

#define RC_PROBLEMS_MAX 64 /* kept; more are only counted */

struct rc_input {
	const char *source[RC_SOURCES_MAX];
	unsigned int nsources;
	bool container; /* as /init: a missing source is empty, user and user2 need no type, the built-in services are added */
	bool whole;     /* but where the sources have them: a database that s6-rc-compile made, which must be there */
};

struct rc_problem {
	int code; /* that s6-rc-compile would end with: 1, 111; 0: a warning */
	char *text;
};

struct rc_problems {
	unsigned int n, errors;    /* of both kinds; errors alone. May be more than are kept */
	struct rc_problem kept[RC_PROBLEMS_MAX];
};
void rc_problems_finish(struct rc_problems *p);

/* The ith that was kept, escaped, into buf; its code. -1: there are no more. */
int rc_problem_show(const struct rc_problems *p, unsigned int i, char *buf, size_t cap);

/* The graph, to be freed; NULL if there was any error. *p was empty. */
struct rc_graph *rcsrc_load(const struct rc_input *in, struct rc_problems *p);

#endif
