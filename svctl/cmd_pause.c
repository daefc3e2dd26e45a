/* svctl pause: SIGSTOP, which the supervisor remembers. */
#include "change.h"

int cmd_pause(const struct svctl_request *rq)
{
	static const struct s6tree_order s6 = { "p", GOAL_TOLD, "%s is paused" };

	return change_all(rq, rq->argc, rq->argv, NULL, &s6);
}
