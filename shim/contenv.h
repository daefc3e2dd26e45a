/* The container's environment as a directory: one file a variable. */
#ifndef SV_CONTENV_H
#define SV_CONTENV_H

#include <stddef.h>

#define CONTENV_DIR "/run/s6/container_environment"

/*
 * The environment that dir describes: its files, sorted by name, and path as PATH (unless NULL)
 * where no file says otherwise. A file's content less one final newline is the value, NULs in it become newlines;
 * an empty file is no variable; names with a leading dot or a "=" are passed over. *ret is a NULL-ended list, owned by
 * the caller. 0, or -errno with *culprit the name that could not be read ("" for dir itself), which lives
 * as long as the process.
 */
int contenv_load(const char *dir, const char *path, char ***ret, const char **culprit);

/* The value of name in a NULL-ended environment, or NULL. */
const char *contenv_get(char *const *env, const char *name);

#endif
