/* The container's environment as a directory: one file a variable. */
#ifndef SV_CONTENV_H
#define SV_CONTENV_H

#include <stdbool.h>
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

/*
 * The value of one variable of dir, to be freed; an empty file is an empty value. 0, -ENOENT where there is no
 * such file or directory, -EINVAL for what cannot be a variable's name, or another -errno.
 */
int contenv_value(const char *dir, const char *name, char **ret);

/* A switch of the overlay in the process's environment: on for a number other than 0; what is no number counts as 0. */
bool contenv_switch(const char *name);

/* S6_KEEP_ENV: is the process's own environment to be used instead? */
bool contenv_is_kept(void);

/* This process gets the container's environment, unless it is told to keep its own. A failure ends the process. */
void contenv_enter(void);

#endif
