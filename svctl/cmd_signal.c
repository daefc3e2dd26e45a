/* svctl signal SIGNAL NAME...: to the process of the run, never to a finish script. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "msg.h"
#include "signame.h"

int cmd_signal(const struct svctl_request *rq)
{
	int sig = signame_parse(rq->argv[0], strlen(rq->argv[0]));
	char letters[2] = { '\0', '\0' }, told[64], number[12], shown[64];
	const char *name = signame_of(sig);
	struct s6tree_order s6 = { letters, GOAL_TOLD, told };

	if (sig < 1 || sig > SIGRTMAX) {
		msg_error(0, "no such signal '%s'", msg_escape(shown, sizeof shown, rq->argv[0],
			strlen(rq->argv[0])));
		return EXIT_USAGE;
	}
	letters[0] = s6tree_letter_of(sig);
	snprintf(number, sizeof number, "%d", sig);
	if (name != NULL)
		snprintf(told, sizeof told, "%%s was sent SIG%s", name);
	else
		snprintf(told, sizeof told, "%%s was sent signal %d", sig);
	return change_all(rq, rq->argc - 1, rq->argv + 1, number, &s6);
}
