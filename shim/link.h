/*
 * Putting a service directory into a scan directory by a link, and taking it away again, with the supervisor's word that it
 * is done: what s6-svlink, s6-svunlink and the s6-instance commands have in common. Works by the control FIFO and the
 * events alone, so on any tree. One of these calls a process.
 */
#ifndef SV_LINK_H
#define SV_LINK_H

#include <stdbool.h>
#include <stdint.h>

struct link_request {
	const char *scandir, *name;
	const char *servicedir; /* where the service is */
	const char *target;     /* what the link says */
	int64_t deadline;       /* of listen_deadline */
	bool down, keep_down;   /* start it down; and leave its down file there */
	bool force, public;     /* mode of its event directory */
};

/* Ends the process unless somebody supervises scandir: with 1, "WHAT not running on WHERE", or 111 if that cannot be told. */
void link_need_supervisor(const char *scandir, const char *what, const char *where);

/* Takes one option of "dDfP"; false if it is none of them. */
bool link_option(struct link_request *rq, int letter);

/*
 * Makes the link and waits until the service, and its logger if it has one, are supervised. 0 or -errno (-ETIMEDOUT); then
 * the link is away again, what was made here too, and supervisors that had come are told to go.
 */
int link_add(const struct link_request *rq);

/* The link alone, for a service that is supervised already; one that has the name is left. 0 or -errno. */
int link_only(const struct link_request *rq);

/*
 * Removes the link and has the supervisor drop what is gone; with wait until the supervisors of the service and its logger
 * have left, or the deadline. 0, or -errno if it cannot be told whether it is supervised.
 */
int link_drop(const struct link_request *rq, bool wait);

#endif
