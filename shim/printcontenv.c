/* printcontenv: the value of a variable of the container's environment and a newline. 1 where there is none. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "contenv.h"
#include "msg.h"

/* To be freed; NULL if there is none. */
static char *value_of(const char *name)
{
	char *value = NULL;
	int r;

	if (contenv_is_kept()) {
		const char *own = getenv(name);

		return own && *own ? strdup(own) : NULL;
	}
	r = contenv_value(CONTENV_DIR, name, &value);
	if (r == -EINVAL)
		msg_die(EXIT_USAGE, 0, "invalid variable name: %s", name);
	if (r < 0 && r != -ENOENT)
		msg_die(EXIT_SYSTEM, r, "unable to read %s/%s", CONTENV_DIR, name);
	return value;
}

int printcontenv_main(int argc, char **argv)
{
	char **word, *value;
	int r;

	while (applet_option(argc, argv, "") != -1)
		;
	(void)applet_operands(argc, argv, &word);
	value = value_of(word[0]);
	if (!value)
		return 1;
	r = printf("%s\n", value) < 0 || fflush(stdout) ? errno : 0;
	free(value);
	if (r)
		msg_die(EXIT_SYSTEM, r, "unable to write to stdout");
	return 0;
}
