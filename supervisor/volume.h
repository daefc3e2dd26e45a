/*
 * One writer per volume: an OFD lock on a file of the home. A child as the application user takes it, PID 1 holds the
 * descriptor and touches nothing else, so it is gone with PID 1 and with nobody before.
 */
#ifndef HEXAD_VOLUME_H
#define HEXAD_VOLUME_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"

enum volume_lock {
	VOLUME_UNASKED, /* held already, or no lock is configured */
	VOLUME_HELD,
	VOLUME_BUSY,    /* by another supervisor */
	VOLUME_NONE,    /* the file system has none */
};

/* What the reading child tells beside its plan. */
struct volume_word {
	uint8_t lock;    /* enum volume_lock */
	int32_t err;     /* VOLUME_NONE: why, -errno */
	bool missing;    /* there is no profiles directory */
	bool unwatched;  /* the kernel has no more watches for all of the profiles */
	int32_t last_wd; /* number of the newest watch: how many the descriptor has been given in its life */
	int32_t home_wd; /* its watch on the home, which is there while the profiles directory is not; negative: none */
};

/* The child: takes the lock. The descriptor, or -1; *ret says which it is. */
int volume_lock(int homefd, const struct config *c, struct volume_word *ret);

/* A SOCK_DGRAM pair, both ends close-on-exec, the first non-blocking. 0 or -errno. */
int volume_pair(int sock[2]);

/* The child: sends the word, with the descriptor unless it is -1. PID 1: takes it, false if there is none. */
void volume_tell(int sock, const struct volume_word *w, int fd);
bool volume_hear(int sock, struct volume_word *ret, int *ret_fd);

#endif
