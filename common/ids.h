/*
 * Users and groups from /etc/passwd and /etc/group, read with fgetpwent and fgetgrent each time: no
 * NSS, no cache, since an image may remap its user while booting.
 */
#ifndef SV_IDS_H
#define SV_IDS_H

#include <stddef.h>
#include <sys/types.h>

#define IDS_GROUPS_MAX 1024 /* supplementary groups kept; more are cut */
#define IDS_NOGROUP 65534

struct ids {
	uid_t uid;
	gid_t gid;
	unsigned int ngroups; /* supplementary groups, gid itself among them as initgroups does */
	gid_t groups[IDS_GROUPS_MAX];
};

/* By user name. 0, -ENOENT if there is no such user, or another -errno. */
int ids_by_name(const char *user, struct ids *ret);

/* By name, else, where that is a number, by number: what a setting may hold. */
int ids_by_user(const char *user, struct ids *ret);

/* By number. A uid that is not listed gets gid 65534 and no groups, and still 0. */
int ids_by_uid(uid_t uid, struct ids *ret);

/*
 * The groups that list the user as a member, each once, his own among them only where it lists him too: the
 * first cap of them to list. Returns how many it wrote, or -errno.
 */
int ids_memberships(const char *user, gid_t *list, unsigned int cap);

/* The group's number; -ENOENT. */
int ids_group(const char *group, gid_t *ret);

/* The user's name into buf, or the number as text if it is not listed. Always NUL-terminated. */
void ids_user_name(uid_t uid, char *buf, size_t cap);
void ids_group_name(gid_t gid, char *buf, size_t cap); /* the same for a group */

/*
 * setgroups, setgid, setuid for good, by raw system calls (safe after vfork). Being all that
 * already is success without a call; who is not root need not have the groups for that, as he
 * could not change them. 0 or -errno: after a failure the process must not go on.
 */
int ids_become(const struct ids *ids);

#endif
