/*
 * PURE: one service's state machine. State x event -> next state + actions; no I/O, no time, no libuv.
 * The table is common/service_events.def, the rules are in service_sm.c.
 *
 * Actions are bits in the order in which service.c carries them out; the order lives nowhere else.
 */
#ifndef HEXAD_SERVICE_SM_H
#define HEXAD_SERVICE_SM_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl.h"

enum sv_state { SV_DOWN, SV_UP, SV_FINISH, SV_LASTUP, SV_LASTFINISH, SV_GONE, SV_STATES };

struct sv_machine {
	uint8_t state; /* enum sv_state */
	bool want_up, paused, ready, dying;
};

enum sv_action {
	ACT_MAKE_DOWN = 1 << 0,    /* create the down file */
	ACT_DROP_DOWN = 1 << 1,    /* remove it */
	ACT_DETACH = 1 << 2,       /* future children get /dev/null; the pipe's reference is dropped */
	ACT_SIGNAL = 1 << 3,       /* the signal that belongs to the event */
	ACT_DOWN_SIGNAL = 1 << 4,  /* read down-signal, send it */
	ACT_RELOAD_SIGNAL = 1 << 5,
	ACT_CONTINUE = 1 << 6,     /* SIGCONT to the pid */
	ACT_KILL = 1 << 7,         /* SIGKILL (to the group with flag-timeout-killpg), then SIGCONT */
	ACT_KILL_FINISH = 1 << 8,  /* warn, SIGCONT and SIGKILL to finish */
	ACT_INT_GROUP = 1 << 9,    /* SIGINT to the process group */
	ACT_DIED = 1 << 10,        /* wstat, stamp, tally, close the readiness pipe */
	ACT_NO_PID = 1 << 11,      /* pid := 0 */
	ACT_UP_STAMP = 1 << 12,    /* stamp := now */
	ACT_READY_STAMP = 1 << 13, /* readystamp := now */
	ACT_DISARM = 1 << 14,      /* no deadline */
	ACT_ARM_KILL = 1 << 15,    /* read timeout-kill; none if 0 */
	ACT_ARM_AGAIN = 1 << 16,   /* 5 s, after a kill */
	ACT_ARM_FINISH = 1 << 17,  /* read timeout-finish */
	ACT_ARM_RESTART = 1 << 18, /* by the throttle */
	ACT_ARM_RETRY = 1 << 19,   /* 60 s, after a failed start */
	ACT_STATUS = 1 << 20,      /* write the status file ... */
	ACT_NOTIFY = 1 << 21,      /* ... and only then tell listeners */
	ACT_RUN = 1 << 22,         /* spawn run: comes back as SPAWNED, SPAWN_FAILED or SPAWN_REFUSED */
	ACT_FINISH = 1 << 23,      /* spawn finish: comes back as FINISHING or NO_FINISH */
	ACT_LEAVE = 1 << 24,       /* this incarnation ends: "x", release the lock */
};

struct sv_step {
	struct sv_machine next;
	uint32_t actions;
	char notify[4]; /* letters for ACT_NOTIFY */
};

struct sv_step sv_step(const struct sv_machine *m, enum sv_event ev);

/* The signal for ACT_SIGNAL; negative: to the process group. 0 if the event has none. */
int sv_signal_of(enum sv_event ev);

const char *sv_state_name(enum sv_state s);

#endif
