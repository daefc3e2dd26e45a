/* Listens to the event directories of a tree that s6 supervises: see s6tree.h. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "fifodir.h"
#include "s6tree.h"

struct listen {
	struct fifodir_sub *sub;
	struct pollfd *poll;
	size_t n; /* subscribed so far */
};

static int subscribe_all(struct listen *l, const int *dirfds, size_t n, size_t *bad)
{
	int r;

	l->sub = calloc(n + 1, sizeof *l->sub);
	l->poll = calloc(n + 1, sizeof *l->poll);
	if (l->sub == NULL || l->poll == NULL)
		return -ENOMEM;
	for (; l->n < n; l->n++) {
		l->sub[l->n] = (struct fifodir_sub)FIFODIR_SUB_INIT;
		r = fifodir_subscribe(dirfds[l->n], "event", &l->sub[l->n]);
		if (r < 0) {
			*bad = l->n;
			return r;
		}
		l->poll[l->n] = (struct pollfd){ .fd = l->sub[l->n].fd, .events = POLLIN };
	}
	return 0;
}

/* All letters that one service has told. */
static int hand_over(const struct listen *l, size_t i, s6tree_letter_fn *fn, void *arg)
{
	char letters[256];
	ssize_t n = read(l->poll[i].fd, letters, sizeof letters);
	int r = 0;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	for (ssize_t k = 0; k < n && r == 0; k++)
		r = fn(arg, i, letters[k]);
	return r;
}

static int loop(const struct client *c, struct listen *l, bool for_ever, s6tree_letter_fn *fn, void *arg)
{
	int r;

	for (;;) {
		r = poll(l->poll, l->n, for_ever ? -1 : client_left(c));
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r < 0 ? -errno : -ETIMEDOUT;
		for (size_t i = 0; i < l->n; i++) {
			r = l->poll[i].revents != 0 ? hand_over(l, i, fn, arg) : 0;
			if (r != 0)
				return r < 0 ? r : 0;
		}
	}
}

int s6tree_listen(const struct client *c, const int *dirfds, size_t n, bool for_ever, int (*begun)(void *arg),
	s6tree_letter_fn *fn, void *arg, size_t *bad)
{
	struct listen l = { NULL, NULL, 0 };
	int r;

	*bad = 0;
	r = subscribe_all(&l, dirfds, n, bad);
	if (r == 0)
		r = begun(arg);
	if (r == 0)
		r = loop(c, &l, for_ever, fn, arg);
	for (size_t i = 0; i < l.n; i++)
		fifodir_unsubscribe(&l.sub[i]);
	free(l.sub);
	free(l.poll);
	return r == 1 ? 0 : r;
}
