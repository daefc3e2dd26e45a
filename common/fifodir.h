/*
 * event/ directories: who listens has a FIFO ftrig1:@<24 hex>:<6 random> (39 characters) in there,
 * and who notifies writes to each. dirfd is the service directory, name the directory in it
 * ("event").
 */
#ifndef SV_FIFODIR_H
#define SV_FIFODIR_H

#include <stddef.h>
#include <sys/types.h>

#define FIFODIR_PREFIX "ftrig1:@"
#define FIFODIR_ALL 0xffffffffU /* no limit: for clients, whose time is their own */
#define FIFODIR_NAME 39 /* length of a listener's FIFO name */

/*
 * Writes msg, in one write, to every listener. Listeners without a reader, and those whose write
 * gives EPIPE, are unlinked; other failures lose the message for that listener alone. At most limit
 * listeners are served, and a few hundred other entries passed over, so that nobody can hold the
 * caller up; FIFODIR_ALL lifts both limits. SIGPIPE must not kill the caller. With a NULL name dirfd is the event
 * directory itself, just opened for reading.
 * Opens are O_NOFOLLOW|O_NONBLOCK and only FIFOs are written to. 0, or -errno if the directory
 * cannot be read.
 */
int fifodir_notify(int dirfd, const char *name, const char *msg, size_t len, unsigned int limit);

/* Unlinks the listeners nobody reads from. */
int fifodir_clean(int dirfd, const char *name, unsigned int limit);

/* A subscription of a client. Close with fifodir_unsubscribe, which also unlinks. */
struct fifodir_sub {
	int dirfd;  /* the event directory, held */
	int fd;     /* read end, non-blocking: poll it */
	int hold;   /* our own write end, so that no EOF appears */
	char name[FIFODIR_NAME + 1];
};
#define FIFODIR_SUB_INIT { -1, -1, -1, "" }

/* Makes the FIFO (0622, first under a dot name) and opens it. The event directory must exist. */
int fifodir_subscribe(int dirfd, const char *name, struct fifodir_sub *ret);
void fifodir_unsubscribe(struct fifodir_sub *sub);

/* mkdir 0700, group gid unless (gid_t)-1, then mode (03730 for an event). -EEXIST if there. */
int fifodir_make(int dirfd, const char *name, gid_t gid, mode_t mode);

#endif
