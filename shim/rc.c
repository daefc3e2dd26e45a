/*
 * s6-rc: what of the service graph is up, and changes of it. The graph is the supervisor's, which is asked over its
 * socket; scripts that a change runs get our standard descriptors.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "msg.h"
#include "rctalk.h"

struct wish {
	char flags[16];
	const char *verbosity, *timeout, *live;
};

static void add(struct wish *w, char letter)
{
	size_t len = strlen(w->flags);

	if (!strchr(w->flags, letter) && len + 1 < sizeof(w->flags))
		w->flags[len] = letter;
}

static void drop(struct wish *w, const char *letters)
{
	char *to = w->flags;

	for (const char *p = w->flags; *p; p++)
		if (!strchr(letters, *p))
			*to++ = *p;
	*to = '\0';
}

/* s6-rc's long options, as the short ones they stand for. */
static void shorten(int argc, char **argv)
{
	static const struct { const char *name, *letter; } longs[] = {
		{ "--up", "-u" }, { "--down", "-d" }, { "--force-down", "-D" }, { "--prune", "-p" }, { "--all", "-a" },
		{ "--block", "-b" }, { "--livedir=", "-l" }, { "--timeout=", "-t" }, { "--verbosity=", "-v" },
		{ "--hide-essentials", "-e" }, { "--show-essentials", "-E" },
	};

	for (int i = 1; i < argc && argv[i][0] == '-' && strcmp(argv[i], "--") != 0; i++)
		for (size_t k = 0; k < sizeof(longs) / sizeof(*longs); k++) {
			size_t len = strlen(longs[k].name);

			if (longs[k].name[len - 1] != '=' && !strcmp(argv[i], longs[k].name))
				memcpy(argv[i], longs[k].letter, 3);
			else if (longs[k].name[len - 1] == '=' && !strncmp(argv[i], longs[k].name, len)) {
				memmove(argv[i] + 2, argv[i] + len, strlen(argv[i] + len) + 1);
				memcpy(argv[i], longs[k].letter, 2);
			}
		}
}

static void option(struct wish *w, int c)
{
	switch (c) {
	case 'u':
	case 'd':
	case 'D':
		drop(w, "udD");
		add(w, (char)c);
		break;
	case 'E':
		drop(w, "e");
		break;
	case 'v':
		(void)applet_uint(optarg, 1000000);
		w->verbosity = optarg;
		break;
	case 't':
		(void)applet_uint(optarg, UINT32_MAX);
		w->timeout = optarg;
		break;
	case 'l':
		w->live = optarg;
		break;
	case 'n':
		msg_die(EXIT_USAGE, 0, "dry runs are not supported: s6-rc diff and listall show what there is");
	default:
		add(w, (char)c);
	}
}

/* Another live directory is another engine's. */
static void check_live(const char *live)
{
	struct stat st, ours;

	if (!live || !strcmp(live, "/run/s6-rc"))
		return;
	if (stat(live, &st) < 0 || stat("/run/s6-rc", &ours) < 0 || st.st_ino != ours.st_ino || st.st_dev != ours.st_dev)
		msg_die(EXIT_SYSTEM, 0, "unable to take locks: '%s' is not the live directory of this container", live);
}

static int list(struct wish *w, bool closure, char **name, int n)
{
	char *names = rctalk_names(name, n);
	const char *fields[] = { "rc-list", w->flags, names };
	int code;

	if (closure)
		add(w, 'l');
	code = rctalk(fields, 3, false, rctalk_line);
	free(names);
	return fflush(stdout) ? EXIT_SYSTEM : code;
}

/* Compat: 1 if there is any. */
static bool differs;

static void difference(const struct proto_frame *row)
{
	differs = true;
	rctalk_line(row);
}

static int diff(const struct wish *w)
{
	const char *fields[] = { "rc-diff", w->flags };
	int code = rctalk(fields, 2, false, difference);

	if (fflush(stdout))
		return EXIT_SYSTEM;
	return code ? code : differs;
}

static int change(const struct wish *w, char **name, int n)
{
	char *names = rctalk_names(name, n);
	const char *fields[] = { "rc-change", w->flags, w->timeout, w->verbosity, names };
	int code = rctalk(fields, 5, true, rctalk_say);

	free(names);
	return code;
}

static int reload(const struct wish *w, char **name, int n)
{
	char *names = rctalk_names(name, n);
	const char *fields[] = { "rc-reload", w->flags, names };
	int code = rctalk(fields, 3, true, rctalk_say);

	free(names);
	return code;
}

static int help(void)
{
	return printf("s6-rc %s\n", applet_self->usage) < 0 || fflush(stdout) ? EXIT_SYSTEM : 0;
}

int rc_main(int argc, char **argv)
{
	struct wish w = { .verbosity = "1", .timeout = "0" };
	char **word;
	int c, n;

	shorten(argc, argv);
	while ((c = applet_option(argc, argv, "v:n:t:l:bEeudDpa")) != -1)
		option(&w, c);
	n = applet_operands(argc, argv, &word);
	check_live(w.live);
	if (!strcmp(word[0], "help"))
		return help();
	if (!strcmp(word[0], "list") || !strcmp(word[0], "listall"))
		return list(&w, word[0][4], word + 1, n - 1);
	if (!strcmp(word[0], "diff"))
		return diff(&w);
	if (!strcmp(word[0], "reload"))
		return reload(&w, word + 1, n - 1);
	if (!strcmp(word[0], "start") || !strcmp(word[0], "stop")) {
		drop(&w, "pudD");
		add(&w, word[0][2] == 'o' ? 'd' : 'u');
	} else if (strcmp(word[0], "change") != 0) {
		applet_usage();
	}
	return change(&w, word + 1, n - 1);
}
