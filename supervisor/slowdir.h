/*
 * Is a directory on a file system that may stop answering? Whoever touches such a file system may never come back, so PID 1 asks
 * the table of mounts before, and goes to what is not on one step by step. Where there is no such mount nothing is asked.
 */
#ifndef HEXAD_SLOWDIR_H
#define HEXAD_SLOWDIR_H

#include <stdbool.h>
#include <stddef.h>

struct slowmount {
	char *point, *dev;
	bool slow;
};

/* The mounts as they were when it was loaded. */
struct slowdir {
	char *text;
	struct slowmount *mount;
	size_t n;
	bool any; /* is there a slow one */
};

/*
 * Reads the mounts. Of those that may stop answering, the root file system's own does not count, nor that of near, which is
 * used all the time. Without /proc, or memory, there are none.
 */
void slowdir_load(struct slowdir *sd, int near);
void slowdir_free(struct slowdir *sd);

/*
 * Opens dirfd/name, with O_PATH, all links on the way followed. Returns the descriptor or -errno: -EREMOTE if it is on a slow
 * mount, or reached through one; nothing there was touched then. *ret_link: name is a link.
 */
int slowdir_open(const struct slowdir *sd, int dirfd, const char *name, bool *ret_link);

#endif
