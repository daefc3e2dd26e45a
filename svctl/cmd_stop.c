/* svctl stop: done when run and finish are gone. */
#include "change.h"

int cmd_stop(const struct svctl_request *rq)
{
	return change_all(rq, "d", GOAL_DOWN);
}
