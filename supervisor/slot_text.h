/* PURE: run, log/run and finish of a profile's slot, from the configuration. */
#ifndef HEXAD_SLOT_TEXT_H
#define HEXAD_SLOT_TEXT_H

#include <stddef.h>

#include "config.h"
#include "slotfile.h"

/* Variables beside those of the configuration: "NAME=value" each, sorted by whoever made the list. */
struct slot_env {
	const char *const *word;
	unsigned int n;
};

/* drop is the user that the programs become, NULL where there is nothing to give up. All return 0, or -E2BIG. */
int slot_text_run(struct slotfile *f, const struct config *c, const char *profile, const char *drop,
	const struct slot_env *extra);
int slot_text_log_run(struct slotfile *f, const struct config *c, const char *profile, const char *drop);

/* Empty if no exit code is to be parked: then there is no finish. */
int slot_text_finish(struct slotfile *f, const struct config *c);

#endif
