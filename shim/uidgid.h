/*
 * Users and groups for the three programs that s6-setuidgid is made of in s6: what the variables UID, GID and GIDLIST
 * say, and becoming that.
 */
#ifndef SV_UIDGID_H
#define SV_UIDGID_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define UIDGID_GROUPS 65536 /* as many as the kernel takes */

struct uidgid {
	uint32_t uid, gid;
	bool has_groups; /* gid and groups become the list of groups; else that stays as it is */
	unsigned int n;
	gid_t *groups;   /* room for UIDGID_GROUPS; NULL where there are none */
};

/* Memory for a list of groups, for the life of the process. */
gid_t *uidgid_room(void);

/* "5,6,7" or nothing at all, into ids->groups. Separators as in s6: , : ; and blanks. False if it is something else. */
bool uidgid_parse_groups(const char *text, struct uidgid *ids);

/* A variable's value, and as a number; without one, or if it is none, the process ends with exit 100. */
const char *uidgid_variable(const char *name);
uint32_t uidgid_variable_id(const char *name);

/*
 * Sets groups, then gid, then uid; a 0 leaves what it is. A failure ends the process with s6-applyuidgid's message.
 */
void uidgid_apply(const struct uidgid *ids);

/* Becomes a user, by name or number, with his groups: for what is hexad's own. A failure ends the process. */
void uidgid_become(const char *user);

/*
 * What becoming an ordinary user takes away, but where the process was set up to keep it, and what an exec would: for those
 * who go on without one, having been root. Does nothing for root. A failure ends the process.
 */
void uidgid_drop_capabilities(void);

/* UID, GID and GIDLIST leave the environment. */
void uidgid_forget(void);

#endif
