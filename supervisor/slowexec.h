/* Will an exec come back soon? Asked by PID 1 before it waits for one, without waiting for the answer. */
#ifndef HEXAD_SLOWEXEC_H
#define HEXAD_SLOWEXEC_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Could the exec of dirfd/file be held up: by a file system that does not answer (it is a link, it is on another device
 * than near, its interpreter is on another mount than the root directory), or by somebody's lease on it?
 */
bool slowexec_possible(int dirfd, const char *file, dev_t near);

#endif
