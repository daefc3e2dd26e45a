/*
 * The name of the service before every line that it writes to the container's output ([log] prefix); oneshots and boot
 * scripts are services too. PID 1 copies nothing: a small forked child reads the pipes and writes the lines. A program
 * that starts gets pipes instead of our output, whose other ends go to the child over a socket.
 */
#ifndef HEXAD_PREFIX_H
#define HEXAD_PREFIX_H

#include <sys/types.h>

#include "child.h"
#include "service.h"

struct spawn;

/* Starts the child, if it is wanted; without it lines have no name, which is said. Pid, or 0. */
pid_t prefix_start(struct supervisor *sv);

/* Has nobody to tell any more: the child ends when the last pipe does. Idempotent. */
void prefix_end(struct supervisor *sv);

/* spawn_start, with output that goes through the child where it would go to ours. */
pid_t prefix_spawn(struct service *s, struct spawn *sp, int *ret_execfd);

/* The same for child_start; descriptors that the spec names stay. name: of the service that the child does it for. */
pid_t prefix_child(struct supervisor *sv, const char *name, struct child_spec *spec, child_done_fn *done, void *owner);

#endif
