/*
 * A process that stands in for another one: it starts a program, passes its own signals on, and collects whoever
 * dies below it. tini and s6-background-watch are made of this.
 */
#ifndef SV_KEEPER_H
#define SV_KEEPER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct keeper {
	int sigfd;
	sigset_t old;  /* the mask that programs get back */
	pid_t target;  /* who gets the signals; 0: nobody */
	bool group;    /* the process group of target gets them */
	/* Called for each process that has been collected. */
	void (*on_exit)(void *ctx, pid_t pid, int wstat);
	void *ctx;
};

/* Blocks all signals but those that a fault raises; they are read from a descriptor from now on. */
void keeper_init(struct keeper *k, void (*on_exit)(void *ctx, pid_t pid, int wstat), void *ctx);

/*
 * Starts a program with the signals as they were; prepare, if not NULL, runs in the child first. The result is
 * -errno where it could not be executed, else the pid.
 */
pid_t keeper_start(struct keeper *k, char *const *argv, void (*prepare)(void));

/* For who has one child alone: on_exit is keeper_child_ended, ctx this. */
struct keeper_child {
	pid_t pid;
	bool ended;
	int wstat; /* once it has */
};
void keeper_child_ended(void *ctx, pid_t pid, int wstat);

/* Milliseconds from now as a deadline; 0 is no deadline. */
int64_t keeper_deadline(unsigned int ms);

/*
 * Waits for a signal, or until fd (-1: none) can be read, until the deadline (0: none) at most; passes signals on and
 * collects the dead. 0 or -ETIMEDOUT.
 */
int keeper_turn(struct keeper *k, int fd, int64_t deadline);

/* What a shell makes of a wait status: the code, or 128 and the signal. */
int keeper_code(int wstat);

#endif
