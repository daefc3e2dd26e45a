/* s6-mkfifodir and s6-cleanfifodir: makes an event directory; removes the listeners nobody reads from. */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "applet.h"
#include "fdio.h"
#include "fifodir.h"
#include "msg.h"
#include "perms.h"

int mkfifodir_main(int argc, char **argv)
{
	gid_t gid = (gid_t)-1;
	bool force = false;
	mode_t mode;
	char **dir;
	int c, r;

	while ((c = applet_option(argc, argv, "fg:")) != -1) {
		if (c == 'f')
			force = true;
		else
			gid = applet_uint(optarg, UINT_MAX);
	}
	(void)applet_operands(argc, argv, &dir);
	/* Without a group everybody may listen. */
	mode = gid == (gid_t)-1 ? 01733 : 03730;
	r = perms_fifodir(AT_FDCWD, dir[0], geteuid(), gid, mode, force);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to create fifodir at %s", dir[0]);
	return 0;
}

/* Compat: no options; the first word is the directory. */
int cleanfifodir_main(int argc, char **argv)
{
	char **dir;
	int fd, r;

	(void)applet_operands(argc, argv, &dir);
	(void)signal(SIGPIPE, SIG_IGN);
	fd = fdio_open(AT_FDCWD, dir[0], O_RDONLY | O_DIRECTORY, 0);
	r = fd < 0 ? fd : fifodir_clean(fd, NULL, FIFODIR_ALL);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to clean up fifodir at %s", dir[0]);
	return 0;
}
