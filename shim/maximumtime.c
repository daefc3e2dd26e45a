/* s6-maximumtime: runs a program, and sends it a signal where it takes longer than it may. */
#include <errno.h>
#include <limits.h>
#include <signal.h>

#include "applet.h"
#include "chain.h"
#include "keeper.h"
#include "msg.h"

static const struct {
	char letter;
	int sig; /* 0: it is left alone */
} signals[] = {
	{ '0', 0 }, { 'a', SIGALRM }, { 'b', SIGABRT }, { 'h', SIGHUP }, { 'i', SIGINT }, { 'k', SIGKILL },
	{ 'q', SIGQUIT }, { 't', SIGTERM }, { 'x', SIGXCPU }, { '1', SIGUSR1 }, { '2', SIGUSR2 },
};

static int signal_of(int letter)
{
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (signals[i].letter == letter)
			return signals[i].sig;
	return SIGTERM;
}

int maximumtime_main(int argc, char **argv)
{
	struct keeper_child child = { .pid = 0 };
	struct keeper keeper;
	int c, sig = SIGTERM;
	int64_t deadline;
	char **word;

	while ((c = applet_option(argc, argv, "0abhikqtx12")) != -1)
		sig = signal_of(c);
	(void)applet_operands(argc, argv, &word);
	deadline = keeper_deadline(applet_uint(word[0], INT_MAX));
	keeper_init(&keeper, keeper_child_ended, &child);
	child.pid = keeper_start(&keeper, word + 1, NULL);
	if (child.pid < 0)
		chain_failed(word[1], child.pid);
	keeper.target = child.pid;
	while (!child.ended)
		if (keeper_turn(&keeper, -1, deadline) == -ETIMEDOUT) {
			/* Its end is not waited for: the time is over, and it may not want to. */
			if (sig)
				(void)kill(child.pid, sig);
			return EXIT_TIMEOUT;
		}
	return keeper_code(child.wstat);
}
