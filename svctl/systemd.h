/* A machine whose services systemd manages: what has a meaning there is handed to systemctl and journalctl. */
#ifndef SVCTL_SYSTEMD_H
#define SVCTL_SYSTEMD_H

#include <stdbool.h>

#include "cmd.h"

/* No tree was named, the default one is not there, and systemd is: then this command is systemd's business. */
bool systemd_is_here(const struct svctl_request *rq);

/* Carries it out, or says that this manager does not support it (exit code 1). */
int systemd_run(const struct svctl_request *rq);

#endif
