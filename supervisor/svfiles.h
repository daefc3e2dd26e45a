/*
 * What a supervisor keeps in a service directory: event/, supervise/{lock,control,status,death_tally},
 * down. Everything is done on the held directory descriptor, as the owner of the directory the call
 * acts in, without following a link. What exists keeps its owner and mode. Nothing is created once the
 * directory has vanished or its run is gone.
 */
#ifndef HEXAD_SVFILES_H
#define HEXAD_SVFILES_H

#include <stdbool.h>
#include <stddef.h>

#include "service.h"
#include "spawn.h"

/*
 * Makes and opens what an incarnation needs, in s6's order: event, supervise, lock, control; cleans
 * event/ and empties the tally. 0 or -errno with a sentence in why (-EBUSY: another supervisor has the
 * lock, -EPERM: something there is of the wrong type or owner). On failure nothing stays open.
 */
int svfiles_open(struct service *s, char *why, size_t cap);

/*
 * supervise/ stays open from its first use to the end of the slot's turn, and what was listed counts that long: call this
 * then, and after every use that is no part of a turn.
 */
void svfiles_end_turn(void);

/* Reads which optional files there are, once a turn; then svfiles_lacks knows of some that need not be asked for. */
void svfiles_list(const struct service *s);
bool svfiles_lacks(const struct service *s, const char *file);

/* Releases lock and control; both files stay. */
void svfiles_close(struct service *s);

/* Makes the control FIFO again if it was lost: 1 if it is a new one, 0, or -errno. */
int svfiles_mend_control(struct service *s);

/*
 * Opens supervise/service-lock, empty; made if need be. The descriptor or -errno. *ret_wrote: it was not empty;
 * *ret_held: somebody has locked it. It is not locked here, and must be closed before the child is done for.
 */
int svfiles_open_service_lock(struct service *s, bool *ret_wrote, bool *ret_held);

int svfiles_write_status(struct service *s);

/*
 * For a start that holds nobody up: the record of service_status_up, without the pid, in a file of its own for the child to
 * publish (spawn.h). NULL: there is none, and the record is written when the start is told. What is returned is closed
 * by svfiles_staged, which takes note of what the child has published: the next svfiles_write_status need not repeat it.
 */
struct spawn_record *svfiles_stage_status(struct service *s);
void svfiles_staged(struct service *s, struct spawn_record *rec, pid_t pid);

void svfiles_notify(struct service *s, const char *letters, size_t n);

/* Adds a death to the tally, which keeps the newest max (0: there is none). */
int svfiles_add_death(struct service *s, int wstat, uint32_t max);

/* The tally as it is on disk, at most cap bytes. Returns the length or -errno. */
ssize_t svfiles_read_deaths(const struct service *s, uint8_t *buf, size_t cap);

/* The down file. svfiles_is_down: 1, 0, or -errno. */
int svfiles_make_down(struct service *s);
int svfiles_drop_down(struct service *s);
int svfiles_is_down(const struct service *s);

#endif
