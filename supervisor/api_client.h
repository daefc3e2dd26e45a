/* The control socket's inside, shared by the api_*.c files and by nobody else. */
#ifndef HEXAD_API_CLIENT_H
#define HEXAD_API_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

#include "access.h"
#include "api.h"
#include "api_rules.h"
#include "proto.h"
#include "rcquery.h"
#include "reconcile.h"
#include "svcdir.h"

#define API_JOBS 16          /* removals and passes at a time */
/* With a wish to write down for each client, and some that nobody waits for. */
#define API_PLACES_JOBS (2 * API_JOBS + API_SEATS)
#define API_SENTENCE 512     /* longest answer */
#define API_DETAIL 640       /* what an audit line has beside its usual words */
#define API_ROWS_TURN 256    /* rows sent to one client in one turn */
#define API_EVENTS 256       /* that are kept for who asks late or reads slowly */
#define API_ACCEPTS_TURN 8   /* connections taken from one listener in one turn */
/*
 * More than seats: who was asked to leave keeps his place until libuv has let go, at the end of
 * the turn.
 */
#define API_PLACES (API_SEATS + 2 * API_ACCEPTS_TURN)
#define API_PARKED_NEW 16    /* connections that wait for a child to close them: no new ones are taken beyond */
#define API_PARKED (API_PLACES + API_PARKED_NEW)
/* Directories in the scan directory that are being removed. */
#define API_GONE_PREFIX ".hexad-gone-"

struct api_client;
struct api_job;

/* A service across turns: the record and which life of it. */
struct api_ref {
	uint32_t idx, gen;
};

/*
 * Sends rows from c->cursor on. 1: all are sent, 0: go on in another turn, API_ROWS_LATER: there are none
 * now, api_client_pump says when; negative: -errno of the connection.
 */
#define API_ROWS_LATER 2
typedef int api_rows_fn(struct api_client *c);
typedef void api_verb_fn(struct api_client *c, const struct proto_frame *f);

struct api_verb {
	const char *name;
	api_verb_fn *fn;
	unsigned int min, max; /* arguments */
	enum api_right right;
	bool change;           /* made or refused, it is an audit line */
};

struct api_client {
	struct api *api;
	uv_poll_t poll;
	int fd;                       /* -1: nobody */
	int events;                   /* that are polled for */
	bool in_use;                  /* until libuv has let go of poll */
	uid_t uid;
	gid_t gid;
	pid_t pid;
	bool stranger;                /* neither root nor whom we run as: see api_part.c */
	struct access_grant grant;    /* what a row of [access] gives it, for the request in flight */
	char comm[17];                /* its program, while a change is asked for */
	int64_t since;                /* idle since then */

	bool busy;                    /* a request is in flight */
	bool refused;                 /* by a rule */
	const char *refused_by;       /* the row of [access], where it was one */
	const struct api_verb *verb;  /* of the request in flight, NULL if it is none we know */
	char subject[SV_NAME_FULL + 1];
	char detail[API_DETAIL];      /* " KEY=VALUE..." for its audit line, or empty */
	enum api_wait wait;
	struct api_ref ref;
	int64_t old_started_ns;
	struct api_job *job;

	api_rows_fn *rows;            /* being sent, or NULL */
	size_t cursor;
	bool follows;                 /* events, as they come */
	uint64_t seq;                 /* of the next event to send */
	struct plan plan;             /* of a dry run */
	struct rc_lines lines;        /* of an answer about the service graph */
	bool rc_waits;                /* for the change of the graph that is under way */
	int passed[3];                /* descriptors that came with the request, -1 */
	struct proto_frame frame;     /* the request, in in[] */
	size_t reply_len;             /* the last frame of the answer, not sent yet; 0: none */
	char reply[API_SENTENCE + 32];
	char *in;                     /* PROTO_FRAME bytes of the place */
};

enum api_job_phase {
	JOB_FREE,
	/* a removal: its stop waits for the marker, and then it goes on */
	JOB_ANNOUNCING, JOB_STOPPING, JOB_LEAVING, JOB_DELETING, JOB_FORGETTING,
	JOB_PLANNING,
	JOB_MARKING,   /* a stop waits for its marker */
	JOB_SETTLING,  /* a wish waits to be fulfilled ... */
	JOB_QUEUED,    /* ... or for an older one of the same slot ... */
	JOB_RECORDING, /* ... or is being written down */
	JOB_OVER,      /* answered; a child has not come back yet */
};

/* What goes on even if the client who asked for it hangs up: a removal, a dry run. */
struct api_job {
	struct api *api;
	enum api_job_phase phase;
	struct api_client *client;    /* NULL: nobody waits */
	/* looks at it again: at once after a change, or when the grace is over */
	uv_timer_t timer;
	int64_t kill_ns;              /* end of the grace */
	char slot[SV_NAME_FULL + 1];
	char gone[SV_NAME_FULL + 1];  /* name of the directory once it is out of the scan's sight */
	dev_t dev;                    /* the directory it is about: another one may get the same name */
	ino_t ino;
	bool was_wanted;              /* before it was stopped */
	unsigned int tries;           /* at removing the directory */
	unsigned int children;        /* that are to come back */
	bool late;                    /* the volume has kept one of them for too long */
	bool up, only_if_there;       /* the wish, and whether it is written only in the place of another */
	uint64_t seq;                 /* in which order wishes were fulfilled */
	struct api_ref ref[2];        /* service and logger */
	/* the answer once the directory is gone: a client's exit code ... */
	int code;
	char sentence[API_SENTENCE];  /* ... and its sentence */
};

/* base/dir/name; an empty base is the root directory. */
struct api_place {
	const char *base, *dir, *name;
};

struct api_listener {
	struct api *api;
	struct api_place place;
	uv_poll_t poll;
	int *fd;                      /* in the pool's head */
	bool on;
};

/* What a service told its listeners, with what was known of it then. */
struct api_event {
	struct timespec stamp;
	char letter;
	uint16_t wstat;
	pid_t pid;
	uid_t owner;
	char name[SV_NAME_FULL + 1];
};

struct api {
	struct supervisor *sv;
	unsigned int handles;         /* open libuv handles; the memory goes with the last */
	bool closing;
	/* given up for a moment to refuse a client when descriptors are used up */
	int sparefd;
	bool paused;                  /* listeners are not polled until the pause timer is due */
	uv_timer_t pause;
	struct api_listener listener[2];
	uv_timer_t again;             /* looks for wishes that could not be written down */
	bool put_off, hung_said;      /* api_intent.c: there are some; that the volume does not answer was said */
	uv_timer_t burial;            /* of these, which nobody is served on any more */
	unsigned int nparked;
	int parked[API_PARKED];
	unsigned int waiting, jobs_used;
	unsigned int refused_logged;  /* refusals logged in this second */
	unsigned int refused_hidden;  /* and not logged */
	int64_t refused_since;
	unsigned int followers;
	uv_timer_t wake;              /* serves followers in a turn of its own */
	uint64_t events_next;         /* number of the next event, from 0 */
	struct api_event event[API_EVENTS]; /* a ring, by number */
	struct api_client client[API_PLACES];
	uint64_t job_seq;
	struct api_job job[API_PLACES_JOBS];
	char in[API_PLACES][PROTO_FRAME]; /* at the end: no memory is used for what nobody has written to */
};

/* api.c: something that kept the memory has gone; the last one frees it after api_close. */
void api_handle_gone(struct api *api);

/*
 * api_listen.c: a listening socket in dirfd (p->base/p->dir), made as its owner, mode 0666.
 * Descriptor or -errno.
 */
int api_listen(int dirfd, const struct api_place *p);
void api_unlisten(int dirfd, const char *name);

/* api_part.c: what strangers send, and closing their connections. What lies first in the queue: */
enum api_next {
	NEXT_NONE,  /* nothing yet */
	NEXT_END,
	NEXT_FRAME,
	NEXT_LADEN, /* a frame with descriptors */
};

bool api_is_stranger(uid_t uid);
/* For a stranger's connection, before anything else is done with it. */
void api_part_prepare(int fd);
enum api_next api_look(int fd);
/* Closes a stranger's connection, now or later. */
void api_part(struct api *api, int *fd);
/* Too many wait for it, and no child can be had: none may be accepted. */
bool api_part_is_full(struct api *api);
/* Closes a listener with those who wait at it. */
void api_part_listener(struct api *api, int *fd);
/* At the end: closes those that wait. */
void api_part_last(struct api *api);

/* api_client.c: from the accepted connection to the request, and back. */
void api_client_start(struct api_client *c, int fd, const struct ucred *cred);
void api_client_close(struct api_client *c);
/* One frame "err CODE SENTENCE" to somebody who is not taken as a client, and the connection is closed. */
void api_turn_away(struct api *api, int fd, int code, const char *sentence);
/*
 * Ends the request: code 0 is "ok". Writes the audit line of a change. The client may be closed
 * when this returns.
 */
void api_answer(struct api_client *c, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Ends the request with rows, then "ok". */
void api_answer_rows(struct api_client *c, api_rows_fn *rows);
/* Sends on to a client whose rows were API_ROWS_LATER. */
void api_client_pump(struct api_client *c);
/* For api_rows_fn: 0, -EAGAIN or another -errno. */
int api_row(struct api_client *c, const char *const *fields, unsigned int n);

/* api_verbs.c */
const struct api_verb *api_verb_find(const char *name);
/*
 * Answers and returns false if the peer has not the right; owner is that of the slot, name its name. Both (uid_t)-1
 * and NULL where the request is about no slot.
 */
bool api_may(struct api_client *c, enum api_right right, const char *name, uid_t owner);
/* The service of that name, with which the peer may do what the verb does; else answered and NULL. */
struct service *api_slot_of(struct api_client *c, const char *name);

/* For a request about all services: reads the row observe once; then, does the peer see that one? */
void api_observes(struct api_client *c);
bool api_sees(const struct api_client *c, const char *name, uid_t owner);
/* By its own name, else by the name of its profile; NULL. */
struct service *api_find(struct supervisor *sv, const char *name);
/* Does what a client has written mean the service of that name? */
bool api_name_is(const struct supervisor *sv, const char *written, const char *name);
/* A row of the status verb; tag NULL, or a word behind "row". */
int api_status_row(struct api_client *c, const struct service *s, const char *tag);

/* api_events.c */
api_verb_fn api_verb_events;

/* api_why.c: what is known about a service, and about the supervisor. */
api_verb_fn api_verb_config, api_verb_info, api_verb_why;

/* api_change.c */
struct service *api_ref_get(struct supervisor *sv, const struct api_ref *ref);
void api_ref_set(struct api_ref *ref, const struct service *s);
void api_wait_check(struct api_client *c);
/* True, and answered: nothing new is begun in a tree that is being left. */
bool api_tree_leaves(struct api_client *c);
api_verb_fn api_verb_once, api_verb_start, api_verb_stop, api_verb_restart;

/* api_signal.c */
api_verb_fn api_verb_cont, api_verb_pause, api_verb_reload, api_verb_shutdown, api_verb_signal;

/* api_halt.c */
api_verb_fn api_verb_halt;

/* What is asked of services from now on is this client's wish; who calls it ends that with ASKED_HEXAD. */
void api_name_asker(const struct api_client *c);

/* The service has been told to stop, or is now: waits until it is down. s NULL: it has gone. */
void api_stop_now(struct api_client *c, struct service *s);

/*
 * api_intent.c. begin: the verb in flight fulfils a wish, which is written down when it is fulfilled; settled: it is, and
 * the sentence is sent when it was written down (false: send it now); drop: it will not be.
 */
void api_intent_begin(struct api_client *c, struct service *s, bool up);
bool api_intent_settled(struct api_client *c, const char *sentence);
void api_intent_drop(struct api_client *c);
/* The marker is being written, and api_stop_now follows; false: it does not, there is nothing to write. */
bool api_intent_mark(struct api_client *c, const struct service *s);
/* The same for a removal, which goes on with api_removal_stop. */
bool api_intent_announce(struct api_job *j, const struct service *s);
/* At the end of a removal: the record goes too, and ends the job. False: there is none. */
bool api_intent_forget(struct api_job *j);
/* The job is done, and free when its children are back. */
void api_intent_over(struct api_job *j);
/* The client of the job has gone. */
void api_intent_left(struct api_job *j);
/* After a change of a service: is there something to write down, and has it become true? */
void api_intent_due(struct service *s);
/* A job is over: there may be a place for what was put off. */
void api_intent_place(struct api *api);
/* The profile whose slot has that name, or NULL. A logger is none's. */
const char *api_profile_of(const struct supervisor *sv, const char *slot);

/* api_slots.c: slots are made and removed. */
api_verb_fn api_verb_register, api_verb_unregister;
/* May the peer make a slot (NULL: look at the plan of them all)? Answered if not; *owner is whose it would be. */
bool api_may_make(struct api_client *c, const char *slot, struct ids *owner);
/* Why there is no owner for slots, as a sentence; valid until the next call. */
const char *api_profiles_why(int error);
/* The marker of a removal is there, or will not be: the stop. */
void api_removal_stop(struct api_job *j);
/* After any change of a service: is it one that the removal waits for? */
void api_job_check(struct api_job *j);

/* api_rc.c: the service graph. */
api_verb_fn api_verb_rc_change, api_verb_rc_db, api_verb_rc_diff, api_verb_rc_list, api_verb_rc_reload,
	api_verb_rc_update;
/* The request of c is over, answered or not. */
void api_rc_gone(struct supervisor *sv, const struct api_client *c);

/* api_job.c: the table of jobs and what children do for them. */
struct api_job *api_job_new(struct api *api, struct api_client *c, enum api_job_phase phase);
/* How many removals and passes could be begun now. */
unsigned int api_job_room(const struct api *api);
/* Answers whoever waits with j's code and sentence, and frees the job. */
void api_job_end(struct api_job *j);
/*
 * Takes the slot's directory out of the scan's sight by giving it the name j->gone. 0; -ENOENT if it is not
 * there any more (whatever has its name now stays); or another -errno.
 */
int api_job_hide(struct api_job *j);
/* Removes j->gone as its owner, in a child; the job ends then, or asks its timer to try again. */
void api_job_delete(struct api_job *j);
/* Removes what an earlier image or instance began to remove. */
void api_job_sweep(struct api *api);
api_verb_fn api_verb_reconcile;

#endif
