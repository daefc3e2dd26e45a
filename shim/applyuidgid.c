/* s6-applyuidgid: becomes the user and groups that options or UID, GID and GIDLIST give, and executes a program. */
#include <unistd.h>

#include "applet.h"
#include "chain.h"
#include "msg.h"
#include "uidgid.h"

static void from_environment(struct uidgid *ids)
{
	ids->uid = uidgid_variable_id("UID");
	ids->gid = uidgid_variable_id("GID");
	if (!uidgid_parse_groups(uidgid_variable("GIDLIST"), ids))
		msg_die(EXIT_USAGE, 0, "invalid $GIDLIST");
	ids->has_groups = true;
}

static void take_option(int c, struct uidgid *ids, bool *forget)
{
	switch (c) {
	case 'z':
		*forget = true;
		break;
	case 'u':
		ids->uid = applet_uint(optarg, UINT32_MAX);
		break;
	case 'g':
		ids->gid = applet_uint(optarg, UINT32_MAX);
		break;
	case 'G':
		if (!uidgid_parse_groups(optarg, ids))
			applet_usage();
		ids->has_groups = true;
		break;
	default:
		/* Compat: options before it are overridden, those after it override. */
		from_environment(ids);
	}
}

int applyuidgid_main(int argc, char **argv)
{
	struct uidgid ids = { .groups = uidgid_room() };
	bool forget = false;
	char **word;
	int c;

	while ((c = applet_option(argc, argv, "zu:g:G:U")) != -1)
		take_option(c, &ids, &forget);
	(void)applet_operands(argc, argv, &word);
	uidgid_apply(&ids);
	if (forget)
		uidgid_forget();
	chain_exec(word);
}
