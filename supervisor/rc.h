/*
 * The service graph of /init: s6-rc.d source definitions and services.d, started and stopped in the loop.
 *
 * The graph (common/rcgraph.h) and the state of every service lie in a memfd of their own without a
 * pointer in them, so that they survive a fault as the pool does. What is to be done next is rc_plan.c's, a pure
 * table; rc.c does it: longruns through their slot in the scan directory (service_feed), oneshots as short-lived
 * children, the built-in services through boot.c. One change at a time; whoever comes meanwhile is told "busy".
 *
 * The life of it, called by boot.c in this order:
 *   rc_prepare  after the hook: a child reads the sources of /etc, prints every definition error, copies the longruns to
 *               /run/s6-rc/servicedirs; then they are linked into the scan directory and supervised, down
 *   rc_up       bundle "top"; boot_rc_over when nothing more can be started
 *   rc_down     all services; boot_rc_over when nothing more can be stopped
 */
#ifndef HEXAD_RC_H
#define HEXAD_RC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "rcgraph.h"
#include "supervisor.h"

struct service;

/*
 * The other side, in boot.c: a built-in service is to go up or down. 1: it goes on, rc_builtin_done follows; 0: it is
 * done already; negative: it has failed. Asked again after a fault: then 1 if it goes on still. RC_FIX_ATTRS up is
 * fix-attrs.d; RC_CONT_INIT up is cont-init.d with what comes behind it (reconcile), down is cont-finish.d. RC_LEGACY
 * is rc_legacy.c's and never asked for.
 */
int boot_builtin(struct supervisor *sv, enum rc_builtin which, bool up);

/* What boot_builtin began has ended. code as of a program: 0 is success. */
void rc_builtin_done(struct supervisor *sv, enum rc_builtin which, int code);

/* boot.c: the change that rc_up or rc_down began is over. code: 0, 1 something failed, 2 the time was over. */
void boot_rc_over(struct supervisor *sv, int code);

/*
 * True when all is prepared, or can never be (then there is no graph); else a child is at it and boot_advance follows.
 * rc_verdict tells afterwards: 0; -EINVAL: there were definition errors, and the graph has the built-in services alone;
 * another -errno: there is no graph.
 */
bool rc_prepare(struct supervisor *sv);
int rc_verdict(const struct supervisor *sv);

/* Begins to bring up a service or bundle and all it depends on. timeout_ms 0: no limit. 0, -EBUSY, -ENOENT. */
int rc_up(struct supervisor *sv, const char *name, uint32_t timeout_ms);

/*
 * Begins to bring all down, essential ones too, taking over from a change that is under way: nothing more is started,
 * running oneshots are told SIGTERM. What has no limit of its own and is still there after budget_ms is named and killed.
 * Idempotent. False: there is nothing to bring down, and boot_rc_over is not called.
 */
bool rc_down(struct supervisor *sv, uint32_t budget_ms);

/* Somebody is in a hurry: the budget of rc_down is over in ms, if it is not earlier. */
void rc_hasten(struct supervisor *sv, uint32_t ms);

/* Is a change under way? */
bool rc_busy(const struct supervisor *sv);

/* Does the graph look after this service (a longrun of it, or of services.d)? Others are stopped by whoever stops all. */
bool rc_owns(const struct supervisor *sv, const struct service *s);

/* After a fault, before services are looked at: maps the graph again. */
void rc_resume(struct supervisor *sv);

/* After services and boot's record are back: takes up what the fault interrupted. */
void rc_recover(struct supervisor *sv);

/* reaper.c through boot_exited: true if pid was a script of ours before a fault. */
bool rc_exited(struct supervisor *sv, pid_t pid, int wstatus);

/* service.c: after any step of a service, or one left supervision. */
void rc_service_changed(struct supervisor *sv);

/* rights.c: did we place this directory at boot? */
bool rc_placed(const struct supervisor *sv, const struct stat *st);

#endif
