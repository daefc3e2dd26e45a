/*
 * The programs in .s6-svscan, of a scan directory that is not /init's: finish and crash take our place, one
 * named by a signal takes the place of what that signal does. They run in the scan directory,
 * without arguments. What others than root can write is not run as root.
 */
#ifndef HEXAD_SCRIPTS_H
#define HEXAD_SCRIPTS_H

#include "supervisor.h"

/* The tree has ended: executes finish, or crash if that cannot be. Returns the exit code where neither could. */
int scripts_end(struct supervisor *sv, int code);

/* Has a program been started in the place of what sig does? */
bool scripts_on_signal(struct supervisor *sv, int sig);

/*
 * Compat: s6-svscan executes crash when it cannot go on. Here that is a fault after which our own program cannot be
 * executed again. Safe in a signal handler; returns if there is none.
 */
void scripts_crash(const struct supervisor *sv);

#endif
