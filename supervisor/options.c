#include "options.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "msg.h"
#include "svcdir.h"

#define SVSCAN_USAGE "s6-svscan [-c services] [-C services] [-L namelen] [-t ms] [-d fd] [-X fd] scandir"

static const char help[] =
	"usage: hexad [options] SCANDIR      supervise a scan directory, as s6-svscan does\n"
	"       /init [COMMAND [ARG...]]     be a container's entrypoint\n"
	"       s6-supervise SERVICEDIR      supervise one service\n"
	"\n"
	"  -c N, -C N           at most N services (default: [supervisor] slots-max)\n"
	"  -L N                 longest name of a service (default 251)\n"
	"  -t MS                look at the scan directory every MS milliseconds\n"
	"  -d FD                write a newline to FD and close it when commands are accepted\n"
	"  -X FD                keep FD as the console's holder\n"
	"  --config FILE        read FILE and not /etc/hexad.ini\n"
	"  --check-config FILE  print the configuration as it is understood, or its errors\n"
	"  --version, --help\n";

static uint32_t number(const char *text, char option, uint32_t min, uint32_t max)
{
	uint32_t n;

	if (svcdir_parse_uint(text, strlen(text), &n) < 0)
		msg_die(EXIT_USAGE, 0, "-%c must be an unsigned integer", option);
	return n < min ? min : n > max ? max : n;
}

static int descriptor(const struct options *o, const char *text, char option)
{
	int fd = (int)number(text, option, 0, INT32_MAX);

	/* It was used up by the first image, and its number may be anything's by now. */
	if (o->resumed)
		return -1;
	if (fd < 3)
		msg_die(EXIT_USAGE, 0, "-%c must be 3 or more", option);
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		msg_die(EXIT_USAGE, 0, "-%c: descriptor %d is not open", option, fd);
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

/* The long options; returns how many words were used, 0 if it is none of them. */
static int long_option(struct options *o, char **argv)
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

static void short_option(struct options *o, char option, const char *value)
{
	switch (option) {
	case 'c':
		o->slots = 2 * number(value, option, 2, 90000); /* Compat: it counted a logged pair as one */
		break;
	case 'C':
		o->slots = number(value, option, 4, 160000);
		break;
	case 'L':
		o->name_max = number(value, option, 11, SV_NAME_MAX);
		break;
	case 't':
		o->rescan_ms = number(value, option, 0, UINT32_MAX);
		break;
	case 'd':
		o->ready_fd = descriptor(o, value, option);
		break;
	default:
		o->console_fd = descriptor(o, value, option);
	}
}

static void parse_tree(struct options *o, char **argv)
{
	while (*argv && (*argv)[0] == '-' && (*argv)[1]) {
		const char *word = *argv;
		int used = 0;

		if (strcmp(word, "--") == 0) {
			argv++;
			break;
		}
		if (word[1] == '-' && (used = long_option(o, argv)) > 0) {
			argv += used;
			continue;
		}
		if (!strchr("cCLtdX", word[1]) || (!word[2] && !argv[1]))
			msg_usage(SVSCAN_USAGE);
		short_option(o, word[1], word[2] ? word + 2 : argv[1]);
		argv += word[2] ? 1 : 2;
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
			msg_usage("s6-supervise servicedir");
		ret->dir = argv[1];
	} else {
		msg_prog = ret->prog = strcmp(name, "s6-svscan") == 0 ? name : "hexad";
		parse_tree(ret, argv + 1);
	}
}
