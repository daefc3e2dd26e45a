/* Reading options. getopt would do for the classic way, were it not for what it does to the long one. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "option.h"

/* The place of a letter in spec, or NULL. */
static const char *find(const char *spec, char letter)
{
	return letter && letter != ':' ? strchr(spec, letter) : NULL;
}

/* "--name" or "--name=value": a whole word. */
static int take_long(struct option_walk *walk, char *word, const char *spec, const struct option_name *names)
{
	size_t len = strcspn(word + 2, "=");
	bool has_arg = word[2 + len] == '=';

	walk->index++;
	for (; names->name; names++) {
		const char *row = find(spec, names->letter);

		if (strncmp(names->name, word + 2, len) != 0 || names->name[len])
			continue;
		if (!row || (row[1] == ':') != has_arg)
			break;
		walk->arg = has_arg ? word + 2 + len + 1 : NULL;
		return names->letter;
	}
	walk->bad = word;
	return has_arg ? OPTION_UNKNOWN_ARG : OPTION_UNKNOWN_BOOL;
}

/* The argument of the letter at walk->at: the rest of its word, or the next one. */
static int take_arg(struct option_walk *walk, int argc, char *const *argv, bool is_long)
{
	char *word = argv[walk->index];
	char letter = word[walk->at];

	walk->bad = word + walk->at;
	walk->arg = word[walk->at + 1] ? word + walk->at + 1 : NULL;
	walk->at = 0;
	walk->index++;
	if (walk->arg)
		return letter;
	if (walk->index >= argc || (is_long && strcmp(argv[walk->index], "--") == 0))
		return OPTION_NOARG;
	walk->arg = argv[walk->index++];
	return letter;
}

int option_next(struct option_walk *walk, int argc, char *const *argv, const char *spec,
	const struct option_name *names)
{
	const char *row;
	char *word;

	walk->arg = NULL;
	if (walk->index >= argc)
		return OPTION_END;
	word = argv[walk->index];
	if (walk->at == 0) {
		if (word[0] != '-' || !word[1])
			return OPTION_END;
		if (strcmp(word, "--") == 0) {
			walk->index++;
			return OPTION_END;
		}
		if (names && word[1] == '-')
			return take_long(walk, word, spec, names);
		walk->at = 1;
	}
	row = find(spec, word[walk->at]);
	walk->bad = word + walk->at;
	if (!row)
		return OPTION_UNKNOWN;
	if (row[1] == ':')
		return take_arg(walk, argc, argv, names != NULL);
	if (!word[++walk->at]) {
		walk->at = 0;
		walk->index++;
	}
	return *row;
}
