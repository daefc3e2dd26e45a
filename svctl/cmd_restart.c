/* svctl restart: done when a new run is up. A service that is down is started. */
#include "change.h"

int cmd_restart(const struct svctl_request *rq)
{
	static const struct s6tree_order s6 = { "ur", GOAL_NEW_RUN, NULL };

	return change_all(rq, rq->argc, rq->argv, NULL, &s6);
}
