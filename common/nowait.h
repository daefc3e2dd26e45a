/* Writing to what others hold too, and may leave full or stopped: a pipe, a terminal, a socket. */
#ifndef SV_NOWAIT_H
#define SV_NOWAIT_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Writes what can be written at once, whatever the flags of fd are, and changes none of them: they are those of all who
 * share it. Returns how much that was, or -errno: -EAGAIN if nothing could be. len is PIPE_BUF at most. A regular file is
 * written to as always.
 */
ssize_t nowait_write(int fd, const void *buf, size_t len);

#endif
