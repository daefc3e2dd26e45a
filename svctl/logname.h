/* Where a service's log is: what the supervisor knows, what the logger has open, or what its run script says. */
#ifndef SVCTL_LOGNAME_H
#define SVCTL_LOGNAME_H

#include <stddef.h>

#include "client.h"

/*
 * The log directory of name (a service or its logger) into buf. 0, 2 where there is no such service, or 1 where it
 * cannot be found out; *why is a sentence then.
 */
int logname_find(struct client *c, const char *name, char *buf, size_t cap, const char **why);

/* PURE: the last word of the line of a run script that starts s6-log, if that is a plain absolute path. */
int logname_of_script(const char *text, size_t len, char *buf, size_t cap);

#endif
