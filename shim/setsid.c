/*
 * s6-setsid: executes a program in a session (-s) or a process group (-b, -f, -g) of its own; -f and -g also put
 * that group into the foreground of a terminal, -g even from the background.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "applet.h"
#include "chain.h"
#include "fdio.h"
#include "msg.h"

static const struct option_name names[] = {
	{ "session", 's' }, { "process-group", 'b' }, { "background-process-group", 'b' }, { "foreground", 'f' },
	{ "foreground-process-group", 'f' }, { "grab", 'g' }, { "foreground-process-group-grab", 'g' },
	{ "strict", 'i' }, { "no-strict", 'I' }, { "quiet", 'q' }, { "ctty", 'd' }, { NULL, 0 },
};

/* level: 'i' a failure is fatal, 'I' a warning, 'q' nothing. */
static void complain(char level, int err, const char *what)
{
	if (level == 'i')
		msg_die(EXIT_SYSTEM, err, "unable to %s", what);
	if (level == 'I')
		msg_warn(err, "unable to %s", what);
}

/* The descriptor of the terminal; without -d it is the one that the process has. */
static int open_terminal(int fd)
{
	if (fd >= 0)
		return fd;
	fd = fdio_open(AT_FDCWD, "/dev/tty", O_RDWR | O_NOCTTY, 0);
	if (fd < 0)
		msg_die(EXIT_SYSTEM, fd, "unable to open /dev/tty");
	return fd;
}

/*
 * A terminal stops whoever asks for this from the background, where a new group always is. It must not stop those who may
 * take the terminal: who came from its foreground, and who wants it in any case.
 */
static void foreground(int fd, bool may_take, char level)
{
	void (*old)(int) = SIG_DFL;
	int err = 0;

	if (may_take)
		old = signal(SIGTTOU, SIG_IGN);
	if (tcsetpgrp(fd, getpgrp()) < 0)
		err = errno;
	if (may_take)
		(void)signal(SIGTTOU, old);
	if (err)
		complain(level, err, "tcsetpgrp");
}

int setsid_main(int argc, char **argv)
{
	char what = 's', level = 'I', **word;
	bool may_take = false;
	int c, fd = -1;

	while ((c = applet_option_long(argc, argv, "sbfgiIqd:", names)) != -1) {
		if (c == 'd')
			fd = (int)applet_uint(optarg, INT_MAX);
		else if (c == 'i' || c == 'I' || c == 'q')
			level = (char)c;
		else
			what = (char)c;
	}
	(void)applet_operands(argc, argv, &word);
	if (what == 'f' || what == 'g') {
		fd = open_terminal(fd);
		may_take = what == 'g' || tcgetpgrp(fd) == getpgrp();
	}
	if (what == 's' && setsid() < 0)
		complain(level, errno, "setsid");
	if (what != 's' && setpgid(0, 0) < 0)
		complain(level, errno, "setpgid");
	if (what == 'f' || what == 'g')
		foreground(fd, may_take, level);
	chain_exec(word);
}
