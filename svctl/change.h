/*
 * Commands that change services: each name in turn, by the socket or by s6's files, and one sentence about each,
 * printed where it belongs and, with --json, collected into one object.
 */
#ifndef SVCTL_CHANGE_H
#define SVCTL_CHANGE_H

#include <jansson.h>

#include "client.h"
#include "cmd.h"
#include "s6tree.h"

struct change {
	const struct svctl_request *rq;
	struct client c;
	json_t *results; /* NULL: no JSON is wanted */
	int code;        /* of the first failure */
};

/* Opens the way to the tree; 0, or an exit code after saying why not. End it in either case. */
int change_begin(struct change *ch, const struct svctl_request *rq);

/*
 * What came of it for name (NULL: for the command as a whole): sentence is raw text, escaped here. Returns code.
 */
int change_add(struct change *ch, const char *name, int code, const char *sentence);

/* The same for the answer to a request. */
int change_add_reply(struct change *ch, const char *name, const struct client_reply *reply);

/* No such service: code 2, with the nearest one that is there. */
int change_add_unknown(struct change *ch, const char *name);

/* Prints the JSON. Returns the exit code of the command. */
int change_end(struct change *ch);

/* Makes a request that hexad alone can answer: 0 if it may be made, else change_add has told. */
int change_needs_hexad(struct change *ch);

/*
 * A whole command: verb and, where there is one, the request's last word are for the socket, s6 is for the
 * files. argv are the names.
 */
int change_all(const struct svctl_request *rq, int argc, char **argv, const char *last,
	const struct s6tree_order *s6);

#endif
