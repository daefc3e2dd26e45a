/*
 * A service's control FIFO: watched, read in bounded pieces, its letters handed to the machine. Whoever may write it may
 * write without end: beyond so many letters a second it is left unread for a moment, and fills up at its writer's cost.
 */
#ifndef HEXAD_CONTROL_H
#define HEXAD_CONTROL_H

#include "service.h"

#define CONTROL_BYTES 64    /* read from one FIFO in one turn */
#define CONTROL_BURST 256   /* letters that may come at once */
#define CONTROL_PER_SECOND 250

/* Watches s->d->ctlfd, if there is one, in the place of what was watched before. 0 or -ENOMEM. */
int control_watch(struct service *s);

/* The timer that goes on with FIFOs that were left: before the first control_watch. */
void control_open(struct supervisor *sv);

/*
 * PURE: how many letters may be taken at now_ns from a store of *tokens, which is filled up from *since_ns on; at most
 * CONTROL_BYTES. What is taken is subtracted by the caller.
 */
uint32_t control_allowance(uint32_t *tokens, int64_t *since_ns, int64_t now_ns);

#endif
