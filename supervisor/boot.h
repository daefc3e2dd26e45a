/*
 * /init: what happens around the scan directory when hexad is the container's entrypoint.
 * Before the loop: identity, PATH, /run/s6, container_environment, scan directory. In the loop, as
 * phases kept in pool_head.boot so that a fault does not start them over: cont-init.d one by one,
 * reconcile, first scan, main program under its holder; then, once, the shutdown.
 */
#ifndef HEXAD_BOOT_H
#define HEXAD_BOOT_H

#include <stdbool.h>
#include <sys/types.h>

#include "supervisor.h"

/*
 * First of all, while no descriptor is ours: waits for those that the container's maker passed on for that. May
 * block, as asked.
 */
void boot_await_fds(char *const *envp);

/*
 * Before the pool and the scan directory exist: completes PATH in sv->envp (services get PATH alone,
 * as in s6-overlay), prepares /run, writes the environment directory, makes the scan directory with its
 * owner (elsewhere, setting sv->scandir, where it cannot). Degrades with one line each instead of failing.
 */
void boot_prepare(struct supervisor *sv);

/* In the loop's first turn, after scandir_open and api_open: begins the phases or, after a fault, goes on. */
void boot_run(struct supervisor *sv);

/* reaper.c: true if pid was boot's (the holder or a script after a fault). */
bool boot_exited(struct supervisor *sv, pid_t pid, int wstatus);

/* A signal to /init, other than those about the scan directory. */
void boot_signal(struct supervisor *sv, int sig);

/* Begins the shutdown; idempotent. A second call with from_signal shortens the budget, a third kills. */
void boot_shutdown(struct supervisor *sv, bool from_signal);
bool boot_stopping(const struct supervisor *sv);

/* What follows the last process's end; also what the haltcode file says. */
#define HALT_STOP 'h'
#define HALT_POWEROFF 'p'
#define HALT_REBOOT 'r'

/* boot_halt.c: the same with that at the end. Of several requests the first one decides. */
void boot_halt(struct supervisor *sv, char how, bool from_signal);

/* The same after delay_ms, 0: now; grace_ms: in place of S6_KILL_GRACETIME, -1: not. A later call replaces an earlier. */
void boot_halt_later(struct supervisor *sv, char how, int64_t grace_ms, uint64_t delay_ms);
bool boot_halt_cancel(struct supervisor *sv);

/* A service left supervision while stopping; the last one ends the container. */
void boot_service_left(struct supervisor *sv);

#endif
