#include "state.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define BOM "\xef\xbb\xbf"

/*
 * Is nothing nested deeper than the limit? The library's own limit is far higher, and its parser and
 * its freeing recurse. A quick look that counts brackets outside of strings is enough: text that is no
 * JSON is found out by the parser.
 */
static bool depth_ok(const char *text, size_t len)
{
	unsigned int depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < len; i++) {
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted && (text[i] == '[' || text[i] == '{') && ++depth > STATE_DEPTH_MAX)
			return false;
		else if (!quoted && (text[i] == ']' || text[i] == '}') && depth)
			depth--;
	}
	return true;
}

struct state_doc *state_parse(const char *text, size_t len, const char **why)
{
	json_t *root;

	if (len >= strlen(BOM) && !memcmp(text, BOM, strlen(BOM))) {
		text += strlen(BOM);
		len -= strlen(BOM);
	}
	if (!depth_ok(text, len)) {
		*why = "is nested too deeply";
		return NULL;
	}
	/* Numbers are of no interest, so one that fits no integer is not what the file is refused for. */
	root = json_loadb(text, len, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
	if (!root) {
		*why = "is no valid JSON";
		return NULL;
	}
	if (!json_is_object(root)) {
		*why = "is no JSON object";
		json_decref(root);
		return NULL;
	}
	return (struct state_doc *)(void *)root;
}

void state_destroy(struct state_doc *doc)
{
	json_decref((json_t *)(void *)doc);
}

void state_get(const struct state_doc *doc, const char *key, struct state_value *ret)
{
	const json_t *value = json_object_get((const json_t *)(const void *)doc, key);

	ret->kind = VALUE_NONE;
	ret->text = NULL;
	if (!value || json_is_null(value))
		return;
	ret->kind = VALUE_ODD;
	/* A NUL within would make the text another one. */
	if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
		return;
	ret->kind = VALUE_TEXT;
	ret->text = json_string_value(value);
}

bool state_get_integer(const struct state_doc *doc, const char *key, int64_t *ret)
{
	const json_t *value = json_object_get((const json_t *)(const void *)doc, key);
	double n = json_number_value(value);

	/* state_parse reads all numbers as reals; beyond 2^53 they are not exact, and no time of ours either. */
	if (!json_is_number(value) || !(n >= -9e15 && n <= 9e15))
		return false;
	*ret = (int64_t)n;
	return true;
}

char *state_intent_text(const char *key, const char *word, const char *stamp_key, int64_t stamp)
{
	json_t *root = json_object();
	char *text = NULL;
	int bad = json_object_set_new(root, key, json_string(word));

	bad |= json_object_set_new(root, stamp_key, json_integer(stamp));
	if (!bad)
		text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	return text;
}

char *state_seed_text(const struct state_seed *seed)
{
	json_t *root = json_object();
	char *text = NULL;
	int bad = json_object_set_new(root, seed->runtime_key, json_string(seed->word));

	if (seed->migrated) {
		bad |= json_object_set_new(root, seed->desired_key, json_string(seed->word));
		bad |= json_object_set_new(root, "timestamp", json_integer(seed->stamp));
		bad |= json_object_set_new(root, "migrated_from", json_string(seed->migrated));
	}
	if (!bad)
		text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	return text;
}
