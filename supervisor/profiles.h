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

enum profiles_how {
	PROFILES_BOOT,    /* takes the volume's lock, deletes stale files, seeds states, watches the profiles */
	PROFILES_LOOK,    /* takes the lock if it is not held yet, and watches; the profiles are left as they are */
	PROFILES_DRY_RUN, /* changes nothing at all */
};

/*
 * Makes the plan of the reconcile pass, as the application user, in a child. After BOOT and LOOK
 * sv->head->observing says whether another supervisor writes the volume; that is said once. Returns the
 * pid of that child, which is also noted (as child_spec's note; NULL: nowhere): done is called later, once, from the
 * loop. -errno: it is not. -ENOTSUP: profiles are off (no app_user, or disabled). -ENOENT: there is no such user.
 */
int profiles_plan(struct supervisor *sv, enum profiles_how how, volatile pid_t *note, profiles_plan_fn *done,
	void *owner);

/* The user that profiles belong to, looked up anew. -ENOTSUP, -ENOENT or another -errno. */
int profiles_owner(const struct supervisor *sv, struct ids *ret);

#endif
