/* svctl stop: done when run and finish are gone. */
#include "change.h"

int cmd_stop(const struct svctl_request *rq)
{
	static const struct s6tree_order s6 = { "d", GOAL_DOWN, NULL };

	return change_all(rq, rq->argc, rq->argv, NULL, &s6);
}
