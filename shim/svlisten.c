/*
 * s6-svlisten and s6-svlisten1: subscribe, start a program, and wait until the services are where the
 * program should bring them. The program is not waited for.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "chain.h"
#include "msg.h"
#include "watch.h"

/* Starts the program with the signals as they were before watch_begin changed them. */
static void spawn(char *const *argv, const sigset_t *mask)
{
	posix_spawnattr_t attr;
	sigset_t dfl;
	pid_t pid;
	int r;

	sigemptyset(&dfl);
	sigaddset(&dfl, SIGPIPE);
	(void)posix_spawnattr_init(&attr);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	(void)posix_spawnattr_setsigmask(&attr, mask);
	(void)posix_spawnattr_setsigdefault(&attr, &dfl);
	r = posix_spawnp(&pid, argv[0], NULL, &attr, argv, environ);
	(void)posix_spawnattr_destroy(&attr);
	if (r)
		msg_die(EXIT_SYSTEM, r, "unable to spawn %s", argv[0]);
}

struct listen_options {
	struct watch_goal goal;
	unsigned int ms;
};

static void options(int argc, char **argv, const char *spec, struct listen_options *opt)
{
	int c;

	while ((c = applet_option(argc, argv, spec)) != -1) {
		if (c == 't')
			opt->ms = applet_uint(optarg, UINT_MAX);
		else if (c == 'a' || c == 'o')
			opt->goal.any = c == 'o';
		else
			(void)watch_goal_of((char)c, &opt->goal);
	}
}

/* Waits for n services while prog runs. */
static unsigned int listen_to(struct watch_set *set, char *const *dirs, unsigned int n, char *const *prog,
	const struct listen_options *opt)
{
	int64_t deadline = watch_deadline(opt->ms);
	sigset_t before;

	(void)sigprocmask(SIG_SETMASK, NULL, &before);
	watch_begin(set, dirs, n);
	spawn(prog, &before);
	return watch_until(set, &opt->goal, true, deadline);
}

int svlisten1_main(int argc, char **argv)
{
	struct listen_options opt = { .goal = { .up = true } };
	struct watch_set set;
	char **word;

	options(argc, argv, "uUdDrRt:", &opt);
	(void)applet_operands(argc, argv, &word);
	if (listen_to(&set, word, 1, word + 1, &opt))
		msg_die(1, 0, "%s failed permanently or its supervisor died", word[0]);
	return 0;
}

/* execline's rule for a word of a block: one leading blank is its mark. EXECLINE_STRICT asks for it. */
static char *unquote(char *word, unsigned int nth)
{
	const char *strict = getenv("EXECLINE_STRICT");
	unsigned long level = strict ? strtoul(strict, NULL, 10) : 0;

	if (*word == ' ')
		return word + 1;
	if (level > 1)
		msg_die(EXIT_USAGE, 0, "unquoted argument %s at block 1 position %u", word, nth);
	if (level == 1)
		msg_warn(0, "unquoted argument %s at block 1 position %u", word, nth);
	return word;
}

int svlisten_main(int argc, char **argv)
{
	struct listen_options opt = { .goal = { .up = true } };
	struct watch_set set;
	unsigned int n = 0;
	char **word;

	options(argc, argv, "uUdDrRaot:", &opt);
	(void)applet_operands(argc, argv, &word);
	for (; word[n] && *word[n]; n++)
		word[n] = unquote(word[n], n);
	if (!word[n])
		msg_die(EXIT_USAGE, 0, "unterminated servicedir block");
	if (!word[n + 1])
		applet_usage();
	/* Compat: 2.15; 2.11 calls an empty block a usage error. */
	if (n == 0)
		chain_exec(word + 1);
	if (opt.goal.restart && opt.goal.any)
		msg_warn(0, "-o is unsupported when combined with -r - using -a instead");
	if (listen_to(&set, word, n, word + n + 1, &opt))
		msg_error(0, "some services reported permanent failure or their supervisor died");
	return set.failed > 255 ? 255 : (int)set.failed;
}
