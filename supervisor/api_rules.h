/*
 * PURE: what the control socket decides, on plain values: who may do what, which client gives up
 * its place, when a waiting client can be answered. No descriptors, no time of its own, no libuv.
 */
#ifndef HEXAD_API_RULES_H
#define HEXAD_API_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "service_sm.h"

enum api_right {
	RIGHT_ANY,      /* every uid */
	RIGHT_OBSERVE,  /* see a service */
	RIGHT_OPERATE,  /* start, stop, signal it */
	RIGHT_REGISTER, /* make and remove it */
	RIGHT_ADMIN,    /* what is about the tree */
};

/* "observe": what the row of [access] is called. */
const char *api_right_name(enum api_right right);

/*
 * The first rule, before any row is looked at: root and the scan directory's owner may do everything,
 * the slot's owner everything with his slot.
 */

bool api_rule_allows(enum api_right right, uid_t peer, uid_t tree, uid_t slot);

#define API_SEATS 64         /* clients at a time */
#define API_SEATS_OWNER 24   /* of them for the scan directory's owner, if that is not root */
#define API_SEATS_UID 16     /* for any other uid */
#define API_SEATS_OTHERS 32  /* for all other uids together; the rest is left to root */

struct api_seat {
	bool used;
	bool busy;     /* a request is in flight: not asked to leave */
	uid_t uid;
	int64_t since; /* idle since then */
};

#define API_SEAT_FREE (-1)
#define API_SEAT_NONE (-2)

/*
 * A client of uid has come. API_SEAT_FREE: there is room in its share; 0 or more: the seat whose
 * client, idle the longest among those of the exhausted share, has to go; API_SEAT_NONE: all of
 * them are busy.
 */
int api_rule_seat(const struct api_seat *seats, size_t n, uid_t uid, uid_t tree);

/* What a wait looks at. */
struct api_glimpse {
	enum sv_state state;
	bool want_up, dying;
	bool exec_pending;
	bool noted;         /* there is a reason why it is not up */
	int64_t started_ns; /* of the run started last */
};

enum api_wait { WAIT_NONE, WAIT_RUN, WAIT_DOWN, WAIT_ONCE };
enum api_verdict { VERDICT_WAIT, VERDICT_DONE, VERDICT_FAILED, VERDICT_SUPERSEDED };

/*
 * WAIT_RUN: a run that was not started at old_started_ns is up. WAIT_DOWN: run and finish are
 * gone. WAIT_ONCE: a run that was not started at old_started_ns has begun, and may have ended.
 */
enum api_verdict api_rule_wait(enum api_wait kind, int64_t old_started_ns,
	const struct api_glimpse *now);

/* The number of the first event that a ring of cap still has for one who has got those below at. */
uint64_t api_rule_events_from(uint64_t next, uint64_t at, uint64_t cap);

#endif
