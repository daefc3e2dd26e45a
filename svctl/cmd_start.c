/* svctl start: done when the run is up, or told why it is not. */
#include "change.h"

int cmd_start(const struct svctl_request *rq)
{
	return change_all(rq, "u", GOAL_UP);
}
