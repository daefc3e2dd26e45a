/* The table of configuration keys as data: config.c owns it, config_file.c looks keys up in it. */
#ifndef HEXAD_CONFIG_TABLE_H
#define HEXAD_CONFIG_TABLE_H

#include "config.h"

enum option_type { OPTION_STRING, OPTION_UINT, OPTION_BOOL, OPTION_ENUM };

/* What a string may be; config.c has the check of each. */
enum text_kind {
	TEXT_ANY,
	TEXT_ACCOUNT,  /* empty, a name or a number */
	TEXT_ACCESS,   /* a row of access.h */
	TEXT_VARIABLES, /* names of environment variables, separated by commas */
	TEXT_VARIABLE, /* empty, or the name of an environment variable */
	TEXT_PATH,     /* absolute */
	TEXT_BELOW,    /* relative, neither '.' nor '..' in it */
	TEXT_BELOWS,   /* several, separated by commas */
	TEXT_SEEDS,    /* /SOURCE:DEST, separated by commas */
	TEXT_LOG_DIR,  /* the same, with %p */
	TEXT_FILE,     /* one file name */
	TEXT_FILE_OR_NONE, /* the same, or empty */
	TEXT_FILES,    /* file names, separated by commas */
	TEXT_PROFILE,  /* a profile's name */
	TEXT_PREFIX,   /* what the name of a slot can begin with */
	TEXT_COMMAND,  /* words with %p and %% */
	TEXT_ENV,      /* NAME=value words */
	TEXT_LIST,     /* words, separated by commas */
	TEXT_CODES,    /* exit codes, separated by commas */
	TEXT_KEY,      /* not empty */
};

struct option {
	const char *section, *key;
	enum option_type type;
	size_t offset;       /* in struct config */
	enum text_kind kind; /* strings */
	uint32_t min, max;   /* numbers */
	const char *words;   /* of an enum, separated by blanks */
	const char *unit;    /* of a number */
	const char *dflt;
};

extern const struct option config_options[];
extern const size_t config_noptions;

/* The value of the ith option as text; the longest is CONFIG_LINE_MAX bytes. */
void config_value(const struct config *c, size_t i, char *buf, size_t cap);

/* Index of a key, in which '-' and '_' are the same character; -1. */
int config_find(const char *section, const char *key);
bool config_has_section(const char *section);

/*
 * Gives one option a value. 0, -ENOMEM, or -EINVAL and a sentence in why, which ends a message
 * that has named the key ("must be ...").
 */
int config_set(struct config *c, const struct option *o, const char *value, char *why, size_t cap);

#endif
