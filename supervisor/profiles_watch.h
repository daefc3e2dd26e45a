/*
 * Profiles that come and go while the tree runs: what is in the profiles directory is compared with the slots, when the
 * directory has changed or somebody asks. A profile that appears gets its slot, down; one that vanishes has its slot
 * stopped and removed. The looking itself is done by profiles.h's child.
 */
#ifndef HEXAD_PROFILES_WATCH_H
#define HEXAD_PROFILES_WATCH_H

#include "profiles.h"

/*
 * The plan of a pass that has been carried out (profiles_plan with BOOT): its profiles are those that can vanish from
 * now on, and changes are waited for. plan NULL: they are not known, but changes are waited for.
 */
void profiles_watch_begin(struct supervisor *sv, const struct plan *plan);

/* Gives up all watches; the pass that is being begun makes its own. */
void profiles_watch_renew(struct supervisor *sv);

/* Somebody has registered the profile: its slot is his, and not the one of a profile that has gone. */
void profiles_registered(struct supervisor *sv, const char *profile);

/* After a fault: goes on, where there was a watch. */
void profiles_watch_resume(struct supervisor *sv);

/*
 * Looks now. done gets the changes that were made: a REGISTERED op for a new slot, a REMOVED one for a slot that is
 * being removed, and what was SKIPPED. The pid of the child, -EBUSY while another pass is under way, or as profiles_plan.
 */
int profiles_pass(struct supervisor *sv, profiles_plan_fn *done, void *owner);

#endif
