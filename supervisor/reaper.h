/* Owns every pid we forked: nobody else waits. Services first, then children, boot, orphans. */
#ifndef HEXAD_REAPER_H
#define HEXAD_REAPER_H

#include "supervisor.h"

/*
 * Collects until nothing is left. A death is looked at (WNOWAIT), handed on and committed, and only
 * then taken: a fault in between finds it again.
 */
void reaper_sweep(struct supervisor *sv);

#endif
