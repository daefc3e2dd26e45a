/*
 * From a decision to a running program: fork, the child's set-up, exec. Knows of services only where
 * the pid stands in a status record.
 *
 * Between vfork and exec the child makes no call that can block. Where one could (the program lies on
 * another file system, a lock must be waited for) fork is used and the result of exec comes later, over a pipe. Where the
 * child becomes another user, who could stop it, the first exec is that of a program of ours, which does the rest: the
 * result comes over the pipe too, and nothing of this process is copied.
 */
#ifndef HEXAD_SPAWN_H
#define HEXAD_SPAWN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ids.h"

/*
 * A status record that waits to be published: written but for the pid, under another name. The child writes its pid and
 * renames it, so that a program never finds a record that is older than itself.
 */
struct spawn_record {
	int dirfd, fd;         /* a directory and the file tmp in it; both stay the caller's */
	const char *tmp, *name;
	volatile pid_t pid;    /* by the child when it is renamed, even if the exec fails after it: whom it names; 0: it is not */
};

struct spawn {
	const char *path;            /* relative to dirfd */
	char *const *argv;
	char *const *envp;
	int dirfd;                   /* becomes the working directory */
	int in, out, err;            /* become 0, 1 and 2; -1: as ours. Never 0 to 2 themselves. */
	int notify_fd, notify_num;   /* write end of the readiness pipe and the number it gets; -1: none */
	int lock_fd, lock_num;       /* file to be locked before the exec and its number; -1: none. Needs may_block. */
	const struct ids *ids;       /* whom to become; NULL: stay. Needs may_block without spawn_has_starter. */
	bool may_block;              /* use fork and tell later */
	int (*check)(const char *path); /* asked in the child before the exec, -errno stops it; NULL: none. Needs may_block. */
	bool new_pidns;              /* process 1 of a pid namespace of its own. Needs may_block. */
	bool same_session;           /* as ours; else it leads one of its own */
	struct spawn_record *record; /* NULL: none. Not with may_block. */
	volatile pid_t *note_pid;    /* the pid is there before anything else can go wrong; NULL: nowhere */
};

/* No descriptor: for initializers, before those that there are. */
#define SPAWN_NOTHING .in = -1, .out = -1, .err = -1, .notify_fd = -1, .notify_num = -1, .lock_fd = -1, .lock_num = -1

/*
 * Returns the pid, or -errno when nothing runs (with vfork that includes a failed exec). With
 * may_block or ids, *ret_execfd is the read end of a pipe (non-blocking, close-on-exec): end of file means
 * exec worked, an int is its errno, and that child has ended or will at once. Else *ret_execfd is -1.
 */
pid_t spawn_start(const struct spawn *sp, int *ret_execfd);

/* Remembers the limit of open files to hand to children; call before raising our own. */
void spawn_init(void);

/* That limit: numbers of descriptors that a service may ask for are below it. */
uint32_t spawn_fd_limit(void);

/* Sets it again for this process, before an exec. Safe in a signal handler. */
void spawn_restore_limit(void);

/* Closes all descriptors from first to last. */
void spawn_close_range(unsigned int first, unsigned int last);

/*
 * Sets a few low descriptor numbers aside, so that a start costs the same however many services there
 * are. Call once, early, when what this process opened itself is close-on-exec. Without it, and where the
 * kernel lacks close_range, starts work all the same.
 */
void spawn_reserve(int nullfd);

/*
 * Gives it the program that becomes another user (hexad-start), a descriptor to be executed; starter stays the
 * caller's. After spawn_reserve; without that nothing happens.
 */
void spawn_take_starter(int starter);
bool spawn_has_starter(void);

/* For children of our own code: signal mask empty if unblock, handlers default, limit of open files as inherited. */
void spawn_reset_child(bool unblock);

/*
 * From a fork to the note of its pid no fault that somebody sends may come in between: the child would be lost, and its work
 * done twice. A fault of our own ends the program there as anywhere. Children take the mask back before they do anything else.
 */
void spawn_hold_faults(sigset_t *old);
void spawn_release_faults(const sigset_t *old);

#endif
