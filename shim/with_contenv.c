/*
 * with-contenv: executes a program in the container's environment. Works with no environment of its
 * own at all: the program is looked up in the PATH that it will have.
 */
#include "applet.h"
#include "chain.h"
#include "contenv.h"

int with_contenv_main(int argc, char **argv)
{
	char **word;

	while (applet_option(argc, argv, "") != -1)
		;
	(void)applet_operands(argc, argv, &word);
	contenv_enter();
	chain_exec(word);
}
