#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "msg.h"
#include "svcdir.h"

#define SVSCAN_USAGE \
	"s6-svscan [ -C services_max ] [ -L name_max ] [ -t timeout ] [ -d notif ] [ -X consoleholder ] scandir"

/* Those of s6-svscan, all with a value: -t MS, -tMS or --timeout=MS. */
static const struct option {
	char letter;
	const char *name; /* the long one, and what messages about a number call it */
	const char *fd;   /* what messages about a descriptor call it */
} options[] = {
	{ 'C', "services-max", NULL },
	{ 'L', "name-max", NULL },
	{ 'X', "console-holder", "console holder fd" },
	{ 'c', "services", NULL },
	{ 'd', "notification-fd", "notification fd" },
	{ 't', "timeout", NULL },
};

#define OPTIONS (sizeof(options) / sizeof(*options))

static const char help[] =
	"usage: hexad [options] SCANDIR      supervise a scan directory, as s6-svscan does\n"
	"       /init [COMMAND [ARG...]]     be a container's entrypoint\n"
	"       s6-supervise SERVICEDIR      supervise one service\n"
	"\n"
	"  -C N, --services-max=N      at most N services, each logger one (default: [supervisor] slots-max)\n"
	"  -c N                        the same, a service and its logger counted as one\n"
	"  -L N, --name-max=N          longest name of a service (default and at most 251)\n"
	"  -t MS, --timeout=MS         look at the scan directory every MS milliseconds\n"
	"  -d FD, --notification-fd=FD write a newline to FD and close it when commands are accepted\n"
	"  -X FD, --console-holder=FD  the console: standard error of s6-svscan-log, and ours once that has ended\n"
	"  --config FILE               read FILE and not /etc/hexad.ini\n"
	"  --check-config FILE         print the configuration as it is understood, or its errors\n"
	"  --version, --help\n";

static uint32_t number(const struct option *opt, const char *text, uint32_t min, uint32_t max)
{
	uint32_t n;

	if (svcdir_parse_uint(text, strlen(text), &n) < 0)
		msg_die(EXIT_USAGE, 0, "%s must be an unsigned integer", opt->name);
	return n < min ? min : n > max ? max : n;
}

static int descriptor(const struct options *o, const struct option *opt, const char *text)
{
	int fd = (int)number(opt, text, 0, INT32_MAX);

	/* It was used up by the first image, and its number may be anything's by now. */
	if (o->resumed)
		return -1;
	if (fd < 3)
		msg_die(EXIT_USAGE, 0, "%s must be 3 or more", opt->fd);
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		msg_die(EXIT_USAGE, errno, "invalid %s", opt->fd);
	return fd;
}

static void check_config(const char *path)
{
	struct config c;

	if (config_load(&c, path, stderr) < 0)
		exit(EXIT_USAGE);
	config_print(&c, stdout);
	exit(0);
}

static void take_option(struct options *o, const struct option *opt, const char *value)
{
	switch (opt->letter) {
	case 'c':
		o->slots = 2 * number(opt, value, 2, 80000); /* Compat: it counted a logged pair as one */
		break;
	case 'C':
		o->slots = number(opt, value, 4, 160000);
		break;
	case 'L':
		o->name_max = number(opt, value, 11, SV_NAME_MAX);
		break;
	case 't':
		o->rescan_ms = number(opt, value, 0, UINT32_MAX);
		break;
	case 'd':
		o->ready_fd = descriptor(o, opt, value);
		break;
	default:
		o->console_fd = descriptor(o, opt, value);
	}
}

/* Our own, which s6 does not have; returns how many words were used, 0 if it is none of them. */
static int own_option(struct options *o, char **argv)
{
	if (strcmp(argv[0], "--help") == 0) {
		fputs(help, stdout);
		exit(0);
	}
	if (strcmp(argv[0], "--version") == 0) {
		puts("hexad " HEXAD_VERSION);
		exit(0);
	}
	if (strcmp(argv[0], "--config") == 0 && argv[1]) {
		o->config = argv[1];
		return 2;
	}
	if (strcmp(argv[0], "--check-config") == 0 && argv[1])
		check_config(argv[1]);
	return 0;
}

/* --name=value, and nothing else: s6 has no boolean options here. */
static int long_option(struct options *o, const char *word)
{
	const char *value = strchr(word, '=');
	size_t len = value ? (size_t)(value - word) - 2 : 0;

	if (!value)
		msg_die(EXIT_USAGE, 0, "unrecognized boolean option: %s", word);
	for (size_t i = 0; i < OPTIONS; i++) {
		if (strlen(options[i].name) != len || strncmp(word + 2, options[i].name, len) != 0)
			continue;
		take_option(o, &options[i], value + 1);
		return 1;
	}
	msg_die(EXIT_USAGE, 0, "unrecognized option with argument: %s", word);
}

/* -x VALUE or -xVALUE; returns how many words were used. */
static int short_option(struct options *o, char **argv)
{
	char letter = argv[0][1];
	const char *value = argv[0][2] ? argv[0] + 2 : argv[1];

	for (size_t i = 0; i < OPTIONS; i++) {
		if (options[i].letter != letter)
			continue;
		if (!value || (value == argv[1] && strcmp(value, "--") == 0))
			msg_die(EXIT_USAGE, 0, "invalid option: -%c", letter);
		take_option(o, &options[i], value);
		return value == argv[1] ? 2 : 1;
	}
	msg_die(EXIT_USAGE, 0, "unrecognized short option: %c", letter);
}

static void parse_tree(struct options *o, char **argv)
{
	while (*argv && (*argv)[0] == '-' && (*argv)[1]) {
		int used;

		if (strcmp(*argv, "--") == 0) {
			argv++;
			break;
		}
		used = (*argv)[1] == '-' ? own_option(o, argv) : short_option(o, argv);
		argv += used ? used : long_option(o, *argv);
	}
	if (!*argv)
		msg_usage(SVSCAN_USAGE);
	o->dir = *argv;
}

void options_parse(struct options *ret, char **argv, bool resumed)
{
	const char *slash = argv[0] ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : argv[0] ? argv[0] : "hexad";

	*ret = (struct options){ .mode = MODE_SCANDIR, .prog = "s6-svscan", .name_max = SV_NAME_MAX, .ready_fd = -1,
		.console_fd = -1, .resumed = resumed };
	msg_prog = ret->prog;
	if (strcmp(name, "init") == 0) {
		ret->mode = MODE_INIT;
		msg_prog = ret->prog = "hexad";
	} else if (strcmp(name, "s6-supervise") == 0) {
		ret->mode = MODE_SINGLE;
		ret->slots = 4;
		msg_prog = ret->prog = "s6-supervise";
		if (!argv[1])
			msg_usage("s6-supervise dir");
		ret->dir = argv[1];
	} else {
		msg_prog = ret->prog = strcmp(name, "s6-svscan") == 0 ? name : "hexad";
		parse_tree(ret, argv + 1);
	}
}
