/*
 * From a decision to a running program: fork, the child's set-up, exec. Knows nothing of services.
 *
 * Between vfork and exec the child makes no call that can block. Where one could (the program lies on
 * another file system, a lock must be waited for, or the child becomes a user who could stop it)
 * fork is used and the result of exec comes later, over a pipe.
 */
#ifndef HEXAD_SPAWN_H
#define HEXAD_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "ids.h"

struct spawn {
	const char *path;            /* relative to dirfd */
	char *const *argv;
	char *const *envp;
	int dirfd;                   /* becomes the working directory */
	int in, out;                 /* become 0 and 1; -1: as ours. Never 0 to 2 themselves. */
	int notify_fd, notify_num;   /* write end of the readiness pipe and the number it gets; -1: none */
	int lock_num;                /* lock-fd: number under which supervise/service-lock is held, -1: none */
	const struct ids *ids;       /* whom to become; NULL: stay */
	bool may_block;              /* use fork and tell later */
	volatile pid_t *note_pid;    /* the pid is there before anything else can go wrong; NULL: nowhere */
};

/*
 * Returns the pid, or -errno when nothing runs (with vfork that includes a failed exec). With
 * may_block, *ret_execfd is the read end of a pipe (non-blocking, close-on-exec): end of file means
 * exec worked, an int is its errno, and that child has ended or will at once. Else *ret_execfd is -1.
 */
pid_t spawn_start(const struct spawn *sp, int *ret_execfd);

/* Remembers the limit of open files to hand to children; call before raising our own. */
void spawn_init(void);

/*
 * Sets a few low descriptor numbers aside, so that a start costs the same however many services there
 * are. Call once, early, when what this process opened itself is close-on-exec. Without it, and where the
 * kernel lacks close_range, starts work all the same.
 */
void spawn_reserve(int nullfd);

/* For children of our own code: signal mask empty, handlers default, limit of open files as inherited. */
void spawn_reset_child(void);

#endif
