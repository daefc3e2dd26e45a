/* Acting as somebody else for a few file operations. Owns the process's fsuid, fsgid and group list. */
#include "fsid.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <unistd.h>

#define GROUPS_MAX 64

static bool inside;

static bool set_both(uid_t uid, gid_t gid)
{
	/* The group first: without fsuid 0 it could not be changed any more. A second call tells the truth. */
	setfsgid(gid);
	setfsuid(uid);
	return (gid_t)setfsgid((gid_t)-1) == gid && (uid_t)setfsuid((uid_t)-1) == uid;
}

static gid_t own_groups[GROUPS_MAX];
static int own_ngroups = -1;

static bool drop_groups(void)
{
	if (own_ngroups < 0) {
		own_ngroups = getgroups(GROUPS_MAX, own_groups);
		if (own_ngroups < 0)
			return false;
	}
	return own_ngroups == 0 || setgroups(0, NULL) == 0;
}

static void back(void)
{
	setfsuid(geteuid());
	setfsgid(getegid());
	if ((uid_t)setfsuid((uid_t)-1) != geteuid() || (gid_t)setfsgid((gid_t)-1) != getegid())
		abort();
	if (own_ngroups > 0 && setgroups((size_t)own_ngroups, own_groups) < 0)
		abort();
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

int fsid_enter(uid_t uid, gid_t gid)
{
	if (uid == 0 || geteuid() != 0)
		return 0;
	if (!drop_groups())
		return -EPERM;
	if (!set_both(uid, gid)) {
		back();
		return -EPERM;
	}
	inside = true;
	return 0;
}

void fsid_leave(void)
{
	if (!inside)
		return;
	inside = false;
	back();
}
