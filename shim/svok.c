/* s6-svok: is that directory supervised? Says nothing; the exit code is the answer. */
#include "applet.h"
#include "msg.h"
#include "slot.h"

int svok_main(int argc, char **argv)
{
	char **dir;
	int r;

	/* Compat: no options; the first word is the directory. */
	(void)applet_operands(argc, argv, &dir);
	r = slot_is_supervised(dir[0]);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to check %s", dir[0]);
	return !r;
}
