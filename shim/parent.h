/* A path as the directory it is in, held open, and its last component. */
#ifndef SV_PARENT_H
#define SV_PARENT_H

#include <limits.h>

/* The last component, without the slashes behind it. 0, -ENOENT for no path at all, -EBUSY for "/", -ENAMETOOLONG. */
int parent_leaf(const char *path, char leaf[NAME_MAX + 1]);

/* The same, and opens the directory that it is in, links followed, with O_PATH. The descriptor or -errno. */
int parent_open(const char *path, char leaf[NAME_MAX + 1]);

#endif
