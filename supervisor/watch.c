#include "watch.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "fdio.h"
#include "sys.h"

struct watch {
	int fd;
	watch_fn *cb; /* NULL: stopped */
	union {
		void *data;
		struct watch *next; /* stopped: among those that are not freed yet */
	};
};

/* The one epoll instance behind libuv's. */
static int inner = -1;
static uv_poll_t outer;
static bool serving;
static struct watch *stopped;

static void free_stopped(void)
{
	while (stopped) {
		struct watch *w = stopped;

		stopped = w->next;
		free(w);
	}
}

/* What a callback stops may stand further down in the same list: it is freed after the last one. */
static void on_inner(uv_poll_t *p, int status, int events)
{
	struct epoll_event ready[WATCH_TURN];
	int n;

	(void)p;
	(void)status;
	(void)events;
	n = epoll_wait(inner, ready, WATCH_TURN, 0);
	serving = true;
	for (int i = 0; i < n; i++) {
		struct watch *w = ready[i].data.ptr;

		if (w->cb)
			w->cb(w->data);
	}
	serving = false;
	free_stopped();
}

static bool open_inner(uv_loop_t *loop)
{
	if (inner >= 0)
		return true;
	inner = epoll_create1(EPOLL_CLOEXEC);
	if (inner < 0)
		return false;
	if (uv_poll_init(loop, &outer, inner) == 0 && uv_poll_start(&outer, UV_READABLE, on_inner) == 0)
		return true;
	fdio_close(&inner);
	return false;
}

struct watch *watch_start(uv_loop_t *loop, int fd, watch_fn *cb, void *data)
{
	struct watch *w = open_inner(loop) ? sys.calloc(1, sizeof(*w)) : NULL;
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = w };

	if (!w)
		return NULL;
	*w = (struct watch){ .fd = fd, .cb = cb, .data = data };
	if (epoll_ctl(inner, EPOLL_CTL_ADD, fd, &ev) < 0) {
		free(w);
		return NULL;
	}
	return w;
}

void watch_stop(struct watch **pw)
{
	struct watch *w = *pw;

	if (!w)
		return;
	*pw = NULL;
	(void)epoll_ctl(inner, EPOLL_CTL_DEL, w->fd, NULL);
	w->cb = NULL;
	w->next = stopped;
	stopped = w;
	if (!serving)
		free_stopped();
}
