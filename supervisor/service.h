/*
 * One supervised service: its record in the pool, the libuv handles beside it, and the carrying out of
 * what the machine decides. service_feed is the only door to sv_step; an event raised while
 * actions are carried out is queued and handled after.
 */
#ifndef HEXAD_SERVICE_H
#define HEXAD_SERVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "pool.h"
#include "supervisor.h"
#include "svstatus.h"

#define SERVICE_LETTERS 12 /* "s" and "u", and room */
#define SERVICE_QUEUE 8 /* events raised while one is carried out; the rules raise two at most */

struct service {
	struct supervisor *sv;
	struct slot_ident *id;     /* in the pool */
	struct slot_data *d;       /* in the pool */
	struct watch *ctl, *notify, *execp; /* NULL when there is nothing to watch (watch.h) */
	uv_timer_t timer;          /* its close callback frees the struct */
	struct timespec looked;    /* scandir.c: the time of its directory at the last scan; 0: look again */
	struct timespec up_stamp;  /* when the start under way began, UTC */
	int64_t ctl_since_ns;
	uint32_t ctl_tokens;
	uint32_t idx;              /* of its record */
	int wstatus;               /* of the death being handled */
	bool ctl_left;             /* its control FIFO is not read for a moment (control.h) */
	bool stepping;
	bool seen, fresh;          /* scandir.c, within one scan: met, and taken in it */
	bool unchanged;            /* scandir.c: nothing in its directory was made, moved or removed since the last scan */
	bool odd_log;              /* scandir.c: something in it is called log, of which a logger may come without a change */
	bool status_due, first_status; /* service_tell: there is something to write; it is an incarnation's first */
	uint8_t intent_due;        /* api_intent.c: what is wanted of it is to be written down */
	uint8_t fds;               /* scandir.c: what it may have open at most; 0: not counted yet */
	uint8_t nletters, nqueued;
	char letters[SERVICE_LETTERS]; /* of event/, that go out with the record */
	uint8_t queue[SERVICE_QUEUE];
};

/*
 * Takes the directory dirfd (whose ownership passes, even on failure) under supervision as name.
 * Nothing is created in it yet: service_begin does that. NULL and *err: no room, or no memory.
 */
struct service *service_take(struct supervisor *sv, const char *name, int dirfd, const struct stat *st, int *err);

/* After a fault: the service of a record that is in use. */
struct service *service_resume(struct supervisor *sv, uint32_t idx, int *err);

/* Begins an incarnation: files, status, "s", first start. A failure is noted, told once and tried again each second. */
void service_begin(struct service *s);

/* Ends supervision for good: closes everything; s must not be used after. The process, if any, is let go. */
void service_free(struct service *s);

/* By full name ("web", "web/log") among those supervised under that name now; NULL. */
struct service *service_find(struct supervisor *sv, const char *name);

/* Iteration: service_next(sv, NULL) is the first, NULL ends it. */
struct service *service_next(struct supervisor *sv, const struct service *prev);

/* The one way to give a service its process. */
void service_set_pid(struct service *s, pid_t pid);

/*
 * By the pid of its run or finish; NULL. A hint says where it most likely is, so that the death of one of many is found
 * at once; a hint that was overwritten or lost (by a fault) costs a walk and nothing else.
 */
struct service *service_by_pid(struct supervisor *sv, pid_t pid);

/* Hands an event to the machine and carries out what follows. s may be freed by it. */
void service_feed(struct service *s, enum sv_event ev);

/* After service_resume of all: takes up what the fault interrupted. s may be freed by it. */
void service_recover(struct service *s);

/*
 * A logger that is to leave ends by itself at the end of its input. A process that outlived the producer may hold that
 * pipe for ever: s6 waits for it, we do for a while. Nothing for any other service.
 */
void service_bound_last_read(struct service *s);

/* The process of s died. */
void service_died(struct service *s, int wstatus);

/* Its directory is gone: stop it and its logger, write nothing any more. */
void service_vanish(struct service *s);

/* The predecessor of the same name is gone: a start that waited for it happens now. */
void service_predecessor_gone(struct service *s);

/* Looks for a lost control FIFO and makes it again. */
void service_mend(struct service *s);

/* The status record as it is (or would be) on disk. */
void service_status(const struct service *s, struct svstatus *ret);

/* The same as it will be when the run that is being started is there, without its pid. */
void service_status_up(const struct service *s, struct svstatus *ret);

/* Is it the logger of all that has none of its own: s6-svscan-log, which reads what we write ourselves? */
bool service_is_catch_all(const struct service *s);

/* Is run or finish alive? */
bool service_has_process(const struct service *s);

/* A warning about it; under s6's names in the form of s6-supervise. */
void service_warn(const struct service *s, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Remembers why, for status and log; prints it unless it is the same as before. */
void service_note(struct service *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *service_name(const struct service *s);

/* What its programs get as its name: the single service's is the whole path that we were called with. */
char *service_argument(const struct service *s);

#endif
