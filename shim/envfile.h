/* Files that are environment variables: a directory of them, and the content of one. */
#ifndef SV_ENVFILE_H
#define SV_ENVFILE_H

#include <dirent.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * The entries of a directory that can be variables, sorted by name: no leading dot, no "=". Returns their number
 * and *ret as scandir does, or -errno.
 */
int envfile_list(int dirfd, struct dirent ***ret);

void envfile_list_free(struct dirent **list, int n);

/*
 * Reads dirfd/name, links followed, max bytes at most (0: all of it). *ret has a NUL behind the content and is to be
 * freed. Returns the length or -errno; a directory is -EISDIR, and a FIFO or a socket, which could keep us
 * waiting, -EINVAL.
 */
ssize_t envfile_read(int dirfd, const char *name, size_t max, char **ret);

#endif
