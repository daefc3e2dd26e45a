/* svctl restart: done when a new run is up. A service that is down is started. */
#include "change.h"

int cmd_restart(const struct svctl_request *rq)
{
	return change_all(rq, "ur", GOAL_NEW_RUN);
}
