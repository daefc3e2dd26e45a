/* svctl reload: the signal of reload-signal, SIGHUP without that file. */
#include "change.h"

int cmd_reload(const struct svctl_request *rq)
{
	static const struct s6tree_order s6 = { NULL, GOAL_TOLD, "%s was sent its reload signal" };

	return change_all(rq, rq->argc, rq->argv, NULL, &s6);
}
