/* The tables of commands and options, and the look-up of a command. */
#include <string.h>

#include "cmd.h"
#include "msg.h"
#include "suggest.h"

const struct svctl_cmd svctl_commands[] = {
#define SVCTL(name, min, max, args, options, usage, help) \
	{ #name, cmd_##name, min, max, args, options, usage, help },
#include "commands.def"
#undef SVCTL
};
const size_t svctl_ncommands = sizeof svctl_commands / sizeof svctl_commands[0];

const struct svctl_option_row svctl_options[] = {
#define OPTION(bit, name, letter, value, help) { bit, name, letter, value, help },
#include "options.def"
#undef OPTION
};
const size_t svctl_noptions = sizeof svctl_options / sizeof svctl_options[0];

const struct svctl_cmd *svctl_command(const char *name)
{
	for (size_t i = 0; i < svctl_ncommands; i++)
		if (strcmp(svctl_commands[i].name, name) == 0)
			return &svctl_commands[i];
	return NULL;
}

int svctl_unknown(const char *name)
{
	const char *names[sizeof svctl_commands / sizeof svctl_commands[0]], *near;
	char shown[128];

	for (size_t i = 0; i < svctl_ncommands; i++)
		names[i] = svctl_commands[i].name;
	near = suggest_nearest(name, names, svctl_ncommands);
	msg_escape(shown, sizeof shown, name, strlen(name));
	if (near != NULL)
		msg_error(0, "no such command '%s'; did you mean '%s'?", shown, near);
	else
		msg_error(0, "no such command '%s'; 'svctl help' lists them", shown);
	return EXIT_USAGE;
}
