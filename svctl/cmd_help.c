/* svctl help: from the table of commands. */
#include <stdio.h>

#include "cmd.h"
#include "output.h"

static void print_option(const struct svctl_option_row *o)
{
	char left[64], letter[8] = "    ";

	if (o->letter != 0)
		snprintf(letter, sizeof letter, "-%c, ", o->letter);
	snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, o->value != NULL ? " " : "",
		o->value != NULL ? o->value : "");
	printf("  %-24s  %s\n", left, o->help);
}

static void print_all(void)
{
	printf("usage: svctl [-d SCANDIR] [-t MS] COMMAND [ARGUMENT...]\n\n");
	for (size_t i = 0; i < svctl_ncommands; i++)
		printf("  %-10s  %s\n", svctl_commands[i].name, svctl_commands[i].help);
	printf("\n");
	for (size_t i = 0; i < svctl_noptions; i++)
		print_option(&svctl_options[i]);
	printf("\n"
		"Exit codes: 0 done, 1 refused or failed, 2 no such service or profile, 99 the\n"
		"time is over, 100 wrong usage, 102 no supervisor, 111 the system said no.\n");
}

static void print_one(const struct svctl_cmd *cmd)
{
	bool any = false;

	printf("usage: svctl [-d SCANDIR] %s%s%s%s\n\n  %s\n", cmd->options & OPT_TIMEOUT
		? "[-t MS] " : "", cmd->name,
		cmd->usage[0] != '\0' ? " " : "", cmd->usage, cmd->help);
	for (size_t i = 0; i < svctl_noptions; i++) {
		if (!(cmd->options & svctl_options[i].bit))
			continue;
		if (!any)
			printf("\n");
		any = true;
		print_option(&svctl_options[i]);
	}
}

int cmd_help(const struct svctl_request *rq)
{
	const struct svctl_cmd *cmd;

	if (rq->argc == 0) {
		print_all();
		return output_end(0);
	}
	cmd = svctl_command(rq->argv[0]);
	if (cmd == NULL)
		return svctl_unknown(rq->argv[0]);
	print_one(cmd);
	return output_end(0);
}
