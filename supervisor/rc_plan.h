/*
 * PURE: what of the service graph is to be started or stopped next. State x event -> state is a table; which service
 * comes next follows from the states of its neighbours. No I/O, no time: rc.c asks, does and reports.
 *
 * One change at a time, in one direction. A service that failed in a change is not tried again in it, so
 * what depends on it stays as it is; the others go on.
 */
#ifndef HEXAD_RC_PLAN_H
#define HEXAD_RC_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "rcgraph.h"

/* The last two are in flight. */
enum rc_state { RC_DOWN, RC_UP, RC_STARTING, RC_STOPPING, RC_STATES };

enum rc_event {
	RC_START,       /* its start is begun */
	RC_STARTED,     /* it is up (ready) */
	RC_START_FAILED,
	RC_STOP,        /* its stop is begun; for a longrun also while it is starting */
	RC_STOPPED,
	RC_STOP_FAILED, /* it stays up, as far as the graph knows */
	RC_EVENTS
};

#define RC_WANTED 1u /* is to change in this change */
#define RC_FAILED 2u /* did not, in this change */
#define RC_SPARED 4u /* essential, up, and left out of this change */

struct rc_mark {
	uint8_t state; /* enum rc_state */
	uint8_t mark;
};

struct rc_plan {
	const struct rc_graph *g;
	struct rc_mark *m;  /* one for each service */
	bool up;            /* direction of this change */
};

/*
 * Begins a change: everything of set (one byte for each service, changed here) and, up, what it depends on, or,
 * down, what depends on it. keep_essential: essential services that are up and what they need are left out of a stop, the
 * former with a mark.
 */
void rc_plan_begin(struct rc_plan *p, bool up, uint8_t *set, bool keep_essential);

/* A service that can be begun now, from *cursor on (0 at first); RC_NONE: none. *cursor moves behind it. */
uint32_t rc_plan_next(const struct rc_plan *p, uint32_t *cursor);

/* What happened. False: that cannot happen to a service in its state, and nothing was changed. */
bool rc_plan_event(struct rc_plan *p, uint32_t i, enum rc_event ev);

/* In flight now; the change is over when nothing is and rc_plan_next has nothing. */
uint32_t rc_plan_in_flight(const struct rc_plan *p);

/* Wanted, and not where it was to go: those that failed and those that were not tried. */
uint32_t rc_plan_missed(const struct rc_plan *p);

const char *rc_state_name(enum rc_state s);

#endif
