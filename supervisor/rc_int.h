/* What the parts of the service graph share: rc.c, rc_run.c, rc_live.c, rc_copy.c, rc_legacy.c, api_rc.c. */
#ifndef HEXAD_RC_INT_H
#define HEXAD_RC_INT_H

#include <limits.h>

#include "child.h"
#include "rc.h"
#include "rc_plan.h"
#include "supervisor.h"

#define RC_LIVE_MAX (16u << 20)  /* bytes of the memfd; pages are only had for what is used */
#define RC_LIVE_MAGIC 0x72636c31u
#define RC_LEGACY_MAX 1024       /* services of services.d */
#define RC_LIVE_DIR "/run/s6-rc"
#define RC_LEGACY_DIR "/run/s6/legacy-services"
#define RC_PATH_MAX 256          /* of a directory in it */

struct rc_place {
	dev_t dev;
	ino_t ino;
};

/* Beside each service: what is in flight. Times are CLOCK_MONOTONIC ns, 0: none. */
struct rc_cell {
	struct rc_place dir;     /* a longrun's */
	int64_t began_ns, deadline_ns;
	pid_t pid;               /* a script that runs, 0: none */
	uint32_t serial;         /* of that script: one that was given up ends unheard */
	uint32_t slot;           /* where its record was last; only a hint */
	uint8_t stage;           /* enum rc_stage */
};

/* A longrun that reads a pipeline is first left to the end of its input. */
enum rc_stage { RC_STAGE_ASKED, RC_STAGE_EOF, RC_STAGE_KILLED };

enum rc_goal { RC_IDLE, RC_GOAL_UP, RC_GOAL_DOWN, RC_GOAL_RELOAD, RC_GOAL_LOAD };

/* s6-rc-update: what is not in the new graph is stopped, then it takes the place of the old one. */
enum rc_update { RC_NO_UPDATE, RC_UPDATE_LOADING, RC_UPDATE_STOPPING, RC_UPDATE_STARTING };

/* The begin of the memfd; the graph, the marks, the cells and the places of services.d follow. */
struct rc_live {
	uint32_t magic, size;
	uint32_t graph, mark, cell, legacy; /* offsets */
	uint32_t nlegacy;
	int32_t verdict;
	uint32_t serial;         /* the last one given */
	uint8_t goal;            /* enum rc_goal of the change under way */
	bool adopted;            /* the supervisor has taken it over from the child that filled it */
	bool boot;               /* boot.c waits for its end, and not a client */
	bool last;               /* rc_down: nothing is started any more */
	bool out_of_time;        /* its time was over */
	bool hurried;            /* limits of services do not count any more */
	bool legacy_linked;      /* the links of services.d are there */
	bool prune_first;        /* s6-rc -p: this stop is followed by a start of keep */
	pid_t copier;            /* the child that copies, 0: none */
	int64_t deadline_ns;     /* of the change */
	int64_t budget_ns;       /* of rc_down: then the rest is killed */
	char dir[RC_PATH_MAX];   /* of the live directories: their parent */
	char legacy_dir[RC_PATH_MAX];
};

struct api_client;

struct rc {
	struct supervisor *sv;
	struct rc_live *live;    /* NULL: no graph */
	const struct rc_graph *g;
	struct rc_plan plan;
	struct rc_cell *cell;
	struct rc_place *legacy;
	struct rc_live *next;    /* s6-rc-update: being made */
	int nextfd;
	uint8_t update;          /* enum rc_update */
	uint32_t update_ms;      /* its time limit */
	uv_timer_t timer, turn;  /* the next deadline; look again in the next turn */
	bool open;               /* they are */
	bool preparing, prepared;
	bool settling;
	unsigned int reloads;    /* scripts that reload, and run */
	bool reload_failed;
	struct api_client *asker; /* who waits for the change, or NULL */
	unsigned int asker_v;    /* how much he wants to hear */
	int io[3];               /* his descriptors for oneshots, -1 */
	uint8_t keep[RC_NODES_MAX]; /* of prune_first */
};

/* rc.c */
void rc_look(struct rc *rc);   /* in the next turn: what has become of what is in flight? */
void rc_arm(struct rc *rc);    /* for the earliest deadline */
int rc_change(struct rc *rc, bool up, uint8_t *set, bool keep_essential, uint32_t timeout_ms);
void rc_done(struct rc *rc, uint32_t i, bool ok, const char *why); /* what was in flight has come to its end */
/* As s6-rc: to who asked, or to the container's output by S6_VERBOSITY. level 1: a warning, 2: an info. */
void rc_tell(struct rc *rc, unsigned int level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
unsigned int rc_info(const struct rc *rc, uint32_t i); /* the level of what is said about its coming and going */
const char *rc_shown(const struct rc *rc, uint32_t i); /* its name, escaped; valid until the next call */
void rc_close_io(struct rc *rc);

/* rc_run.c: one service. */
void rc_begin(struct rc *rc, uint32_t i);
void rc_check(struct rc *rc, uint32_t i);      /* in flight: has it come to its end? */
void rc_late(struct rc *rc, uint32_t i);       /* its time is over */
void rc_kill(struct rc *rc, uint32_t i);       /* the budget of the stop is over */
void rc_interrupt(struct rc *rc, uint32_t i);  /* a script that starts it is told to end */
void rc_again(struct rc *rc, uint32_t i);      /* after a fault */
void rc_reload(struct rc *rc, const uint8_t *set);
void rc_over(struct rc *rc, int code); /* rc.c: a change or a reload has come to its end */
struct service *rc_slot(const struct rc *rc, uint32_t i);

/* rc_live.c */
/*
 * Starts the child that fills a new *ret from the sources, or from a database and what is live now. Its pid, or -errno;
 * *ret and *ret_fd are to be given back with rc_unmap in either case.
 */
int rc_fill(struct rc *rc, const char *database, struct rc_live **ret, int *ret_fd, child_done_fn *done);
void rc_unmap(struct rc_live **live, int *fd);
/* Makes l what is live, if it is whole. */
bool rc_look_in(struct rc *rc, struct rc_live *l);
void rc_adopt(struct rc *rc);                  /* after the child: places and links */
const char *rc_service_dir(const struct rc *rc, uint32_t i, char buf[PATH_MAX]);

/* rc_copy.c: for children. Everything is told on stderr; 0, or -errno of the first failure. */
/* stays: it is there already, and may be up; only its files are replaced. */
int rc_copy_longrun(const char *source, const char *name, int todir, bool stays);
int rc_copy_legacy(const char *source, int todir);

/* rc_script.c: for child_spec.main_fn. */
struct rc_script_arg {
	const char *name, *text;
	char *const *envp;
};
int rc_script_child(void *arg, int out_fd);

/* rc_legacy.c: as boot_builtin. */
int rc_legacy_up(struct rc *rc);
int rc_legacy_down(struct rc *rc);
void rc_legacy_check(struct rc *rc, uint32_t i);
void rc_legacy_late(struct rc *rc, uint32_t i);
void rc_legacy_again(struct rc *rc);
bool rc_legacy_has(const struct rc *rc, const struct rc_place *p);

/* rc_update.c: begins one; api_rc_over follows. 0 or -errno. */
int rc_update(struct rc *rc, const char *database, uint32_t timeout_ms);
bool rc_update_goes_on(struct rc *rc, int code); /* after a change; false: there is no update, or that was its end */

/* api_rc.c: the change is over; somebody waits no more. */
void api_rc_over(struct rc *rc, int code);
void api_rc_interrupted(struct rc *rc);
void api_rc_say(struct rc *rc, unsigned int level, const char *text);

#endif
