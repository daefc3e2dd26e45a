/* Watching a descriptor for input: a uv_poll_t on the heap that frees itself when libuv lets go. */
#ifndef HEXAD_WATCH_H
#define HEXAD_WATCH_H

#include <uv.h>

/* Starts watching fd, which stays the caller's. NULL if that cannot be had (out of memory, epoll's limits). */
uv_poll_t *watch_start(uv_loop_t *loop, int fd, uv_poll_cb cb, void *data);

/* Stops and sets *p to NULL; call before the descriptor is closed. Accepts a NULL *p. */
void watch_stop(uv_poll_t **p);

#endif
