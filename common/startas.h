/*
 * PURE: the word by which the supervisor tells hexad-start whom to become and where to answer:
 * "FD:UID:GID:GROUP,GROUP...", all decimal. Where the program could not be executed, its errno, an int, is written to that
 * descriptor; its end without one says that the program runs.
 */
#ifndef SV_STARTAS_H
#define SV_STARTAS_H

#include <stddef.h>

#include "ids.h"

#define STARTAS_NAME "hexad-start"
#define STARTAS_MAX (3 * 11 + IDS_GROUPS_MAX * 11 + 1)

/* Into buf. Returns the length. */
size_t startas_write(char buf[STARTAS_MAX], int fd, const struct ids *ids);

/* 0, or -EINVAL. */
int startas_parse(const char *text, int *ret_fd, struct ids *ret);

#endif
