/* Guidance for install and uninstall: text alone, nothing is changed. */
#ifndef SVCTL_GUIDE_H
#define SVCTL_GUIDE_H

#include "cmd.h"

/* Prints it for what manages services here. Exit code 0. */
int guide_print(const struct svctl_request *rq, bool install);

#endif
