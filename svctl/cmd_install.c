/* svctl install: says how; a container's services are not installed. */
#include "guide.h"

int cmd_install(const struct svctl_request *rq)
{
	return guide_print(rq, true);
}
