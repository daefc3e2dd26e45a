/*
 * svctl: options, the look-up of the command, its number of arguments. What commands do is
 * cmd_*.c's.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "fdio.h"
#include "msg.h"
#include "output.h"
#include "sparedir.h"
#include "systemd.h"

#define DEFAULT_SCANDIR "/run/service"
#define DEFAULT_TIMEOUT_MS 30000
#define DEFAULT_LINES 10

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

static int parse_number(const char *text, const char *what)
{
	char *end, shown[64];
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno != 0 || text[0] < '0' || text[0] > '9' || *end != '\0' || n > INT_MAX)
		msg_die(EXIT_USAGE, 0, "'%s' is no number of %s",
			msg_escape(shown, sizeof shown, text, strlen(text)), what);
	return (int)n;
}

#define ROW_BASE 256 /* what getopt returns for the first row of options.def; letters are below */

/* getopt has put the word it stumbled over before optind. */
static void bad_option(char **argv, int c)
{
	char shown[64], letter[] = { '-', (char)optopt, '\0' };
	const char *word = argv[optind - 1];

	if (optopt > 0 && optopt < ROW_BASE && strncmp(word, "--", 2) != 0)
		word = letter;
	msg_escape(shown, sizeof shown, word, strlen(word));
	if (c == ':')
		msg_die(EXIT_USAGE, 0, "option '%s' needs a value", shown);
	msg_die(EXIT_USAGE, 0, "no such option '%s'; 'svctl help' lists them", shown);
}

/* getopt's own tables, made from ours. */
static void make_getopt(struct option *longs, char *shorts, size_t n)
{
	char *at = shorts;

	*at++ = ':';
	for (size_t i = 0; i < n; i++) {
		const struct svctl_option_row *o = &svctl_options[i];

		longs[i] = (struct option){ o->name, o->value != NULL ? required_argument : no_argument, NULL,
			ROW_BASE + (int)i };
		if (o->letter != 0)
			*at++ = o->letter;
		if (o->letter != 0 && o->value != NULL)
			*at++ = ':';
	}
	longs[n] = (struct option){ NULL, 0, NULL, 0 };
	*at = '\0';
}

static const struct svctl_option_row *row_of(int c)
{
	for (size_t i = 0; i < svctl_noptions; i++)
		if (c == ROW_BASE + (int)i || (c < ROW_BASE && c == svctl_options[i].letter))
			return &svctl_options[i];
	return NULL;
}

static void take_option(struct svctl_request *rq, const struct svctl_option_row *o, bool *help, bool *version)
{
	rq->given |= o->bit;
	if (o->bit == OPT_TIMEOUT)
		rq->timeout_ms = parse_number(optarg, "milliseconds");
	else if (o->bit == OPT_LINES)
		rq->lines = (unsigned int)parse_number(optarg, "lines");
	else if (o->bit == OPT_DIR)
		rq->dir = optarg;
	else if (o->letter == 'd')
		rq->scandir = optarg;
	else if (o->letter == 'h')
		*help = true;
	else if (o->letter == 'V')
		*version = true;
}

/* Options may stand before and behind the command. */
static void parse_options(struct svctl_request *rq, int argc, char **argv, bool *help, bool *version)
{
	struct option longs[sizeof(unsigned int) * 8 + 1];
	char shorts[2 * sizeof longs / sizeof longs[0] + 2];
	int c;

	make_getopt(longs, shorts, svctl_noptions);
	opterr = 0;
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct svctl_option_row *o = c == ':' || c == '?' ? NULL : row_of(c);

		if (o == NULL)
			bad_option(argv, c);
		take_option(rq, o, help, version);
	}
}

/* -t is taken by all; where nothing is waited for it does nothing. */
static void check_options(const struct svctl_request *rq)
{
	for (size_t i = 0; i < svctl_noptions; i++) {
		const struct svctl_option_row *o = &svctl_options[i];
		unsigned int wrong = rq->given & ~rq->cmd->options & ~(unsigned int)(OPT_COMMON | OPT_TIMEOUT);

		if (wrong & o->bit)
			msg_die(EXIT_USAGE, 0, "'%s' takes no --%s", rq->cmd->name, o->name);
	}
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

/* Where the container's is, or should be. */
static const char *default_scandir(void)
{
	static char elsewhere[SPAREDIR_MAX];
	int fd = access(DEFAULT_SCANDIR, F_OK) < 0 && errno == ENOENT ? sparedir_connect(elsewhere) : -1;

	if (fd < 0)
		return DEFAULT_SCANDIR;
	fdio_close(&fd);
	return elsewhere;
}

/*
 * A tree's socket must not become what messages are written to because somebody has closed that. What takes the place
 * of a closed one cannot be written, so that this is still an error.
 */
static void keep_standard_fds(void)
{
	int fd;

	do
		fd = open("/", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

int main(int argc, char **argv)
{
	struct svctl_request rq = { .scandir = getenv("HEXAD_SCANDIR"), .timeout_ms = DEFAULT_TIMEOUT_MS,
		.lines = DEFAULT_LINES };
	bool help = false, version = false;

	keep_standard_fds();
	msg_prog = "svctl";
	signal(SIGPIPE, SIG_IGN);
	if (rq.scandir != NULL && rq.scandir[0] == '\0')
		rq.scandir = NULL;
	parse_options(&rq, argc, argv, &help, &version);
	rq.default_scandir = rq.scandir == NULL;
	if (rq.default_scandir)
		rq.scandir = default_scandir();
	if (version) {
		printf("svctl %s\n", HEXAD_VERSION);
		return output_end(0);
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
	return systemd_is_here(&rq) ? systemd_run(&rq) : rq.cmd->fn(&rq);
}
