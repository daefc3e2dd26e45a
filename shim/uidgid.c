/* What s6-envuidgid, s6-applyuidgid and s6-setuidgid share. */
#include "uidgid.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ids.h"
#include "msg.h"
#include "number.h"

#define SEPARATORS ",:; \t\r\n"

gid_t *uidgid_room(void)
{
	/* Not touched beyond what is used, so that its size costs nothing. */
	static gid_t room[UIDGID_GROUPS];

	return room;
}

bool uidgid_parse_groups(const char *text, struct uidgid *ids)
{
	uint64_t gid;
	size_t len;

	ids->n = 0;
	/* Compat: separators may stand between and behind the numbers, not before the first. */
	for (; *text; text += len + strspn(text + len, SEPARATORS)) {
		len = strcspn(text, SEPARATORS);
		if (!number_parse(text, len, 10, UINT32_MAX, &gid) || ids->n == UIDGID_GROUPS)
			return false;
		ids->groups[ids->n++] = (gid_t)gid;
	}
	return true;
}

const char *uidgid_variable(const char *name)
{
	const char *text = getenv(name);

	if (!text)
		msg_die(EXIT_USAGE, 0, "%s not set", name);
	return text;
}

uint32_t uidgid_variable_id(const char *name)
{
	uint32_t id;

	if (!number_u32(uidgid_variable(name), &id))
		msg_die(EXIT_USAGE, 0, "invalid $%s", name);
	return id;
}

/* The group itself comes first, as initgroups has it, and once. */
static int set_groups(const struct uidgid *ids)
{
	static gid_t list[UIDGID_GROUPS];
	size_t n = 0;

	list[n++] = ids->gid ? ids->gid : getegid();
	for (unsigned int i = 0; i < ids->n && n < UIDGID_GROUPS; i++)
		if (ids->groups[i] != list[0])
			list[n++] = ids->groups[i];
	return setgroups(n, list);
}

void uidgid_apply(const struct uidgid *ids)
{
	const char *what = NULL;

	if (ids->has_groups && set_groups(ids) < 0)
		what = "set supplementary group list";
	else if (ids->gid && setgid(ids->gid) < 0)
		what = "setgid";
	else if (ids->uid && setuid(ids->uid) < 0)
		what = "setuid";
	if (what)
		msg_die(EXIT_SYSTEM, errno, "unable to %s", what);
}

void uidgid_become(const char *user)
{
	bool was_root = geteuid() == 0;
	struct ids ids;
	int r = ids_by_user(user, &ids);

	if (r == 0)
		r = ids_become(&ids);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to become the user '%s'", user);
	if (was_root)
		uidgid_drop_capabilities();
}

void uidgid_drop_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (geteuid() == 0 || syscall(SYS_capget, &head, data) < 0 || !(data[0].permitted | data[1].permitted))
		return;
	memset(data, 0, sizeof(data));
	if (syscall(SYS_capset, &head, data) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to drop capabilities");
}

void uidgid_forget(void)
{
	(void)unsetenv("UID");
	(void)unsetenv("GID");
	(void)unsetenv("GIDLIST");
}
