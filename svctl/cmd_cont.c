/* svctl cont: SIGCONT. */
#include "change.h"

int cmd_cont(const struct svctl_request *rq)
{
	static const struct s6tree_order s6 = { "c", GOAL_TOLD, "%s goes on" };

	return change_all(rq, rq->argc, rq->argv, NULL, &s6);
}
