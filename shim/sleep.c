/* s6-sleep: waits for so many seconds, or milliseconds with -m. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <unistd.h>

#include "applet.h"
#include "clock.h"
#include "msg.h"

int sleep_main(int argc, char **argv)
{
	int64_t end, left, unit = 1000;
	char **word;

	while (applet_option(argc, argv, "m") != -1)
		unit = 1;
	(void)applet_operands(argc, argv, &word);
	left = applet_uint(word[0], UINT_MAX) * unit;
	for (end = clock_ms() + left; left > 0; left = end - clock_ms())
		if (poll(NULL, 0, left > INT_MAX ? INT_MAX : (int)left) < 0 && errno != EINTR)
			msg_die(EXIT_SYSTEM, errno, "unable to poll");
	return 0;
}
