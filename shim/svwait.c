/* s6-svwait: waits until services are up, ready, down, really down, or restarted. */
#include <limits.h>
#include <unistd.h>

#include "applet.h"
#include "listen.h"
#include "watch.h"

int svwait_main(int argc, char **argv)
{
	struct watch_goal goal = { .up = true };
	struct watch_set set;
	unsigned int ms = 0;
	char **dirs;
	int c, n;

	while ((c = applet_option(argc, argv, "uUdDrRaot:")) != -1) {
		if (c == 't')
			ms = applet_uint(optarg, UINT_MAX);
		else if (c == 'a' || c == 'o')
			goal.any = c == 'o';
		else
			(void)watch_goal_of((char)c, &goal);
	}
	n = applet_operands(argc, argv, &dirs);
	int64_t deadline = listen_deadline(ms);
	watch_begin(&set, dirs, (unsigned int)n);
	return watch_finish(&set, &goal, false, deadline);
}
