/*
 * A second process beside the one that becomes the next program: the small helpers that report a service's readiness. It is a
 * child of that program, or, where that would never collect it, nobody's.
 */
#ifndef SV_BESIDE_H
#define SV_BESIDE_H

#include <stdbool.h>

/*
 * Forks. Returns true in the helper, and false in the process that goes on to the next program, there only when the helper has
 * called beside_ready or ended. Ends the process with exit 111 if it cannot.
 */
bool beside_fork(bool orphan);

/* Said by the helper when nothing can escape it any more. */
void beside_ready(void);

/*
 * The descriptor that the supervisor reads readiness from: the given one, or, for -1, that of ./notification-fd. From here on the
 * next program does not have it. s6's messages and exit codes if it is none.
 */
int beside_notification_fd(int given);

#endif
