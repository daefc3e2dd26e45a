/*
 * s6-svscanctl: gives commands to the supervisor of a scan directory.
 *
 * Under hexad it also does what the FIFO alone cannot: after a scan or a prune it asks the tree's
 * socket to answer when that is done, so that the next command finds the new slots (and no old ones);
 * and the commands that end the tree go through the socket, where the sender is known. Under another
 * supervisor there is no socket, and everything goes through the FIFO.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "applet.h"
#include "ctl.h"
#include "fdio.h"
#include "msg.h"
#include "proto.h"
#include "slot.h"

#define SVSCANCTL_MAX 64
#define PATIENCE_MS 3000 /* for everything that is said to the socket; the FIFO needs none */
#define LATE "the supervisor has not confirmed within 3 seconds"

static volatile sig_atomic_t late_code;

/* The last resort where even connecting blocks: what was to be said is said, without stdio. */
static void on_alarm(int sig)
{
	static const char text[] = "s6-svscanctl: warning: " LATE "\n";

	(void)sig;
	if (write(2, text, sizeof(text) - 1) < 0)
		_exit(late_code);
	_exit(late_code);
}

static void set_limit(int code)
{
	struct itimerval limit = { .it_value = { .tv_sec = PATIENCE_MS / 1000 } };
	struct sigaction sa = { .sa_handler = on_alarm };

	late_code = code;
	(void)sigaction(SIGALRM, &sa, NULL);
	(void)setitimer(ITIMER_REAL, &limit, NULL);
}

static int connect_to(const char *scandir)
{
	char path[PATH_MAX];
	struct stat st;

	if (stat(scandir, &st) < 0)
		return -errno;
	if (snprintf(path, sizeof(path), "%s/%s", scandir, PROTO_SOCKET) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return proto_connect(path, st.st_uid);
}

/* Waits for the frame that ends a reply, and says what was wrong. Returns the exit code. */
static int await_reply(int fd, int when_late, int when_gone)
{
	char buf[PROTO_FRAME], text[256];
	struct proto_frame frame;
	int r;

	do
		r = proto_receive(fd, buf, &frame, PATIENCE_MS);
	while (r == 0 && strcmp(frame.field[0], "row") == 0);
	if (r == -ETIMEDOUT) {
		msg_warn(0, LATE);
		return when_late;
	}
	if (r < 0)
		return when_gone;
	if (strcmp(frame.field[0], "err") != 0 || frame.n < 3)
		return 0;
	msg_error(0, "%s", msg_escape(text, sizeof(text), frame.field[2], strlen(frame.field[2])));
	r = atoi(frame.field[1]);
	return r > 0 && r < 256 ? r : EXIT_SYSTEM;
}

/* Returns when the scan or prune that was written to the FIFO is done, or patience is over. */
static int await_scan(const char *scandir)
{
	static const char *const sync_request[] = { PROTO_VERSION, "sync" };
	int code = 0, fd;

	set_limit(0);
	fd = connect_to(scandir);
	if (fd < 0)
		return 0;
	if (proto_send(fd, sync_request, 2) == 0)
		code = await_reply(fd, 0, 0);
	fdio_close(&fd);
	return code;
}

/*
 * Sends letters through the socket. -1 if there is none to talk to, else the exit code. A tree that
 * ends may be gone before it has answered: that is what was asked for.
 */
static int send_by_socket(const char *scandir, const char *letters)
{
	const char *const request[] = { PROTO_VERSION, "scan", letters };
	int code = -1, fd;

	set_limit(EXIT_TIMEOUT);
	fd = connect_to(scandir);
	if (fd >= 0 && proto_send(fd, request, 3) == 0)
		code = await_reply(fd, EXIT_TIMEOUT, 0);
	fdio_close(&fd);
	(void)signal(SIGALRM, SIG_IGN);
	return code;
}

static int send_by_fifo(const char *scandir, const char *letters)
{
	int err;

	switch (slot_send(scandir, ".s6-svscan", letters, strlen(letters), &err)) {
	case SLOT_OK:
		return 0;
	case SLOT_DEAF:
		msg_die(EXIT_USAGE, 0, "unable to control %s: supervisor not listening", scandir);
	case SLOT_ODD:
		msg_die(EXIT_USAGE, err,
			"something is wrong with the %s/.s6-svscan directory. errno reported", scandir);
	default:
		msg_die(EXIT_SYSTEM, err, "unable to control %s", scandir);
	}
}

int svscanctl_main(int argc, char **argv)
{
	char letters[SVSCANCTL_MAX + 1];
	unsigned int n = 0;
	char **scandir;
	int c, code;

	while ((c = applet_option(argc, argv, CTL_SCAN_LETTERS)) != -1) {
		if (n == SVSCANCTL_MAX)
			msg_die(EXIT_USAGE, 0, "too many commands");
		letters[n++] = (char)c;
	}
	letters[n] = '\0';
	(void)applet_operands(argc, argv, &scandir);
	(void)signal(SIGPIPE, SIG_IGN);
	if (strpbrk(letters, "tqib")) {
		code = send_by_socket(scandir[0], letters);
		return code >= 0 ? code : send_by_fifo(scandir[0], letters);
	}
	code = send_by_fifo(scandir[0], letters);
	if (code == 0 && strpbrk(letters, "anNh"))
		code = await_scan(scandir[0]);
	return code;
}
