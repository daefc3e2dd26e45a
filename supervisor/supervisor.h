/*
 * struct supervisor: the loop and the parts, nothing else. One per process; passed to whoever needs it.
 */
#ifndef HEXAD_SUPERVISOR_H
#define HEXAD_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

#include "pool.h"

enum supervisor_mode {
	MODE_SCANDIR, /* s6-svscan DIR, hexad DIR */
	MODE_INIT,    /* /init */
	MODE_SINGLE,  /* s6-supervise DIR */
};

struct config;
struct service;
struct api;
struct boot;
struct rc;
struct profiles_watch;
struct child;
struct watch;

struct supervisor {
	uv_loop_t loop;
	enum supervisor_mode mode;
	bool pid1;                  /* getpid() == 1: kill(-1) is ours */
	bool resumed;               /* this image took over after a fault */
	int exit_code;              /* what main returns when the loop ends */
	int argc;
	char **argv;                /* as we were called; kept for /proc/1/cmdline */
	char **envp;                /* what services and scripts get */
	const struct config *config;
	struct pool *pool;
	struct pool_head *head;     /* of the pool: descriptors and leaving */
	const char *scandir;        /* path as given */
	uid_t scandir_uid;
	gid_t scandir_gid;
	dev_t scandir_dev;
	bool scandir_shared;        /* others than root can write the scan directory */
	struct service **services;  /* by record index, room for pool_max; NULL where free */
	uint32_t services_max;      /* all used ones are below it */
	uint32_t *pid_hint;         /* by pid: index + 1 of who had it last, see service_by_pid */
	uint32_t pid_mask;
	uint32_t name_max;          /* longest name of a slot */
	uint32_t fd_limit;          /* soft limit of open files after it was raised */
	struct asked asker;         /* on whose behalf events are handed over now (asked.h) */
	uint32_t rescan_ms;         /* -t; 0: only when told */
	struct child *children;     /* child.c */
	struct api *api;            /* api.c; NULL without a socket */
	struct profiles_watch *profiles; /* profiles_watch.c; NULL before the first pass */
	int32_t profiles_wd;        /* the newest watch on profiles */
	bool profiles_missing;      /* the last pass found no profiles directory */
	bool lock_refused;          /* said that the volume cannot be locked */
	bool unwatched_said;        /* and that profiles cannot be watched */
	struct boot *boot;          /* boot.c; NULL but in MODE_INIT */
	struct rc *rc;              /* rc.c: the service graph; NULL but in MODE_INIT */
	struct watch *signals, *scanctl, *removals; /* watch.h */
	uv_timer_t rescan_timer;
	uv_timer_t ctl_timer;       /* control.c */
	int64_t said_ns;            /* scandir.c: lines about odd letters in this second, since then */
	uint32_t said;
};

/* Ends the loop; main returns code (or execs .s6-svscan/finish, see scandir.h). */
void supervisor_quit(struct supervisor *sv, int code);

/* CLOCK_MONOTONIC in nanoseconds. */
int64_t mono_ns(void);

#endif
