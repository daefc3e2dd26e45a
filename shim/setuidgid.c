/*
 * s6-setuidgid: becomes a user, with his supplementary groups, and executes a program. "u:g" takes
 * numbers and drops all other groups; the empty name changes nothing. Messages carry the names of the
 * two programs that s6 makes this one of, since scripts and people look for them.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "chain.h"
#include "ids.h"
#include "msg.h"
#include "number.h"
#include "uidgid.h"

static void by_numbers(const char *account, const char *colon, struct uidgid *ids)
{
	uint64_t uid;

	if (!number_parse(account, (size_t)(colon - account), 10, UINT32_MAX, &uid) || !number_u32(colon + 1, &ids->gid))
		applet_usage_of("s6-applyuidgid");
	ids->uid = (uint32_t)uid;
}

/* The file is read once more only where there are more groups than were kept. */
static int copy_groups(const char *account, const struct ids *user, gid_t *groups)
{
	if (user->ngroups == IDS_GROUPS_MAX)
		return ids_memberships(account, groups, UIDGID_GROUPS);
	memcpy(groups, user->groups, user->ngroups * sizeof(*groups));
	return (int)user->ngroups;
}

static void by_name(const char *account, struct uidgid *ids)
{
	struct ids user;
	int r = ids_by_name(account, &user), n;

	if (r < 0)
		msg_prog = "s6-envuidgid";
	if (r == -ENOENT)
		msg_die(1, 0, "unknown user: %s", account);
	n = r < 0 ? r : copy_groups(account, &user, ids->groups);
	if (n < 0)
		msg_die(EXIT_SYSTEM, n, "unable to get the user database entry for %s", account);
	ids->uid = user.uid;
	ids->gid = user.gid;
	ids->n = (unsigned int)n;
}

static bool has_group(const struct uidgid *ids, gid_t gid)
{
	if (gid == ids->gid)
		return true;
	for (unsigned int i = 0; i < ids->n; i++)
		if (ids->groups[i] == gid)
			return true;
	return false;
}

/*
 * Is this process that user already, without a group too many? Then there is nothing to change, which
 * matters to those who could not: a service that already runs as its owner.
 */
static bool is_already(const struct uidgid *ids)
{
	static gid_t have[UIDGID_GROUPS];
	uid_t r, e, s;
	gid_t rg, eg, sg;
	int n;

	if (getresuid(&r, &e, &s) < 0 || getresgid(&rg, &eg, &sg) < 0)
		return false;
	if (r != ids->uid || e != r || s != r || rg != ids->gid || eg != rg || sg != rg)
		return false;
	n = getgroups(UIDGID_GROUPS, have);
	if (n < 0)
		return false;
	for (int i = 0; i < n; i++)
		if (!has_group(ids, have[i]))
			return false;
	/* Root can still take the groups it lacks. */
	return e != 0;
}

int setuidgid_main(int argc, char **argv)
{
	struct uidgid ids = { .has_groups = true, .groups = uidgid_room() };
	const char *colon;
	char **word;

	while (applet_option(argc, argv, "") != -1)
		;
	(void)applet_operands(argc, argv, &word);
	if (!word[0][0])
		chain_exec(word + 1);
	colon = strchr(word[0], ':');
	if (colon)
		by_numbers(word[0], colon, &ids);
	else
		by_name(word[0], &ids);
	msg_prog = "s6-applyuidgid";
	if (!is_already(&ids))
		uidgid_apply(&ids);
	uidgid_forget();
	chain_exec(word + 1);
}
