/*
 * The service graph of /init: s6-rc.d source definitions and services.d, started and stopped in the loop.
 *
 * The graph (common/rcgraph.h) and the state of every service lie in a memfd of their own without a
 * pointer in them, so that they survive a fault as the pool does. What is to be done next is rc_plan.c's, a pure
 * table; rc.c does it: longruns through their slot in the scan directory (service_feed), oneshots as short-lived
 * children, the built-in services through boot.c. One change at a time; whoever comes meanwhile is told "busy".
 *
 * The life of it, called by boot.c in this order:
 *   rc_load     after the hook: reads the sources of /etc, prints every definition error
 *   rc_place    makes /run/s6-rc/servicedirs and the links in the scan directory, in a child; then boot_advance
 *   rc_up       bundle "top"; boot_rc_over when nothing more can be started
 *   rc_down     all services; boot_rc_over when nothing more can be stopped
 */
#ifndef HEXAD_RC_H
#define HEXAD_RC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "rcgraph.h"
#include "supervisor.h"

struct service;

/*
 * The other side, in boot.c: a built-in is to go up or down. 1: it goes on, rc_builtin_done follows;
 * 0: it is done already; negative: it has failed. RC_FIX_ATTRS up is fix-attrs.d; RC_CONT_INIT up is cont-init.d
 * with what comes behind it (reconcile), down is cont-finish.d. RC_LEGACY is done by rc_legacy.c and never asked for.
 */
int boot_builtin(struct supervisor *sv, enum rc_builtin which, bool up);

/* What boot_builtin began has ended. code as of a program: 0 is success. */
void rc_builtin_done(struct supervisor *sv, enum rc_builtin which, int code);

/* boot.c: the change that rc_up or rc_down began is over. code: 0, 1 something failed, 2 the time was over. */
void boot_rc_over(struct supervisor *sv, int code);

/*
 * Reads the sources. 0; -EINVAL after definition errors were printed (there is a graph of the built-in services
 * alone then, so that base and the stop work); another -errno where there can be no graph at all.
 */
int rc_load(struct supervisor *sv);

/* True when there is nothing to make, or it is made already; else a child is at it and boot_advance follows. */
bool rc_place(struct supervisor *sv);

/* Begins to bring up a service or bundle and all it depends on. timeout_ms 0: no limit. -EBUSY, -ENOENT. */
int rc_up(struct supervisor *sv, const char *name, uint32_t timeout_ms);

/*
 * Begins to bring all down, essential ones too, taking over from a change that is under way: nothing more is started,
 * running oneshots are told SIGTERM. What is still there after budget_ms is named and killed. Idempotent.
 */
void rc_down(struct supervisor *sv, uint32_t budget_ms);

/* Somebody is in a hurry: as if the budget of rc_down were over now. */
void rc_down_now(struct supervisor *sv);

/* Is there a graph, and is any of it up or on its way? */
bool rc_any_up(const struct supervisor *sv);

/* Does the graph look after this service (a longrun of it, or of services.d)? Others are stopped by whoever stops all. */
bool rc_owns(const struct supervisor *sv, const struct service *s);

/* After a fault, before services are looked at: maps the graph again. */
void rc_resume(struct supervisor *sv);

/* After boot has its record back: takes up what the fault interrupted. */
void rc_recover(struct supervisor *sv);

/* fault.c, in its handler: the graph's descriptor. */
int rc_memfd(const struct supervisor *sv);

/* reaper.c through boot_exited: true if pid was a script of ours before a fault. */
bool rc_exited(struct supervisor *sv, pid_t pid, int wstatus);

/* boot_others.c: leaders of the sessions of running scripts. Returns how many were written to pids (at most max). */
size_t rc_script_pids(const struct supervisor *sv, pid_t *pids, size_t max);

/* service.c: after any step of s. scandir.c: s leaves supervision. */
void rc_service_changed(struct supervisor *sv, struct service *s);

/* rights.c: did we place this directory at boot? */
bool rc_placed(const struct supervisor *sv, const struct stat *st);

#endif
