/* The scan directory: what is in it, what of it is supervised, its control FIFO and its lock. */
#ifndef HEXAD_SCANDIR_H
#define HEXAD_SCANDIR_H

#include <stdbool.h>

#include "supervisor.h"

/*
 * Opens sv->scandir: .s6-svscan/, lock, control FIFO, watch. For /init the directory exists already.
 * 0 or -errno with a message printed; -EBUSY: another instance holds the lock.
 */
int scandir_open(struct supervisor *sv);

/* Looks at the directory and takes new slots under supervision, marks the others active or not. */
void scandir_scan(struct supervisor *sv);

/* Stops what the last scan did not see. term_loggers: SIGTERM to loggers too ('N'). */
void scandir_prune(struct supervisor *sv, bool term_loggers);

/* What a prune or a stop means for one service, which may be freed by it. */
void scandir_dismiss(struct service *s, bool term_loggers);

/*
 * Leaves: 't' stop all and wait, loggers by end of file; 'q' the same with SIGTERM to loggers too;
 * 'b' leave at once. For /init every letter begins the shutdown of the container instead (boot.h).
 */
void scandir_leave(struct supervisor *sv, char how);

/*
 * Compat: s6-svscan-log ends at the end of what we write ourselves, so we stop writing; what we say after that
 * goes to the console, if there is one. s6 does so at once, here it is when all others are gone: until then
 * their last words go the way of all others. Nothing happens where nothing is logged and there is no console.
 */
void scandir_let_go_of_output(struct supervisor *sv, bool logged);

/* Carries out one letter of CTL_SCAN_LETTERS, whoever sent it (rights were checked before). */
void scandir_command(struct supervisor *sv, char letter);

/* The same for several: those that scan come first, and one scan does for all. */
void scandir_commands(struct supervisor *sv, const char *letters, size_t n);

/* Reads all that waits in the control FIFO and carries it out; the "sync" verb does this before its answer. */
void scandir_drain_control(struct supervisor *sv);

/* service.c: an incarnation has ended. */
void scandir_service_left(struct supervisor *sv);

#endif
