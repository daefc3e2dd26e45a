/* Questions about a graph, as s6-rc-db asks them: PURE. The answer is lines, each ended by a NUL. */
#ifndef SV_RCQUERY_H
#define SV_RCQUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "rcgraph.h"

/* buf is on the heap; full: there was no memory for all of it. */
struct rc_lines {
	char *buf;
	size_t len, cap;
	bool full;
};
void rc_lines_put(struct rc_lines *l, const char *line);
void rc_lines_finish(struct rc_lines *l);

#define RC_EXIT_UNKNOWN 3 /* s6-rc: no such name */
#define RC_EXIT_KIND 5    /* it is of another kind */

struct rc_query {
	const char *command;     /* "list", "type", ... */
	const char *const *name;
	unsigned int n;
	bool down;               /* -d: dependents, the down script, the down timeout */
	bool hide_essential;     /* -e */
};

/*
 * 0, 100 for a command or a number of names that cannot be, RC_EXIT_*; then why is a sentence. "script" gives
 * a line a word.
 */
int rc_query_run(const struct rc_graph *g, const struct rc_query *q, struct rc_lines *out, char *why, size_t cap);

/* Every service of set, in the order of the graph. */
void rc_query_set(const struct rc_graph *g, const uint8_t *set, bool hide_essential, struct rc_lines *out);

/* set := the services that are meant; NULL, or the first name that is none. */
const char *rc_query_select(const struct rc_graph *g, const char *const *name, unsigned int n, uint8_t *set);

#endif
