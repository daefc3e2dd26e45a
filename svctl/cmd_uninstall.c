/* svctl uninstall: says how; a container's services are not uninstalled. */
#include "guide.h"

int cmd_uninstall(const struct svctl_request *rq)
{
	return guide_print(rq, false);
}
