/*
 * svctl: options, the look-up of the command, its number of arguments. What commands do is
 * cmd_*.c's.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "msg.h"
#include "suggest.h"

#define DEFAULT_SCANDIR "/run/service"
#define DEFAULT_TIMEOUT_MS 30000

const struct svctl_cmd svctl_commands[] = {
#define SVCTL(name, min, max, options, usage, help) \
	{ #name, cmd_##name, min, max, options, usage, help },
#include "commands.def"
#undef SVCTL
};
const size_t svctl_ncommands = sizeof svctl_commands / sizeof svctl_commands[0];

static const struct option options[] = {
	{ "scandir", required_argument, NULL, 'd' },
	{ "timeout", required_argument, NULL, 't' },
	{ "json", no_argument, NULL, 'j' },
	{ "down", no_argument, NULL, 'D' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

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

/* The usage of the command at hand, or of svctl. */
static void usage(const struct svctl_cmd *cmd)
{
	char text[256];

	if (cmd == NULL)
		msg_usage("svctl [-d SCANDIR] [-t MS] COMMAND [ARGUMENT...]; "
			"'svctl help' lists the commands");
	snprintf(text, sizeof text, "svctl %s%s%s", cmd->name, cmd->usage[0] != '\0' ? " " : "",
		cmd->usage);
	msg_usage(text);
}

static int parse_timeout(const char *text)
{
	char *end, shown[64];
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno != 0 || text[0] < '0' || text[0] > '9' || *end != '\0' || n > INT_MAX)
		msg_die(EXIT_USAGE, 0, "'%s' is no number of milliseconds",
			msg_escape(shown, sizeof shown, text, strlen(text)));
	return (int)n;
}

/* getopt has put the word it stumbled over before optind. */
static void bad_option(char **argv, int c)
{
	char shown[64];
	const char *word = optopt != 0 ? (char[]){ '-', (char)optopt, '\0' } : argv[optind - 1];

	if (optopt > 0 && argv[optind - 1][0] == '-' && argv[optind - 1][1] == '-')
		word = argv[optind - 1];
	msg_escape(shown, sizeof shown, word, strlen(word));
	if (c == ':')
		msg_die(EXIT_USAGE, 0, "option '%s' needs a value", shown);
	msg_die(EXIT_USAGE, 0, "no such option '%s'; 'svctl help' lists them", shown);
}

/* Options may stand before and behind the command. */
static void parse_options(struct svctl_request *rq, int argc, char **argv, bool *help, bool *version)
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":d:t:hV", options, NULL)) != -1) {
		switch (c) {
		case 'd': rq->scandir = optarg; break;
		case 't': rq->timeout_ms = parse_timeout(optarg); rq->given |= OPT_TIMEOUT; break;
		case 'j': rq->given |= OPT_JSON; break;
		case 'D': rq->given |= OPT_DOWN; break;
		case 'n': rq->given |= OPT_DRY_RUN; break;
		case 'h': *help = true; break;
		case 'V': *version = true; break;
		default: bad_option(argv, c);
		}
	}
}

static void check_options(const struct svctl_request *rq)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} names[] = {
		{ OPT_JSON, "--json" },
		{ OPT_DOWN, "--down" },
		{ OPT_DRY_RUN, "--dry-run" },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if ((rq->given & ~rq->cmd->options) & names[i].bit)
			msg_die(EXIT_USAGE, 0, "'%s' takes no %s", rq->cmd->name, names[i].name);
	if (rq->argc < rq->cmd->min || rq->argc > rq->cmd->max)
		usage(rq->cmd);
}

static int help_on(const struct svctl_cmd *cmd)
{
	char *argv[] = { NULL, NULL };
	struct svctl_request rq = { .cmd = svctl_command("help"), .argv = argv };

	if (cmd != NULL) {
		argv[0] = (char *)(size_t)cmd->name;
		rq.argc = 1;
	}
	return cmd_help(&rq);
}

int main(int argc, char **argv)
{
	struct svctl_request rq = { .scandir = getenv("HEXAD_SCANDIR"),
		.timeout_ms = DEFAULT_TIMEOUT_MS };
	bool help = false, version = false;

	msg_prog = "svctl";
	signal(SIGPIPE, SIG_IGN);
	if (rq.scandir == NULL || rq.scandir[0] == '\0')
		rq.scandir = DEFAULT_SCANDIR;
	parse_options(&rq, argc, argv, &help, &version);
	if (version) {
		printf("svctl %s\n", HEXAD_VERSION);
		return 0;
	}
	if (optind == argc && help)
		return help_on(NULL);
	if (optind == argc)
		usage(NULL);
	rq.cmd = svctl_command(argv[optind]);
	if (rq.cmd == NULL)
		return svctl_unknown(argv[optind]);
	if (help)
		return help_on(rq.cmd);
	rq.argc = argc - optind - 1;
	rq.argv = argv + optind + 1;
	check_options(&rq);
	return rq.cmd->fn(&rq);
}
