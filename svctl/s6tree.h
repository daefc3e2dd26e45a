/*
 * A tree that s6 supervises: status files, control FIFOs, event directories. Only what s6 can do.
 */
#ifndef SVCTL_S6TREE_H
#define SVCTL_S6TREE_H

#include "client.h"
#include "services.h"

/* As services_load. */
int s6tree_load(struct client *c, char *const *names, size_t n, struct services *ret);

enum s6tree_goal { GOAL_UP, GOAL_DOWN, GOAL_NEW_RUN };

/*
 * Writes letters to a service's control FIFO and waits for the goal. Prints what came of it,
 * returns the exit code.
 */
int s6tree_change(struct client *c, const char *name, const char *letters, enum s6tree_goal goal);

#endif
