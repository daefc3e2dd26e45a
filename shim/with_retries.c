/* with-retries: runs a program until it succeeds, so many times at most, each time for so long at most. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "applet.h"
#include "keeper.h"
#include "msg.h"

/* One try; over its time the program gets SIGTERM, and its end is waited for. True if it succeeded. */
static bool attempt(struct keeper *k, struct keeper_child *a, char *const *word, unsigned int ms)
{
	int64_t deadline = keeper_deadline(ms);

	*a = (struct keeper_child){ .pid = keeper_start(k, word, NULL) };
	if (a->pid < 0) {
		msg_warn(a->pid, "unable to exec %s", word[0]);
		return false;
	}
	k->target = a->pid;
	while (!a->ended)
		if (keeper_turn(k, -1, deadline) == -ETIMEDOUT) {
			(void)kill(a->pid, SIGTERM);
			deadline = 0;
		}
	k->target = 0;
	return keeper_code(a->wstat) == 0;
}

int with_retries_main(int argc, char **argv)
{
	unsigned int tries = 3, ms = 500;
	struct keeper_child a = { .pid = 0 };
	struct keeper keeper;
	char **word;
	int c;

	while ((c = applet_option(argc, argv, "n:t:")) != -1) {
		if (c == 'n')
			tries = applet_uint(optarg, INT_MAX);
		else
			ms = applet_uint(optarg, INT_MAX);
	}
	(void)applet_operands(argc, argv, &word);
	keeper_init(&keeper, keeper_child_ended, &a);
	while (tries-- > 0)
		if (attempt(&keeper, &a, word, ms))
			return 0;
	return 1;
}
