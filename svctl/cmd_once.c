/* svctl once: done when the run has begun, and it may have ended by then. */
#include "change.h"

int cmd_once(const struct svctl_request *rq)
{
	static const struct s6tree_order s6 = { "o", GOAL_ONCE, NULL };

	return change_all(rq, rq->argc, rq->argv, NULL, &s6);
}
