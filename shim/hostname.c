/* s6-hostname: prints the name of this host, or sets it. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "msg.h"

int hostname_main(int argc, char **argv)
{
	char name[HOST_NAME_MAX + 1] = "", **word;

	while (applet_option(argc, argv, "") != -1)
		;
	if (applet_operands(argc, argv, &word) > 0) {
		if (sethostname(word[0], strlen(word[0])) < 0)
			msg_die(EXIT_SYSTEM, errno, "unable to set hostname");
		return 0;
	}
	if (gethostname(name, sizeof(name)) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to get hostname");
	if (printf("%s\n", name) < 0 || fflush(stdout))
		msg_die(EXIT_SYSTEM, errno, "unable to write to stdout");
	return 0;
}
