/*
 * What the parts of spawn share: spawn.c (the parent, and the child that shares its memory), spawn_fork.c (the child that is a
 * copy), spawn_child.c (what a child does before its exec). Nobody else includes this.
 */
#ifndef HEXAD_SPAWN_INT_H
#define HEXAD_SPAWN_INT_H

#include <stdbool.h>
#include <sys/types.h>

#include "spawn.h"

#define SPAWN_LEAK_MAX 1024 /* descriptors looked at for what was passed on to us without close-on-exec */

/* Low numbers for what a child needs: all from first on are closed for it at once. */
enum { LOW_IN, LOW_OUT, LOW_ERR, LOW_READINESS, LOW_LOCK, LOW_ANSWER, LOW_STARTER, LOW_COUNT };

struct spawn_low {
	bool on;
	bool starter; /* the program for it is there */
	int null;
	int num[LOW_COUNT];
	unsigned int first;
};
extern struct spawn_low spawn_low;

extern int spawn_passed_on;       /* the highest descriptor that programs are to inherit; -1: not known */
extern char spawn_stack[65536];   /* of children that clone makes, from its end down */

/* Moves what the child needs, but for its directory, to the low numbers. 0 or -errno. */
int spawn_lower(struct spawn *sp, int *answer);

/* Takes the low numbers back. A pipe's end must not stay open there: its reader would never see the end. */
void spawn_raise(const struct spawn *lowered, int answer);

/* Reaps the child of a vfork that came to nothing: it is gone at once, and nobody else has heard of it. */
void spawn_forget(pid_t pid);

/* With may_block. */
pid_t spawn_fork(const struct spawn *sp, int *ret_execfd);

/*
 * The child half: nothing in it allocates, locks or keeps state. enter: into the service directory; the pid is noted first of
 * all, so that no fault of ours loses the child. prepare: everything else up to the exec. exec: that too, and returns
 * only on failure. aside: a number that the service asked for may be that of something which is needed after it: that
 * steps aside. place: like dup2, but a descriptor that is there already loses its close-on-exec too. All 0 or -errno.
 */
int spawn_child_enter(const struct spawn *sp);
int spawn_child_prepare(const struct spawn *sp);
int spawn_child_exec(const struct spawn *sp);
int spawn_child_place(int fd, int num);
void spawn_child_aside(const struct spawn *sp, int *fd);

#endif
