/*
 * tini: runs one program as the init of a container would: passes signals on, collects orphans, ends as it ended.
 *
 * Compat: images that had tini as their entry point get here as process 1. Where there is an /init, that is what is
 * executed then, with the words that were for tini, so that the container boots; options that tini does not know are
 * ignored, never passed on: they would become the main program.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "applet.h"
#include "chain.h"
#include "keeper.h"
#include "msg.h"
#include "number.h"
#include "option.h"
#include "signame.h"

#define INIT "/init"
#define TINI_VERSION "0.19.0" /* whose options these are */
#define EXIT_TINI 1           /* what tini gives for its own failures */

static const struct option_name names[] = {
	{ "version", 'V' }, { "subreaper", 's' }, { "kill-process-group", 'g' }, { "help", 'h' }, { NULL, 0 },
};

struct tini {
	struct keeper keeper;
	pid_t child;
	int wstat;
	bool done, warn_reaped, subreaper, group;
	int verbosity, parent_sig;
	bool remap[256]; /* codes that become 0 */
};

static const char help[] =
	"tini (tini version " TINI_VERSION ", hexad " HEXAD_VERSION ")\n"
	"Usage: tini [OPTIONS] PROGRAM -- [ARGS] | --version\n\n"
	"Execute a program and pass signals on to it, as the init of a container.\n"
	"As process 1 where there is an /init: execute that, with the same words.\n\n"
	"  --version     Show version and exit.\n"
	"  -h            Show this help message and exit.\n"
	"  -s, --subreaper\n"
	"                Register as a process subreaper.\n"
	"  -p SIGNAL     Trigger SIGNAL when parent dies, e.g. \"-p SIGKILL\".\n"
	"  -v            Generate more verbose output. Repeat up to 3 times.\n"
	"  -w            Print a warning when processes are getting reaped.\n"
	"  -g, --kill-process-group\n"
	"                Send signals to the child's process group.\n"
	"  -e EXIT_CODE  Remap EXIT_CODE (from 0 to 255) to 0.\n"
	"  -l            Show license and exit.\n\n"
	"Environment: TINI_SUBREAPER, TINI_VERBOSITY, TINI_KILL_PROCESS_GROUP.\n"
	"Options that are not known are ignored.\n";

static void say(const char *text) __attribute__((noreturn));
static void say(const char *text)
{
	int r = fputs(text, stdout) < 0 || fflush(stdout);

	exit(r ? EXIT_TINI : 0);
}

static void take_code(struct tini *t, const char *text)
{
	uint64_t code;

	if (!number_parse(text, strlen(text), 10, 255, &code))
		msg_die(EXIT_TINI, 0, "not a valid option for -e: %s", text);
	t->remap[code] = true;
}

static void take_signal(struct tini *t, const char *text)
{
	t->parent_sig = signame_parse(text, strlen(text));
	if (t->parent_sig < 1 || t->parent_sig > SIGRTMAX)
		msg_die(EXIT_TINI, 0, "not a valid option for -p: %s", text);
}

static void take_option(struct tini *t, int c, const char *arg)
{
	switch (c) {
	case 'V':
		say("tini version " TINI_VERSION " (hexad " HEXAD_VERSION ")\n");
	case 'h':
		say(help);
	case 'l':
		say("This tini is a part of hexad, whose license is in the file LICENSE of its sources.\n");
	case 's':
		t->subreaper = true;
		break;
	case 'g':
		t->group = true;
		break;
	case 'w':
		t->warn_reaped = true;
		break;
	case 'v':
		t->verbosity++;
		break;
	case 'p':
		take_signal(t, arg);
		break;
	default:
		take_code(t, arg);
	}
}

/* Goes over an option that is not known, word and all; a letter in the middle of others costs only itself. */
static void pass_over(struct tini *t, struct option_walk *walk, int c)
{
	if (t->verbosity > 0)
		msg_warn(0, "option '%s%.*s' is not known and ignored", c == OPTION_UNKNOWN ? "-" : "",
			c == OPTION_UNKNOWN ? 1 : 64, walk->bad);
	if (c != OPTION_UNKNOWN)
		return; /* a long one: the walk has gone on already */
	if (walk->bad[1]) {
		walk->at++;
	} else {
		walk->at = 0;
		walk->index++;
	}
}

/* Returns the index of the first word behind the options. */
static int parse(struct tini *t, int argc, char **argv)
{
	struct option_walk walk = OPTION_WALK_INIT;
	int c;

	while ((c = option_next(&walk, argc, argv, "Vshlgwvp:e:", names)) != OPTION_END) {
		if (c == OPTION_NOARG)
			msg_die(EXIT_TINI, 0, "option '-%c' needs an argument", *walk.bad);
		if (c < OPTION_END)
			pass_over(t, &walk, c);
		else
			take_option(t, c, walk.arg);
	}
	return walk.index;
}

static void parse_environment(struct tini *t)
{
	const char *text = getenv("TINI_VERBOSITY");

	if (text)
		t->verbosity = atoi(text);
	t->subreaper |= getenv("TINI_SUBREAPER") != NULL;
	t->group |= getenv("TINI_KILL_PROCESS_GROUP") != NULL;
}

static void on_exit_of(void *ctx, pid_t pid, int wstat)
{
	struct tini *t = ctx;

	if (pid == t->child) {
		t->done = true;
		t->wstat = wstat;
	} else if (t->warn_reaped) {
		msg_warn(0, "reaped zombie process with pid=%d", (int)pid);
	}
}

/* In the child: a process group of its own, in the foreground where there is a terminal. */
static void isolate(void)
{
	if (setpgid(0, 0) < 0)
		return;
	(void)signal(SIGTTOU, SIG_IGN);
	(void)tcsetpgrp(0, getpgrp());
	(void)signal(SIGTTOU, SIG_DFL);
}

static int keep(struct tini *t, char **word)
{
	int code;

	keeper_init(&t->keeper, on_exit_of, t);
	t->child = keeper_start(&t->keeper, word, isolate);
	if (t->child < 0) {
		int err = t->child;

		msg_die(err == -ENOENT ? EXIT_NOTFOUND : err == -EACCES ? EXIT_NOEXEC : EXIT_TINI, err,
			"unable to exec %s", word[0]);
	}
	t->keeper.target = t->child;
	t->keeper.group = t->group;
	while (!t->done)
		(void)keeper_turn(&t->keeper, -1, 0);
	code = keeper_code(t->wstat) & 255;
	return t->remap[code] ? 0 : code;
}

/* Process 1 of a container that has an /init: that boots it, and what was for tini is for its main program. */
static void boot(char **word, int n)
{
	char **argv = calloc((size_t)n + 2, sizeof(*argv));

	if (!argv)
		msg_die(EXIT_TINI, errno, "unable to allocate memory");
	if (n > 0 && strcmp(word[0], INIT) == 0)
		memcpy(argv, word, (size_t)n * sizeof(*word));
	else {
		static char init[] = INIT;

		argv[0] = init;
		memcpy(argv + 1, word, (size_t)n * sizeof(*word));
	}
	execv(INIT, argv);
	msg_warn(errno, "running the program without %s, which cannot be executed", INIT);
	free(argv);
}

int tini_main(int argc, char **argv)
{
	struct tini t = { .verbosity = 1 };
	int first;

	parse_environment(&t);
	first = parse(&t, argc, argv);
	if (getpid() == 1 && access(INIT, X_OK) == 0)
		boot(argv + first, argc - first);
	if (first >= argc) {
		(void)fputs(help, stderr);
		return EXIT_TINI;
	}
	if (t.parent_sig && prctl(PR_SET_PDEATHSIG, t.parent_sig) < 0)
		msg_die(EXIT_TINI, errno, "unable to set the parent death signal");
	if (t.subreaper && prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		msg_die(EXIT_TINI, errno, "unable to become a subreaper");
	if (getpid() != 1 && !t.subreaper && t.verbosity > 1)
		msg_warn(0, "neither process 1 nor a subreaper (-s): orphans go elsewhere");
	return keep(&t, argv + first);
}
