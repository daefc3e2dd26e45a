/*
 * s6-setuidgid: becomes a user, with his supplementary groups, and executes a program. "u:g" takes
 * numbers and drops all other groups; the empty name changes nothing. Messages carry the names of the
 * two programs that s6 makes this one of, since scripts and people look for them.
 */
#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "chain.h"
#include "ids.h"
#include "msg.h"

#define APPLYUIDGID_USAGE "s6-applyuidgid [ -z ] [ -u uid ] [ -g gid ] [ -G gidlist ] [ -U ] prog..."

static bool parse_id(const char *text, size_t len, unsigned int *id)
{
	unsigned long n = 0;

	if (len == 0 || len > 10 || strspn(text, "0123456789") < len)
		return false;
	for (size_t i = 0; i < len; i++)
		n = n * 10 + (unsigned long)(text[i] - '0');
	*id = (unsigned int)n;
	/* The highest number means "leave as it is" to the kernel: never a user. */
	return n < 0xffffffffUL;
}

static void by_numbers(const char *account, const char *colon, struct ids *ids)
{
	unsigned int uid, gid;

	if (!parse_id(account, (size_t)(colon - account), &uid) ||
		!parse_id(colon + 1, strlen(colon + 1), &gid)) {
		msg_prog = "s6-applyuidgid";
		msg_usage(APPLYUIDGID_USAGE);
	}
	ids->uid = uid;
	ids->gid = gid;
	ids->ngroups = 1;
	ids->groups[0] = gid;
}

static void by_name(const char *account, struct ids *ids)
{
	int r = ids_by_name(account, ids);

	if (r == 0)
		return;
	msg_prog = "s6-envuidgid";
	if (r == -ENOENT)
		msg_die(1, 0, "unknown user: %s", account);
	msg_die(EXIT_SYSTEM, r, "unable to get the user database entry for %s", account);
}

static bool has_group(const struct ids *ids, gid_t gid)
{
	if (gid == ids->gid)
		return true;
	for (unsigned int i = 0; i < ids->ngroups; i++)
		if (ids->groups[i] == gid)
			return true;
	return false;
}

/*
 * Is this process that user already, without a group too many? Then there is nothing to change, which
 * matters to those who could not: a service that already runs as its owner.
 */
static bool is_already(const struct ids *ids)
{
	uid_t r, e, s;
	gid_t rg, eg, sg, have[IDS_GROUPS_MAX];
	int n;

	if (getresuid(&r, &e, &s) < 0 || getresgid(&rg, &eg, &sg) < 0)
		return false;
	if (r != ids->uid || e != r || s != r || rg != ids->gid || eg != rg || sg != rg)
		return false;
	n = getgroups(IDS_GROUPS_MAX, have);
	if (n < 0)
		return false;
	for (int i = 0; i < n; i++)
		if (!has_group(ids, have[i]))
			return false;
	/* Root can still take the groups it lacks. */
	return e != 0;
}

static void become(const struct ids *ids)
{
	int r;

	if (is_already(ids))
		return;
	/* First and always: who is the user already, but with groups too many, must lose those. */
	r = setgroups(ids->ngroups, ids->groups) < 0 ? -errno : ids_become(ids);
	if (r == 0)
		return;
	msg_prog = "s6-applyuidgid";
	msg_die(EXIT_SYSTEM, r, "unable to set supplementary group list, gid or uid");
}

int setuidgid_main(int argc, char **argv)
{
	struct ids ids = { .ngroups = 0 };
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
	become(&ids);
	(void)unsetenv("UID");
	(void)unsetenv("GID");
	(void)unsetenv("GIDLIST");
	msg_prog = "s6-applyuidgid";
	chain_exec(word + 1);
}
