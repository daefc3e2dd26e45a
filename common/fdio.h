/*
 * Small file helpers over sys.h. Every descriptor made here is close-on-exec; EINTR is retried here
 * and nowhere else. All return 0 (or a count) or a negative errno, and print nothing.
 */
#ifndef SV_FDIO_H
#define SV_FDIO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* openat with O_CLOEXEC added. Returns the descriptor or -errno. */
int fdio_open(int dirfd, const char *path, int flags, mode_t mode);

/* Closes *fd if it is open and sets it to -1. */
void fdio_close(int *fd);

/*
 * Reads at most cap bytes of a regular file into buf, opened O_NONBLOCK|O_NOFOLLOW; what is not a
 * regular file gives -EINVAL (-EISDIR for a directory). Returns the number of bytes read, at most
 * cap: a longer file is cut silently, so pass cap = limit + 1 to notice. No NUL is added.
 */
ssize_t fdio_read_file(int dirfd, const char *path, void *buf, size_t cap);

/* Reads until cap bytes or end of file. Returns the count. */
ssize_t fdio_read_all(int fd, void *buf, size_t cap);

/* Writes all of it; a short write that cannot be completed is an error. */
int fdio_write_all(int fd, const void *buf, size_t len);

/* Creates name with O_EXCL|O_NOFOLLOW (mode & ~umask), after unlinking what is in the way. The descriptor, or -errno. */
int fdio_create_new(int dirfd, const char *name, mode_t mode);

/*
 * Replaces dirfd/name: creates tmp as fdio_create_new does,
 * writes it and renames it over name. On failure tmp is removed. With sync, the file and then the
 * directory are fsynced: that is for volumes, never for a tmpfs.
 */
int fdio_replace(int dirfd, const char *name, const char *tmp, const void *buf, size_t len,
	mode_t mode, bool sync);

/*
 * Removes dirfd/name and all below it without following a symbolic link or crossing a mount.
 * Goes on after a failure and returns the first one; a missing name is success. May take as long as
 * the tree is large: PID 1 calls it only in a child.
 */
int fdio_remove_tree(int dirfd, const char *name);

#endif
