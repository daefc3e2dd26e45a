#include "command.h"

#include <stddef.h>
#include <string.h>

#include "reconcile.h"
#include "words.h"

/* Is arg the wrapper, by its whole text or by the end of its path? */
static bool is_wrapper(const char *wrapper, const char *arg)
{
	size_t n = strlen(wrapper), len = strlen(arg);

	if (!n || n > len || strcmp(arg + len - n, wrapper))
		return false;
	return n == len || (wrapper[0] != '/' && arg[len - n - 1] == '/');
}

char *const *command_words(const struct config *c, char *const *argv)
{
	if (!*argv)
		return argv;
	for (char *const *arg = argv + 1; *arg; arg++)
		if (is_wrapper(c->main_wrapper, *arg))
			return arg + 1;
	return argv + 1;
}

const char *command_getenv(char *const *environ, const char *name)
{
	size_t len = strlen(name);

	for (; len && environ && *environ; environ++)
		if (!strncmp(*environ, name, len) && (*environ)[len] == '=')
			return *environ + len + 1;
	return NULL;
}

bool command_is_legacy(const struct config *c, char *const *argv, char *const *environ)
{
	char *const *arg = command_words(c, argv);
	const char *at = c->legacy_command;
	struct word w;

	if (!words_next(&at, WORDS_BLANKS, &w))
		return false;
	do {
		if (!*arg || !word_is(&w, *arg))
			return false;
		arg++;
	} while (words_next(&at, WORDS_BLANKS, &w));
	for (; *arg; arg++)
		if (*c->no_supervise_option && !strcmp(*arg, c->no_supervise_option))
			return false;
	return !words_truthy("1 true yes", command_getenv(environ, c->no_supervise_env));
}

bool command_bootstraps(const struct config *c, char *const *environ, const char *running)
{
	const char *value = command_getenv(environ, c->bootstrap_env);

	return value && !strcmp(value, running);
}

bool command_multiplexes(const struct config *c, char *const *environ)
{
	return words_truthy("1 true yes on", command_getenv(environ, c->multiplex_env));
}

bool reconcile_skipped(const struct config *c, char *const *argv)
{
	const char *first = *command_words(c, argv);

	return first && words_has(c->skip_when_command, WORDS_LIST, first);
}

const char *reconcile_home(const struct config *c, char *const *environ)
{
	const char *home = command_getenv(environ, c->app_home_env);

	return home && home[0] == '/' ? home : c->app_home;
}
