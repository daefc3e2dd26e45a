/*
 * A tree that s6 supervises: status files, control FIFOs, event directories. Only what s6 can do.
 */
#ifndef SVCTL_S6TREE_H
#define SVCTL_S6TREE_H

#include "client.h"
#include "services.h"

/* As services_load. */
int s6tree_load(struct client *c, char *const *names, size_t n, struct services *ret);

enum s6tree_goal { GOAL_UP, GOAL_DOWN, GOAL_NEW_RUN, GOAL_ONCE, GOAL_TOLD };

/* What is to be done with a service. */
struct s6tree_order {
	const char *letters; /* for its control FIFO; NULL: that of its reload signal */
	enum s6tree_goal goal;
	const char *told;    /* GOAL_TOLD, for what is up: the sentence, with the name in place of %s */
};

/*
 * Writes letters to a service's control FIFO and waits for the goal. Returns the exit code, with a sentence but
 * for code 2, no such service.
 */
int s6tree_change(struct client *c, const char *name, const struct s6tree_order *order, char *sentence, size_t cap);

/* Descriptor of a service's directory, or -errno; -ENOENT also for what is no name or no directory. */
int s6tree_open(const struct client *c, const char *name);

/* The letter that has s6-supervise send a signal; NUL where it has none. */
char s6tree_letter_of(int sig);

/* Is it supervised: 1, 0, or -errno. */
int s6tree_is_supervised(int dirfd);

/* Writes letters to the control FIFO of dirfd: a service's, or with ".s6-svscan" a scan directory's. 0 or -errno. */
int s6tree_write(int dirfd, const char *fifo, const char *letters);

/* Letters of a service's event directory, or of several's, until fn says that it is enough (1) or fails. */
typedef int s6tree_letter_fn(void *arg, size_t i, char letter);

/*
 * Listens to n services (descriptors of their directories). begun is called once when all listen. With for_ever
 * there is no end of time. 0: enough, -ETIMEDOUT, or another -errno; *bad is the service that could not be
 * listened to.
 */
int s6tree_listen(const struct client *c, const int *dirfds, size_t n, bool for_ever, int (*begun)(void *arg),
	s6tree_letter_fn *fn, void *arg, size_t *bad);

#endif
