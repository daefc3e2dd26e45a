/*
 * Watching descriptors for input. libuv watches one descriptor, an epoll instance of our own; behind it lie the
 * many: one call to begin a watch instead of five, 24 bytes instead of a handle, and a bad number is an error here
 * where libuv would abort. At most WATCH_TURN descriptors are served in one turn of the loop.
 */
#ifndef HEXAD_WATCH_H
#define HEXAD_WATCH_H

#include <uv.h>

#define WATCH_TURN 64

struct watch;
typedef void watch_fn(void *data);

/*
 * Starts watching fd, which stays the caller's; cb is called in each turn in which it can be read, is at its end
 * or has failed. NULL if that cannot be had (out of memory, epoll's limits, a descriptor that cannot be watched).
 */
struct watch *watch_start(uv_loop_t *loop, int fd, watch_fn *cb, void *data);

/* Stops and sets *w to NULL; call before the descriptor is closed. Accepts a NULL *w. May be called from any callback. */
void watch_stop(struct watch **w);

#endif
