/*
 * Waiting for services to reach a state, by their event directories: subscribe, read the status,
 * then follow the events. s6-svwait, s6-svlisten, s6-svlisten1 and s6-svc -w are made of this.
 */
#ifndef SV_WATCH_H
#define SV_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "fifodir.h"

struct watch {
	const char *path;
	int dirfd;
	struct fifodir_sub *sub;
	bool up, ready;
	bool settled; /* failed or given up: counts as being where it was wanted */
};

/* What is waited for. */
struct watch_goal {
	bool up;      /* else down */
	bool ready;   /* and ready, or really down */
	bool restart; /* be down first */
	bool any;     /* one service is enough */
};

struct watch_set {
	struct watch *watch;
	unsigned int n, failed;
};

/* The goal of a letter of "uUdDrR"; false for any other. */
bool watch_goal_of(char letter, struct watch_goal *goal);

/*
 * Subscribes to n services and reads where they are. Ends the process with s6's message and exit 111 if that is
 * not possible.
 */
void watch_begin(struct watch_set *set, char *const *paths, unsigned int n);

/*
 * Waits until the goal is met. listen: "down" in a restart means that the finish script has ended, as in
 * s6-svlisten. Returns the number of services that failed for good or lost their supervisor;
 * at the deadline the process ends with s6's message and exit 99.
 */
unsigned int watch_until(struct watch_set *set, const struct watch_goal *goal, bool listen, int64_t deadline);

/* watch_until, then s6's message for failures, if any. Returns the exit code. */
int watch_finish(struct watch_set *set, const struct watch_goal *goal, bool listen, int64_t deadline);

#endif
