/*
 * Acting as the owner of a directory: setfsuid and setfsgid with an empty group list, confirmed by a
 * second call, or not done at all. Only root changes anything; for others every scope is a no-op.
 * setfsuid makes the process undumpable, which would close /proc/PID/fd to others: leave() mends it.
 */
#ifndef HEXAD_FSID_H
#define HEXAD_FSID_H

#include <sys/types.h>

/* Enters the scope of uid:gid. Scopes do not nest. 0, or -errno and nothing has changed. */
int fsid_enter(uid_t uid, gid_t gid);

/* Back to what the process was. Cannot fail: no way back would be a fault, and is made one. */
void fsid_leave(void);

#endif
