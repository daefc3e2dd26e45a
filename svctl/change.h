/*
 * What start, stop and restart have in common: each name in turn, by the socket or by s6's files.
 */
#ifndef SVCTL_CHANGE_H
#define SVCTL_CHANGE_H

#include "cmd.h"
#include "s6tree.h"

/*
 * The command's name is the verb; letters and goal are for s6. Returns the exit code of the first
 * that failed.
 */
int change_all(const struct svctl_request *rq, const char *letters, enum s6tree_goal goal);

/*
 * Prints the sentence of an answer where it belongs and returns its code; name (or NULL) is what
 * it was about.
 */
int change_tell(const char *verb, const char *name, const struct client_reply *reply);

#endif
