/* PURE: the scripts of a profile's slot. Every word from the configuration is quoted for sh. */
#ifndef HEXAD_SLOT_TEXT_H
#define HEXAD_SLOT_TEXT_H

#include <stddef.h>

#include "config.h"

#define SLOT_TEXT_MAX 16384

struct slot_text {
	size_t len;
	char buf[SLOT_TEXT_MAX];
};

/* Variables beside those of the configuration: "NAME=value" each, sorted by whoever made the list. */
struct slot_env {
	const char *const *word;
	unsigned int n;
};

/*
 * drop is the account that the programs give their rights up for ("app", or "10000:10000"), NULL where
 * there is nothing to give up. All return 0, or -E2BIG.
 */
int slot_text_run(struct slot_text *t, const struct config *c, const char *profile, const char *drop,
	const struct slot_env *extra);
int slot_text_log_run(struct slot_text *t, const struct config *c, const char *profile, const char *drop);

/* Empty if no exit code is to be parked: then there is no finish script. */
int slot_text_finish(struct slot_text *t, const struct config *c);

#endif
