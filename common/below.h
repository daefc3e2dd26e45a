/* Paths below a held directory, walked step by step so that no symbolic link is followed. */
#ifndef SV_BELOW_H
#define SV_BELOW_H

#include <stdbool.h>

/*
 * Opens the directory path below dirfd with O_PATH; make creates what is missing, 0755. path is
 * relative, without '.' and '..'. Returns the descriptor or -errno; -ENOTDIR for a link.
 */
int below_open(int dirfd, const char *path, bool make);

/* The same for the directory that holds path's last component, which *ret_leaf then points to. */
int below_open_parent(int dirfd, const char *path, bool make, const char **ret_leaf);

#endif
