/* PURE: what the container's own command and environment say about profiles. */
#ifndef HEXAD_COMMAND_H
#define HEXAD_COMMAND_H

#include <stdbool.h>

#include "config.h"

/* The user's own words in /init's arguments: behind the wrapper if it is there, else all but the first. */
char *const *command_words(const struct config *c, char *const *argv);

/* A variable of an environment; NULL. */
const char *command_getenv(char *const *environ, const char *name);

/* Is it a command that a supervised service now stands for, and is that not switched off? */
bool command_is_legacy(const struct config *c, char *const *argv, char *const *environ);

/* Is the variable that seeds the root profile's state exactly the word for running? */
bool command_bootstraps(const struct config *c, char *const *environ, const char *running);

/* Does one process serve all profiles, so that only the root profile may start? */
bool command_multiplexes(const struct config *c, char *const *environ);

#endif
