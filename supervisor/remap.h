/*
 * The application user's numbers, changed at boot to what variables of the container say: in /etc/passwd and /etc/group,
 * by their lines alone. The texts are PURE; remap_apply writes them.
 */
#ifndef HEXAD_REMAP_H
#define HEXAD_REMAP_H

#include <stddef.h>
#include <stdint.h>

#include "config.h"

#define REMAP_NONE UINT32_MAX /* stays as it is */

/* A number from 1 to 65534, digits only; REMAP_NONE if it is none. */
uint32_t remap_number(const char *text);

/* The first of the variables named in list that is set and not empty, or NULL; *name is which. */
const char *remap_variable(const char *list, char *const *environ, char *name, size_t cap);

/*
 * passwd: the user gets uid, and everybody whose group was from gets to. group: the group gets to. A new text to be freed,
 * NULL without memory; *changed is whether it differs. Lines that are none are kept as they are.
 */
char *remap_passwd(const char *text, const char *user, uint32_t uid, uint32_t from, uint32_t to, int *changed);
char *remap_group(const char *text, const char *group, uint32_t to, int *changed);

/* In a child that is root. Says what it does and what it refuses. 0 or -errno of the first failure, which is said. */
int remap_apply(const struct config *c, char *const *environ);

#endif
