/*
 * s6-envuidgid: looks an account up and executes a program with what it found in UID, GID and GIDLIST. The
 * account is a user with his groups, or by option a user alone (-u), a group alone (-g), or "user:group" (-B).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "chain.h"
#include "ids.h"
#include "msg.h"
#include "number.h"
#include "uidgid.h"

struct account {
	char form;              /* 'a' (all of it), 'u', 'g' or 'B' */
	bool numbers;           /* -n: what is no name may be a number */
	bool defaults;          /* -D: what is not known is in ids already */
	struct uidgid ids;
};

static void put(const char *name, const char *value)
{
	if (setenv(name, value, 1) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to set the environment");
}

static void put_id(const char *name, uint32_t id)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", id);
	put(name, text);
}

static void put_groups(const struct uidgid *ids)
{
	size_t len = 0, cap = (size_t)ids->n * 11 + 1;
	char *text = calloc(1, cap);

	if (!text)
		msg_die(EXIT_SYSTEM, errno, "unable to allocate memory");
	for (unsigned int i = 0; i < ids->n; i++)
		len += (size_t)snprintf(text + len, cap - len, "%s%u", i ? "," : "", ids->groups[i]);
	put("GIDLIST", text);
	free(text);
}

/* "uid:gid:gidlist", the last two of which may be missing. */
static void parse_defaults(const char *text, struct account *acc)
{
	size_t uid_len = strcspn(text, ":");
	const char *gid = text + uid_len + (text[uid_len] == ':');
	size_t gid_len = strcspn(gid, ":");
	const char *list = gid + gid_len + (gid[gid_len] == ':');
	uint64_t id;

	acc->ids.uid = acc->ids.gid = 0;
	/* Compat: a part before a colon may be empty, which is 0. */
	if (!*text || (uid_len && !number_parse(text, uid_len, 10, UINT32_MAX, &id)))
		applet_usage();
	if (uid_len)
		acc->ids.uid = (uint32_t)id;
	if (gid_len && !number_parse(gid, gid_len, 10, UINT32_MAX, &id))
		applet_usage();
	if (gid_len)
		acc->ids.gid = (uint32_t)id;
	if (!uidgid_parse_groups(list, &acc->ids))
		applet_usage();
	acc->defaults = true;
}

static void unknown(const char *kind, const char *name, int r)
{
	if (r == -ENOENT)
		msg_die(1, 0, "unknown %s: %s", kind, name);
	msg_die(EXIT_SYSTEM, r, "unable to get the %s database entry for %s", kind, name);
}

static void find_user(const char *name, struct account *acc)
{
	struct ids ids;
	int r = ids_by_name(name, &ids);

	if (r == 0)
		acc->ids.uid = ids.uid;
	else if ((r != -ENOENT || !acc->numbers || !number_u32(name, &acc->ids.uid)) &&
		(r != -ENOENT || !acc->defaults))
		unknown("user", name, r);
}

static void find_group(const char *name, struct account *acc)
{
	gid_t gid;
	int r = ids_group(name, &gid);

	if (r == 0)
		acc->ids.gid = gid;
	else if ((r != -ENOENT || !acc->numbers || !number_u32(name, &acc->ids.gid)) &&
		(r != -ENOENT || !acc->defaults))
		unknown("group", name, r);
}

/* Compat: an empty part is what -D says, else 0; the group is looked up first. */
static void find_both(char *name, struct account *acc)
{
	char *colon = strchr(name, ':');

	if (colon)
		*colon = '\0';
	if (colon && colon[1])
		find_group(colon + 1, acc);
	if (!colon || *name)
		find_user(name, acc);
	put_id("UID", acc->ids.uid);
	put_id("GID", acc->ids.gid);
}

static void find_all(const char *name, struct account *acc)
{
	struct ids ids;
	int r = ids_by_name(name, &ids);

	if (r == 0) {
		acc->ids.uid = ids.uid;
		acc->ids.gid = ids.gid;
		r = ids_memberships(name, acc->ids.groups, UIDGID_GROUPS);
		if (r < 0)
			msg_die(EXIT_SYSTEM, r, "unable to get the supplementary groups of %s", name);
		acc->ids.n = (unsigned int)r;
	} else if (r != -ENOENT || !acc->defaults) {
		unknown("user", name, r);
	}
	put_id("UID", acc->ids.uid);
	put_id("GID", acc->ids.gid);
	put_groups(&acc->ids);
}

static void look_up(char *name, struct account *acc)
{
	switch (acc->form) {
	case 'u':
		find_user(name, acc);
		put_id("UID", acc->ids.uid);
		break;
	case 'g':
		find_group(name, acc);
		put_id("GID", acc->ids.gid);
		break;
	case 'B':
		find_both(name, acc);
		break;
	default:
		find_all(name, acc);
	}
}

int envuidgid_main(int argc, char **argv)
{
	struct account acc = { .form = 'a', .ids.groups = uidgid_room() };
	char **word;
	int c;

	while ((c = applet_option(argc, argv, "iD:ugBn")) != -1) {
		if (c == 'i')
			acc.defaults = false;
		else if (c == 'D')
			parse_defaults(optarg, &acc);
		else if (c == 'n')
			acc.numbers = true;
		else
			acc.form = (char)c;
	}
	(void)applet_operands(argc, argv, &word);
	if (!acc.defaults)
		acc.ids.uid = acc.ids.gid = 0;
	/* Compat: numbers have no list of groups, so that -n by itself means -B. */
	if (acc.numbers && acc.form == 'a')
		acc.form = 'B';
	look_up(word[0], &acc);
	chain_exec(word + 1);
}
