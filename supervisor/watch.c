#include "watch.h"

#include <stdlib.h>

#include "sys.h"

static void on_closed(uv_handle_t *h)
{
	free(h);
}

uv_poll_t *watch_start(uv_loop_t *loop, int fd, uv_poll_cb cb, void *data)
{
	uv_poll_t *p = sys.calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	if (uv_poll_init(loop, p, fd) < 0) {
		free(p);
		return NULL;
	}
	p->data = data;
	if (uv_poll_start(p, UV_READABLE, cb) < 0) {
		uv_close((uv_handle_t *)p, on_closed);
		return NULL;
	}
	return p;
}

void watch_stop(uv_poll_t **p)
{
	if (!*p)
		return;
	uv_close((uv_handle_t *)*p, on_closed);
	*p = NULL;
}
