/* Owns every pid we forked: nobody else waits. Services first, then children, boot, orphans. */
#ifndef HEXAD_REAPER_H
#define HEXAD_REAPER_H

#include "supervisor.h"

#define REAPER_TURN 16 /* deaths taken in one turn: each may be a start, which waits for the processor */

/*
 * Collects what there is, so much of it in this turn and the rest in the next ones: services that die as fast as they are
 * started again must not keep us from hearing that we are to stop.
 *
 * A death is looked at (WNOWAIT), handed on and committed, and only
 * then taken: a fault in between finds it again.
 */
void reaper_sweep(struct supervisor *sv);

/*
 * Has that child of ours died? Then its death is handed on and taken now. For who is about to say that its time is over: where
 * many die at once a death waits for its turn, and one that came in time is not to be taken for one that did not.
 */
bool reaper_took(struct supervisor *sv, pid_t pid);

#endif
