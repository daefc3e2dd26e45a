/*
 * The subscriptions of this process to event directories, and waiting for what comes in. A subscription lasts as
 * long as the process: its FIFO is removed at exit, and also where a signal ends the process. Such signals are
 * only let in while waiting, and are raised again after the cleaning.
 */
#ifndef SV_LISTEN_H
#define SV_LISTEN_H

#include <poll.h>
#include <stdint.h>

#include "fifodir.h"

/* Subscribes to dirfd/name. 0 and *ret, which stays valid, or -errno. From the first call on signals are held. */
int listen_to(int dirfd, const char *name, struct fifodir_sub **ret);

/* Ends one subscription before its time. */
void listen_end(struct fifodir_sub *sub);

/* Milliseconds from now as a deadline; 0 is no deadline. */
int64_t listen_deadline(unsigned int ms);

/*
 * Waits until one of the descriptors has something. 0, or -ETIMEDOUT when the deadline (0: none) is over, or -errno.
 * SIGCHLD, where the caller has blocked it, ends the wait too.
 */
int listen_wait(struct pollfd *fds, unsigned int n, int64_t deadline);

/* Starts a program with the signals as they were before listening began. 0 and *pid, or -errno. */
int listen_start(char *const *argv, pid_t *pid);

/* The same for one that is not waited for. If it cannot be started the process ends with s6's message and exit 111. */
void listen_spawn(char *const *argv);

#endif
