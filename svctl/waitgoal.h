/* PURE: when a service has become what somebody waits for, from its status and from what it tells listeners. */
#ifndef SVCTL_WAITGOAL_H
#define SVCTL_WAITGOAL_H

#include <stdbool.h>

#include "svstatus.h"

enum wait_goal { WAIT_FOR_UP, WAIT_FOR_READY, WAIT_FOR_DOWN, WAIT_FOR_RESTARTED, WAIT_GOALS };

struct wait_item {
	bool reached;
	const char *failed; /* NULL, or why it will not be reached, as the end of a sentence */
	bool was_down;      /* for restarted: it has been seen down since */
};

/* "up" and so on -> goal; -1. */
int wait_goal_of(const char *word);
const char *wait_goal_name(enum wait_goal goal);

/* How the service is now, at the beginning or after a gap. */
void wait_state(enum wait_goal goal, struct wait_item *item, const struct svstatus *st);

/* It has told this letter. */
void wait_letter(enum wait_goal goal, struct wait_item *item, char letter);

#endif
