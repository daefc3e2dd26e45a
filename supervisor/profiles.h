/*
 * The supervisor's side of profiles: starts the reading child as the application user, takes its plan
 * as untrusted lines, and carries plans out. Never opens anything below the application's home.
 */
#ifndef HEXAD_PROFILES_H
#define HEXAD_PROFILES_H

#include <stdbool.h>

#include "ids.h"
#include "reconcile.h"
#include "supervisor.h"

/* plan may be changed and is valid during the call only; NULL: there is none, and why says why not. */
typedef void profiles_plan_fn(void *owner, struct plan *plan, const char *why);

/*
 * Makes the plan of the reconcile pass, as the application user, in a child. With dry_run nothing on
 * disk is changed. The pid of that child: done is called later, once, from the loop. -errno: it is not.
 * -ENOTSUP: profiles are off (no app_user, or disabled). -ENOENT: there is no such user.
 */
int profiles_plan(struct supervisor *sv, bool dry_run, profiles_plan_fn *done, void *owner);

/* The user that profiles belong to, looked up anew. -ENOTSUP, -ENOENT or another -errno. */
int profiles_owner(const struct supervisor *sv, struct ids *ret);

#endif
