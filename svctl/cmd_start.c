/* svctl start: done when the run is up, or told why it is not. */
#include "change.h"

int cmd_start(const struct svctl_request *rq)
{
	static const struct s6tree_order s6 = { "u", GOAL_UP, NULL };

	return change_all(rq, rq->argc, rq->argv, NULL, &s6);
}
