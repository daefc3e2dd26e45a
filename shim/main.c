/*
 * hexad-shim: every s6 command in one program. The name it is called by chooses the applet; called
 * as hexad-shim it takes the name as its first argument, and --list prints the names.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "msg.h"
#include "number.h"

static const struct applet applets[] = {
#define APPLET(name, main, min, max, usage) { name, main, min, max, usage },
#include "applets.def"
#undef APPLET
};
#define NAPPLETS (sizeof(applets) / sizeof(applets[0]))

const struct applet *applet_self;

static const struct applet *find(const char *name)
{
	for (size_t i = 0; i < NAPPLETS; i++)
		if (strcmp(applets[i].name, name) == 0)
			return &applets[i];
	return NULL;
}

void applet_usage(void)
{
	char text[512];

	(void)snprintf(text, sizeof(text), "%s %s", applet_self->name, applet_self->usage);
	msg_usage(text);
}

void applet_usage_of(const char *name)
{
	applet_self = find(name);
	msg_prog = name;
	applet_usage();
}

/* The only walk there is at a time. */
static struct option_walk walk = OPTION_WALK_INIT;

/* One step; optarg and optind follow it. */
static int next_option(int argc, char **argv, const char *spec, const struct option_name *names, const char **bad)
{
	int c = option_next(&walk, argc, argv, spec, names);

	optarg = walk.arg;
	optind = walk.index;
	*bad = walk.bad;
	return c;
}

int applet_option(int argc, char **argv, const char *spec)
{
	const char *bad;
	int c = next_option(argc, argv, spec, NULL, &bad);

	if (c < OPTION_END)
		applet_usage();
	return c;
}

int applet_option_long(int argc, char **argv, const char *spec, const struct option_name *names)
{
	const char *bad;
	int c = next_option(argc, argv, spec, names, &bad);

	switch (c) {
	case OPTION_UNKNOWN:
		msg_die(EXIT_USAGE, 0, "unrecognized short option: %c", *bad);
	case OPTION_NOARG:
		msg_die(EXIT_USAGE, 0, "invalid option: -%c needs an argument", *bad);
	case OPTION_UNKNOWN_BOOL:
		msg_die(EXIT_USAGE, 0, "unrecognized boolean option: %s", bad);
	case OPTION_UNKNOWN_ARG:
		msg_die(EXIT_USAGE, 0, "unrecognized option with argument: %s", bad);
	default:
		return c;
	}
}

int applet_operands(int argc, char **argv, char ***operands)
{
	int n = argc - optind;

	if (n < applet_self->min || n > applet_self->max)
		applet_usage();
	*operands = argv + optind;
	return n;
}

static bool parse_uint(const char *text, unsigned int max, unsigned int *ret)
{
	unsigned long n;

	if (!*text || text[strspn(text, "0123456789")])
		return false;
	errno = 0;
	n = strtoul(text, NULL, 10);
	*ret = (unsigned int)n;
	return !errno && n <= max;
}

unsigned int applet_uint(const char *text, unsigned int max)
{
	unsigned int n;

	if (!parse_uint(text, max, &n))
		applet_usage();
	return n;
}

mode_t applet_mode(const char *text)
{
	uint64_t mode;

	if (!number_parse(text, strlen(text), 8, 07777, &mode))
		applet_usage();
	return (mode_t)mode;
}

unsigned int applet_uint_long(const char *text, unsigned int max, const char *name)
{
	unsigned int n;

	if (!parse_uint(text, max, &n))
		msg_die(EXIT_USAGE, 0, "%s must be an unsigned integer", name);
	return n;
}

static int list(void)
{
	for (size_t i = 0; i < NAPPLETS; i++)
		if (puts(applets[i].name) < 0)
			return EXIT_SYSTEM;
	return fflush(stdout) ? EXIT_SYSTEM : 0;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int run_as(const struct applet *applet, const char *prog, int argc, char **argv)
{
	static const struct option_walk begin = OPTION_WALK_INIT;

	walk = begin;
	applet_self = applet;
	msg_prog = prog;
	return applet->main(argc, argv);
}

static int run(const struct applet *applet, int argc, char **argv)
{
	return run_as(applet, applet->name, argc, argv);
}

int applet_call(const char *name, int argc, char **argv)
{
	return run(find(name), argc, argv);
}

int applet_call_as(const char *name, const char *prog, int argc, char **argv)
{
	return run_as(find(name), prog, argc, argv);
}

int main(int argc, char **argv)
{
	const struct applet *applet;
	const char *name = argc > 0 ? base_of(argv[0]) : "hexad-shim";

	msg_prog = "hexad-shim";
	applet = find(name);
	if (applet)
		return run(applet, argc, argv);
	if (strncmp(name, "hexad-shim", strlen("hexad-shim")) != 0)
		msg_die(EXIT_USAGE, 0, "there is no command '%s' in this program", name);
	if (argc < 2)
		msg_usage("hexad-shim --list | command [ argument... ]");
	if (strcmp(argv[1], "--list") == 0)
		return list();
	applet = find(base_of(argv[1]));
	if (!applet)
		msg_die(EXIT_USAGE, 0, "there is no command '%s' in this program", argv[1]);
	return run(applet, argc - 1, argv + 1);
}
