/*
 * with-contenv: executes a program in the container's environment. Works with no environment of its
 * own at all: the program is looked up in the PATH that it will have.
 */
#include <stdlib.h>
#include <unistd.h>

#include "applet.h"
#include "chain.h"
#include "contenv.h"
#include "msg.h"

int with_contenv_main(int argc, char **argv)
{
	const char *culprit = "";
	char **env, **word;
	int r;

	while (applet_option(argc, argv, "") != -1)
		;
	(void)applet_operands(argc, argv, &word);
	if (contenv_is_kept())
		chain_exec(word);
	r = contenv_load(CONTENV_DIR, getenv("PATH"), &env, &culprit);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to envdir %s%s%s", CONTENV_DIR, culprit && *culprit ? "/" : "",
			culprit ? culprit : "");
	chain_failed(word[0], chain_try(word, env, contenv_get(env, "PATH")));
}
