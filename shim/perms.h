/*
 * Changing the group and the mode of what a name leads to, on a held descriptor. These commands are root's, in
 * directories that may be others': a link is followed only where it is the caller's own, or its owner's is what it leads to.
 */
#ifndef SV_PERMS_H
#define SV_PERMS_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Needs no permission on the thing itself. A descriptor for perms_set and *st, or -errno (-ELOOP: such a link). */
int perms_open(int dirfd, const char *name, struct stat *st);

/* First the group, unless (gid_t)-1, then the mode. 0 or -errno; *what is then "chown" or "chmod". */
int perms_set(int fd, gid_t gid, mode_t mode, const char **what);

/*
 * Makes an event directory, or takes the one there is, which must be a directory of owner's; its group and mode are changed
 * only with force. A new one gets gid unless that is (gid_t)-1. 0 or -errno (-EACCES: somebody else's).
 */
int perms_fifodir(int dirfd, const char *name, uid_t owner, gid_t gid, mode_t mode, bool force);

#endif
