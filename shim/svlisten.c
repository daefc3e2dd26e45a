/*
 * s6-svlisten and s6-svlisten1: subscribe, start a program, and wait until the services are where the
 * program should bring them. The program is not waited for.
 */
#include <limits.h>
#include <unistd.h>

#include "applet.h"
#include "block.h"
#include "chain.h"
#include "listen.h"
#include "msg.h"
#include "watch.h"

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
static unsigned int watch_and_run(struct watch_set *set, char *const *dirs, unsigned int n, char *const *prog,
	const struct listen_options *opt)
{
	int64_t deadline = listen_deadline(opt->ms);

	watch_begin(set, dirs, n);
	listen_spawn(prog);
	return watch_until(set, &opt->goal, true, deadline);
}

int svlisten1_main(int argc, char **argv)
{
	struct listen_options opt = { .goal = { .up = true } };
	struct watch_set set;
	char **word;

	options(argc, argv, "uUdDrRt:", &opt);
	(void)applet_operands(argc, argv, &word);
	if (watch_and_run(&set, word, 1, word + 1, &opt))
		msg_die(1, 0, "%s failed permanently or its supervisor died", word[0]);
	return 0;
}

int svlisten_main(int argc, char **argv)
{
	struct listen_options opt = { .goal = { .up = true } };
	struct watch_set set;
	unsigned int n;
	char **word;

	options(argc, argv, "uUdDrRaot:", &opt);
	(void)applet_operands(argc, argv, &word);
	n = block_take(word, "servicedir");
	if (!word[n + 1])
		applet_usage();
	/* Compat: 2.15; 2.11 calls an empty block a usage error. */
	if (n == 0)
		chain_exec(word + 1);
	if (opt.goal.restart && opt.goal.any)
		msg_warn(0, "-o is unsupported when combined with -r - using -a instead");
	if (watch_and_run(&set, word, n, word + n + 1, &opt))
		msg_error(0, "some services reported permanent failure or their supervisor died");
	return set.failed > 255 ? 255 : (int)set.failed;
}
