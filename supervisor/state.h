/*
 * PURE: the JSON of a profile's state file and lifecycle file, which the application writes and may
 * have written badly. Runs in a child only, never in PID 1.
 */
#ifndef HEXAD_STATE_H
#define HEXAD_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STATE_FILE_MAX (1u << 20) /* bytes of a file that are read; more is an error */
#define STATE_DEPTH_MAX 64        /* arrays and objects in one another */

/* What a key of an object holds. text is set for VALUE_TEXT alone and belongs to the document. */
enum value_kind { VALUE_NONE, VALUE_ODD, VALUE_TEXT }; /* absent or null; no string; a string */

struct state_value {
	enum value_kind kind;
	const char *text;
};

struct state_doc;

/*
 * Parses len bytes; a UTF-8 byte order mark in front is passed over, of equal keys the last one counts.
 * NULL and a sentence in *why if it is no JSON object.
 */
struct state_doc *state_parse(const char *text, size_t len, const char **why);
void state_destroy(struct state_doc *doc);

/* The value of a key. */
void state_get(const struct state_doc *doc, const char *key, struct state_value *ret);

/* The value of a key as a whole number, cut downwards. False: there is no number. */
bool state_get_integer(const struct state_doc *doc, const char *key, int64_t *ret);

/* {key: word, stamp_key: stamp}, to be freed. NULL: no memory. */
char *state_intent_text(const char *key, const char *word, const char *stamp_key, int64_t stamp);

/*
 * The object that seeds a state file, to be freed: {runtime_key: word}, with
 * migrated also {desired_key: word, "timestamp": stamp, "migrated_from": migrated}. NULL: no memory.
 */
struct state_seed {
	const char *runtime_key, *desired_key, *word, *migrated;
	long long stamp;
};
char *state_seed_text(const struct state_seed *seed);

#endif
