/*
 * The table of configuration keys: defaults, checks of values, printing. Knows nothing of files;
 * config_file.c reads one.
 */
#include "config_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "svcdir.h"
#include "sys.h"
#include "words.h"

#define AT(field) offsetof(struct config, field)
#define STRING(s, k, field, kind, dflt) { s, k, OPTION_STRING, AT(field), kind, 0, 0, NULL, NULL, dflt },
#define UINT(s, k, field, min, max, unit, dflt) \
	{ s, k, OPTION_UINT, AT(field), TEXT_ANY, min, max, NULL, unit, dflt },
#define BOOL(s, k, field, dflt) { s, k, OPTION_BOOL, AT(field), TEXT_ANY, 0, 0, NULL, NULL, dflt },
#define ENUM(s, k, field, words, dflt) \
	{ s, k, OPTION_ENUM, AT(field), TEXT_ANY, 0, 0, words, NULL, dflt },

const struct option config_options[] = {
#include "config.def"
};
#undef STRING
#undef UINT
#undef BOOL
#undef ENUM
const size_t config_noptions = sizeof(config_options) / sizeof(*config_options);

/* Enums are stored through an unsigned int. */
_Static_assert(sizeof(enum config_run_as) == sizeof(unsigned int), "enum of another size");
_Static_assert(sizeof(enum config_throttle) == sizeof(unsigned int), "enum of another size");
_Static_assert(sizeof(enum config_owner) == sizeof(unsigned int), "enum of another size");

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static bool spanned(const struct word *w, const char *set)
{
	for (size_t i = 0; i < w->len; i++)
		if (!strchr(set, w->text[i]))
			return false;
	return true;
}

static bool is_variable(const struct word *w)
{
	return w->len && !strchr(DIGITS, w->text[0]) && spanned(w, LOWER UPPER DIGITS "_");
}

bool config_is_variable(const char *text, size_t len)
{
	return is_variable(&(struct word){ text, len });
}

static bool is_file(const struct word *w)
{
	return w->len && w->len <= 250 && !memchr(w->text, '/', w->len) && !word_is(w, ".") &&
	       !word_is(w, "..");
}

static bool is_account(const struct word *w)
{
	return w->len <= 64 && (!w->len || w->text[0] != '-') &&
	       (!w->len || w->text[0] != '.') && spanned(w, LOWER UPPER DIGITS "_.-");
}

/* Components split at slashes; none empty, '.' or '..'. */
static bool is_below(const struct word *w)
{
	const char *at = w->text, *end = w->text + w->len;

	while (at <= end) {
		const char *slash = memchr(at, '/', (size_t)(end - at));
		struct word part = { at, (size_t)((slash ? slash : end) - at) };

		if (!is_file(&part))
			return false;
		at += part.len + 1;
	}
	return true;
}

/* "/SOURCE:DEST" */
static bool is_seed(const struct word *w)
{
	const char *colon = memchr(w->text, ':', w->len);
	struct word dest = { colon ? colon + 1 : w->text, colon ? w->len - (size_t)(colon + 1 - w->text) : 0 };

	return w->len && *w->text == '/' && colon && is_below(&dest);
}

/* Only %p and %% may stand in it. */
static bool is_pattern(const struct word *w)
{
	for (size_t i = 0; i < w->len; i++) {
		if (w->text[i] != '%')
			continue;
		if (++i == w->len || (w->text[i] != 'p' && w->text[i] != '%'))
			return false;
	}
	return true;
}

static bool is_log_dir(const struct word *w)
{
	return is_below(w) && is_pattern(w);
}

static bool is_profile(const struct word *w)
{
	char name[SV_NAME_MAX + 1];

	if (w->len >= sizeof(name))
		return false;
	memcpy(name, w->text, w->len);
	name[w->len] = '\0';
	return !svcdir_profile_name_why(name, SV_PROFILE_MAX);
}

static bool is_prefix(const struct word *w)
{
	return w->len && w->len <= 64 && w->text[0] != '-' && spanned(w, LOWER UPPER DIGITS "_-");
}

static bool is_assignment(const struct word *w)
{
	const char *equals = memchr(w->text, '=', w->len);
	struct word name = { w->text, equals ? (size_t)(equals - w->text) : 0 };

	return is_variable(&name);
}

static bool is_code(const struct word *w)
{
	return w->len <= 3 && spanned(w, DIGITS) && (w->len < 3 || strncmp(w->text, "255", 3) <= 0);
}

static bool is_absolute(const struct word *w)
{
	return w->len && w->text[0] == '/';
}

static bool is_there(const struct word *w)
{
	return w->len;
}

/* How a kind is checked: the value as a whole, or each of its words. */
static const struct text_rule {
	bool (*check)(const struct word *w);
	const char *separators; /* NULL: the whole value is one word */
	bool may_be_empty;
	const char *must;
} text_rules[] = {
	[TEXT_ANY] = { NULL, NULL, true, "" },
	[TEXT_ACCOUNT] = { is_account, NULL, true, "must be a name of at most 64 letters, digits and '_.-'" },
	[TEXT_ACCESS] = { access_word_ok, WORDS_LIST, true,
		"must be [PREFIX:]WHO words, separated by commas; WHO is a user, @group or *" },
	[TEXT_VARIABLES] = { is_variable, WORDS_LIST, true,
		"must be names of environment variables, separated by commas" },
	[TEXT_VARIABLE] = { is_variable, NULL, true, "must be the name of an environment variable" },
	[TEXT_PATH] = { is_absolute, NULL, false, "must be an absolute path" },
	[TEXT_BELOW] = { is_below, NULL, false, "must be a relative path without '.' and '..'" },
	[TEXT_BELOWS] = { is_below, WORDS_LIST, true,
		"must be relative paths without '.' and '..', separated by commas" },
	[TEXT_SEEDS] = { is_seed, WORDS_LIST, true,
		"must be /SOURCE:DEST words, separated by commas; DEST is a path below the home" },
	[TEXT_LOG_DIR] = { is_log_dir, NULL, false,
		"must be a relative path without '.' and '..', and no '%' but '%p' and '%%'" },
	[TEXT_FILE] = { is_file, NULL, false, "must be a file name without '/'" },
	[TEXT_FILE_OR_NONE] = { is_file, NULL, true, "must be a file name without '/', or empty" },
	[TEXT_FILES] = { is_file, WORDS_LIST, true, "must be file names without '/', separated by commas" },
	[TEXT_PROFILE] = { is_profile, NULL, false, "must be a profile name, [a-z0-9][a-z0-9_-]*" },
	[TEXT_PREFIX] = { is_prefix, NULL, false,
		"must be 1 to 64 letters, digits, '_' and '-', and not begin with '-'" },
	[TEXT_COMMAND] = { is_pattern, NULL, true, "must contain no '%' but '%p' and '%%'" },
	[TEXT_ENV] = { is_assignment, WORDS_BLANKS, true, "must be NAME=value words" },
	[TEXT_LIST] = { NULL, NULL, true, "" },
	[TEXT_CODES] = { is_code, WORDS_LIST, true, "must be exit codes from 0 to 255, separated by commas" },
	[TEXT_KEY] = { is_there, NULL, false, "must not be empty" },
};

static bool text_ok(const struct text_rule *rule, const char *value)
{
	struct word w = { value, strlen(value) };

	if (!w.len)
		return rule->may_be_empty;
	if (!rule->check)
		return true;
	if (!rule->separators)
		return rule->check(&w);
	while (words_next(&value, rule->separators, &w))
		if (!rule->check(&w))
			return false;
	return true;
}

static int set_string(char **field, const struct option *o, const char *value, char *why, size_t cap)
{
	const struct text_rule *rule = &text_rules[o->kind];
	size_t size = strlen(value) + 1;
	char *copy;

	if (!text_ok(rule, value)) {
		snprintf(why, cap, "%s", rule->must);
		return -EINVAL;
	}
	copy = sys.calloc(1, size);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, value, size);
	free(*field);
	*field = copy;
	return 0;
}

static int set_uint(uint32_t *field, const struct option *o, const char *value, char *why, size_t cap)
{
	const struct word w = { value, strlen(value) };
	uint64_t n = 0;

	if (w.len && w.len <= 10 && spanned(&w, DIGITS)) {
		for (size_t i = 0; i < w.len; i++)
			n = n * 10 + (uint64_t)(value[i] - '0');
		if (n >= o->min && n <= o->max) {
			*field = (uint32_t)n;
			return 0;
		}
	}
	snprintf(why, cap, "must be a number from %u to %u (%s)", o->min, o->max, o->unit);
	return -EINVAL;
}

static int set_bool(bool *field, const char *value, char *why, size_t cap)
{
	if (words_truthy("yes true on 1", value))
		*field = true;
	else if (words_truthy("no false off 0", value))
		*field = false;
	else {
		snprintf(why, cap, "must be yes or no");
		return -EINVAL;
	}
	return 0;
}

static int set_enum(void *field, const struct option *o, const char *value, char *why, size_t cap)
{
	const char *at = o->words;
	struct word w;

	for (unsigned int i = 0; words_next(&at, WORDS_BLANKS, &w); i++) {
		if (!word_is(&w, value))
			continue;
		memcpy(field, &i, sizeof(i));
		return 0;
	}
	snprintf(why, cap, "must be one of: %s", o->words);
	return -EINVAL;
}

int config_set(struct config *c, const struct option *o, const char *value, char *why, size_t cap)
{
	char *field = (char *)c + o->offset;

	switch (o->type) {
	case OPTION_STRING:
		return set_string((char **)(void *)field, o, value, why, cap);
	case OPTION_UINT:
		return set_uint((uint32_t *)(void *)field, o, value, why, cap);
	case OPTION_BOOL:
		return set_bool((bool *)(void *)field, value, why, cap);
	case OPTION_ENUM:
		return set_enum(field, o, value, why, cap);
	}
	return -EINVAL;
}

static bool same_key(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b))
			return false;
	return *a == *b;
}

int config_find(const char *section, const char *key)
{
	for (size_t i = 0; i < config_noptions; i++)
		if (!strcmp(config_options[i].section, section) && same_key(config_options[i].key, key))
			return (int)i;
	return -1;
}

bool config_has_section(const char *section)
{
	for (size_t i = 0; i < config_noptions; i++)
		if (!strcmp(config_options[i].section, section))
			return true;
	return false;
}

void config_finish(struct config *c)
{
	for (size_t i = 0; i < config_noptions; i++) {
		char **field = (char **)(void *)((char *)c + config_options[i].offset);

		if (config_options[i].type != OPTION_STRING)
			continue;
		free(*field);
		*field = NULL;
	}
	free(c->file);
	c->file = NULL;
}

/* The nth word of an enum's words. */
static struct word enum_word(const struct option *o, const void *field)
{
	const char *at = o->words;
	struct word w = { "", 0 };
	unsigned int value;

	memcpy(&value, field, sizeof(value));
	for (unsigned int i = 0; i <= value; i++)
		if (!words_next(&at, WORDS_BLANKS, &w))
			break;
	return w;
}

void config_value(const struct config *c, size_t i, char *buf, size_t cap)
{
	const struct option *o = &config_options[i];
	const char *field = (const char *)c + o->offset;
	struct word w;

	switch (o->type) {
	case OPTION_STRING:
		snprintf(buf, cap, "%s", *(char *const *)(const void *)field);
		break;
	case OPTION_UINT:
		snprintf(buf, cap, "%u", *(const uint32_t *)(const void *)field);
		break;
	case OPTION_BOOL:
		snprintf(buf, cap, "%s", *(const bool *)(const void *)field ? "yes" : "no");
		break;
	case OPTION_ENUM:
		w = enum_word(o, field);
		snprintf(buf, cap, "%.*s", (int)w.len, w.text);
		break;
	}
}

void config_print(const struct config *c, FILE *out)
{
	char value[CONFIG_LINE_MAX + 1];

	for (size_t i = 0; i < config_noptions; i++) {
		config_value(c, i, value, sizeof(value));
		fprintf(out, "%s.%s = %s\n", config_options[i].section, config_options[i].key, value);
	}
}
