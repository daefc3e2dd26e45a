/*
 * s6-background-watch: supervises a program that puts itself into the background. Starts it, waits until its first
 * process has gone, takes the daemon's pid from its file, and then stands in for that process.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "applet.h"
#include "fdio.h"
#include "keeper.h"
#include "msg.h"
#include "number.h"

#define EXIT_PIDFILE 104
#define ENDS 64 /* ends of processes that are remembered: the daemon may be gone before its file is read */

static const struct option_name names[] = { { "timeout", 't' }, { "notification-fd", 'd' }, { NULL, 0 } };

struct end {
	pid_t pid;
	int wstat;
};

struct ends {
	struct end last[ENDS];
	unsigned int n;
};

static void remember(void *ctx, pid_t pid, int wstat)
{
	struct ends *ends = ctx;

	ends->last[ends->n++ % ENDS] = (struct end){ pid, wstat };
}

static const struct end *find(const struct ends *ends, pid_t pid)
{
	for (unsigned int i = 0; i < ENDS && i < ends->n; i++)
		if (ends->last[i].pid == pid)
			return &ends->last[i];
	return NULL;
}

static pid_t read_pid(const char *file)
{
	char text[32];
	uint64_t pid;
	size_t len;
	ssize_t n = fdio_read_file(AT_FDCWD, file, text, sizeof(text) - 1);

	if (n < 0)
		msg_die(EXIT_PIDFILE, (int)n, "unable to read pidfile %s", file);
	text[n] = '\0';
	len = strcspn(text, " \t\r\n");
	if (!number_parse(text, len, 10, INT_MAX, &pid) || pid < 2)
		msg_die(EXIT_PIDFILE, 0, "invalid pid in pidfile %s", file);
	return (pid_t)pid;
}

/* Waits for the end of target, who gets our signals meanwhile; ends the process at the deadline. */
static int wait_for(struct keeper *k, struct ends *ends, pid_t target, int64_t deadline)
{
	const struct end *end;

	k->target = target;
	while (!(end = find(ends, target))) {
		if (keeper_turn(k, -1, deadline) == -ETIMEDOUT) {
			(void)kill(target, SIGTERM);
			(void)kill(target, SIGCONT);
			msg_die(EXIT_TIMEOUT, 0, "timed out");
		}
	}
	return keeper_code(end->wstat);
}

static int parse_fd(const char *text)
{
	unsigned int fd = applet_uint(text, INT_MAX);

	if (fd < 3)
		msg_die(EXIT_USAGE, 0, "notification fd must be 3 or more");
	/* The daemon is not to hold it open. */
	if (fcntl((int)fd, F_GETFD) < 0 || fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0)
		msg_die(EXIT_USAGE, errno, "invalid notification fd");
	return (int)fd;
}

/* Only a child's end can be waited for. */
static void check_child(const struct ends *ends, pid_t pid)
{
	siginfo_t info;

	if (!find(ends, pid) && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
		msg_die(EXIT_PIDFILE, 0, "process %d of the pidfile is no descendant of this one", (int)pid);
}

int background_watch_main(int argc, char **argv)
{
	struct keeper keeper;
	struct ends ends = { .n = 0 };
	unsigned int ms = 0;
	int c, code, notify = -1;
	char **word;
	pid_t pid;

	while ((c = applet_option_long(argc, argv, "t:d:", names)) != -1) {
		if (c == 't')
			ms = applet_uint(optarg, UINT_MAX);
		else
			notify = parse_fd(optarg);
	}
	(void)applet_operands(argc, argv, &word);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to become a subreaper");
	keeper_init(&keeper, remember, &ends);
	pid = keeper_start(&keeper, word + 1, NULL);
	if (pid < 0)
		msg_die(pid == -ENOENT ? EXIT_NOTFOUND : EXIT_NOEXEC, pid, "unable to exec %s", word[1]);
	code = wait_for(&keeper, &ends, pid, keeper_deadline(ms));
	if (code)
		return code;
	pid = read_pid(word[0]);
	check_child(&ends, pid);
	if (notify >= 0)
		(void)fdio_write_all(notify, "\n", 1);
	fdio_close(&notify);
	return wait_for(&keeper, &ends, pid, 0);
}
