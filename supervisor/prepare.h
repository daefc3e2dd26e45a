/*
 * What an image wants done to its volume before anything runs: section [volume]. Only what is listed is touched, on held
 * descriptors, no link followed, no mount crossed; in a child, since a volume may be large or slow.
 */
#ifndef HEXAD_PREPARE_H
#define HEXAD_PREPARE_H

#include <stdbool.h>

#include "config.h"

struct prepare_input {
	const struct config *config;
	char *const *environ;
	bool tells; /* what it has done */
};

/* Is there anything to be done? Without root there is not, and if it was asked for that is said. */
bool prepare_wanted(const struct config *c, char *const *environ);

/* For child_spec.main_fn, as root: arg is a struct prepare_input. 0; 1: something could not be done, which was said. */
int prepare_child(void *arg, int out_fd);

#endif
