/*
 * The state that outlives a fault: one memfd, mapped shared, without pointers. Everything needed to go
 * on after the process image was replaced is in here; libuv handles and other conveniences
 * hang beside it (struct service) and are made anew.
 *
 * Each record has a live half, which code changes in place, and a saved half with a checksum, which
 * pool_commit writes. After a fault pool_open takes the newest half that is whole.
 * The memfd is sealed against shrinking and growing; pages of a record are allocated when it is taken.
 */
#ifndef HEXAD_POOL_H
#define HEXAD_POOL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "asked.h"
#include "service_sm.h"
#include "svcdir.h"

#define POOL_NONE UINT32_MAX /* no such record */
#define NOTE_MAX 120

/* What a slot's directory was found to be, fixed while the record is in use (but for a rename). */
struct slot_ident {
	char name[SV_NAME_FULL + 1]; /* "web" or "web/log" */
	dev_t dev;
	ino_t ino;
	uid_t uid;                   /* owner of the directory when it was taken: files are made as him */
	gid_t gid;
	bool is_log;
	bool follow;                 /* reached through a symbolic link */
};

/* All that changes while a service is supervised. Times of deadlines are CLOCK_MONOTONIC ns, 0 = none. */
struct slot_data {
	struct sv_machine m;
	bool active;            /* seen by the last scan */
	bool vanished;          /* its directory is gone; nothing is written there any more */
	bool detached;          /* future children get /dev/null for stdin and stdout */
	bool exec_pending;      /* forked, the result of exec is not known yet */
	bool start_waits;       /* a start was asked for and the predecessor is still there */
	bool begun;             /* an incarnation is under way */
	uint32_t begin_fails;   /* in a row: the pause between two tries grows with it */
	int64_t begun_ns;       /* since when: the next one begins a second later at the earliest */
	pid_t pid;              /* run's or finish's, 0 when down */
	pid_t last_run;         /* pid of the run that died last, for finish's fourth argument */
	volatile pid_t spawned; /* written by the child itself before its exec; a fault in between loses no child */
	volatile bool spawned_finish;  /* which of the two that child is to become */
	volatile bool said_ready;      /* its newline was read, and the machine may not have heard of it yet */
	uint16_t wstat;
	struct timespec stamp, readystamp; /* UTC */
	int64_t started_ns;     /* when run was started last */
	int64_t ready_ns;       /* when it became ready in this life, 0: it did not */
	int64_t deadline_ns;
	int64_t run_ns;         /* how long the last run lasted */
	uint32_t short_runs;    /* in a row (retry.h) */
	bool bounced;           /* the run was sent a signal through its FIFO or the socket */
	int dirfd, lockfd, ctlfd;      /* held for the life of the slot */
	int notifyfd;                  /* read end of the readiness pipe */
	int execfd;                    /* read end of the exec result pipe, where one is pending */
	int pipe_r, pipe_w;            /* a producer's: the pipe to its logger */
	uint32_t partner;              /* producer <-> logger, POOL_NONE */
	uint32_t successor_of;         /* a record that must be gone before this one starts, POOL_NONE */
	uint32_t gen;                  /* counts the lives of this record */
	struct asked asked;            /* who wanted it as it is wanted */
	char note[NOTE_MAX];           /* why, when that is not plain; shown by status */
};

struct pool;

/* Makes a pool for max records. NULL and *err on failure. */
struct pool *pool_create(uint32_t max, int *err);

/* Maps the memfd of a former image and takes the newest whole half of every record. */
struct pool *pool_open(int fd, int *err);
void pool_destroy(struct pool *p);

int pool_fd(const struct pool *p);
uint32_t pool_max(const struct pool *p);
uint32_t pool_used(const struct pool *p);

/* Takes a free record (its pages are allocated here). -ENOSPC when all are in use, -ENOMEM. */
int pool_take(struct pool *p, uint32_t *ret_idx);
void pool_release(struct pool *p, uint32_t idx);

/* NULL for a free record. */
struct slot_ident *pool_ident(struct pool *p, uint32_t idx);
struct slot_data *pool_data(struct pool *p, uint32_t idx);

/* Makes the live half of a record the one to recover from. */
void pool_commit(struct pool *p, uint32_t idx);

/* What belongs to the whole: kept like a record; the owner of each part is named. */
struct pool_head {
	int signalfd, inotifyfd, listenfd, listenfd2, scandirfd, scanlockfd, scanctlfd, exefd, nullfd;
	int consolefd;                    /* -X, or -1 */
	int starterfd;                    /* main.c: hexad-start; <= 0: none */
	int prefixfd;                     /* prefix.c: to the child that names lines, <= 0: none */
	pid_t owner_pid;                  /* the process that may recover */
	uint32_t faults;                  /* so far */
	int64_t fault_ns[5];              /* the last ones, monotonic; a ring by faults % 5 */
	int fault_signal;                 /* of the last one */
	volatile pid_t begun;             /* boot.c: a child that its record may not know yet, 0: none */
	uint32_t begun_at;                /* where it belongs in there */
	int volumefd;                     /* volume.c: holds the volume's lock; <= 0: none */
	int profilesfd, home_wd;          /* profiles_watch.c: inotify on the profiles; <= 0: none; its watch on the home */
	int stdinfd, cwdfd;               /* boot.c: the container's stdin and working directory; <= 0: none */
	int rcfd;                         /* rc_live.c: the service graph's memfd, or -1 */
	bool observing;                   /* another supervisor writes the volume: nothing is written there */
	bool leaving;                     /* the scan directory is being left */
	char leave_how;                   /* 't', 'q', 'b' */
	uint8_t boot[512];                /* boot.c: struct boot_record */
};
struct pool_head *pool_head(struct pool *p);
void pool_commit_head(struct pool *p);

#endif
