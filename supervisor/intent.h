/*
 * What somebody wants of a profile, kept by the supervisor in a file of the profile's directory that nobody else writes,
 * and the marker that tells the application that a stop is meant. Written by a child as the application user.
 */
#ifndef HEXAD_INTENT_H
#define HEXAD_INTENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config.h"
#include "state.h"

enum intent_what { INTENT_MARK, INTENT_RECORD, INTENT_FORGET };

struct intent_input {
	const struct config *config;
	const char *home, *profile;
	enum intent_what what;
	bool only_if_there;   /* RECORD: a file is replaced, none is made */
	bool up;              /* RECORD: what is wanted */
	pid_t pid, stopper;   /* MARK: who is to be stopped, and who asked for it */
};

/*
 * For child_spec.main_fn, arg is a struct intent_input. 0 also where the profile has no directory; 1: it could not be
 * done, a warning says why.
 */
int intent_child(void *arg, int out_fd);

/* A record as it was read. */
struct intent {
	struct state_value desired; /* VALUE_NONE: there is none */
	int64_t ms;                 /* when it was made, ms since 1970 */
};

void intent_of(const struct state_doc *doc, struct intent *ret);

/*
 * PURE: does the state file's wish count more than the record? Only one that is explicit and was written, by its own
 * whole seconds, after the record: what the application writes carries an older wish along, under a stamp that is text.
 */
bool intent_is_older(const struct intent *in, const struct state_value *desired, bool has_stamp, int64_t stamp);

#endif
