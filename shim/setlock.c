/*
 * s6-setlock: executes a program while a file is locked. The lock belongs to the process, which the program goes on
 * to be, and to the descriptor, which it inherits.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/time.h>
#include <unistd.h>

#include "applet.h"
#include "chain.h"
#include "fdio.h"
#include "msg.h"

#define AGAIN_US 10000 /* the alarm repeats, since one before the call has begun would not end it */

static volatile sig_atomic_t rung;

static void on_alarm(int sig)
{
	(void)sig;
	rung = 1;
}

static int set_timer(unsigned int ms)
{
	struct itimerval timer = {
		.it_value = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 },
		.it_interval = { .tv_usec = ms ? AGAIN_US : 0 },
	};

	return setitimer(ITIMER_REAL, &timer, NULL);
}

static int lock(int fd, int cmd, bool shared)
{
	struct flock fl = { .l_type = shared ? F_RDLCK : F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, cmd, &fl) < 0 ? -errno : 0;
}

/* Waits for the lock for so long at most; -ETIMEDOUT. Leaves signals as the program is to find them. */
static int lock_within(int fd, bool shared, unsigned int ms)
{
	struct sigaction action = { .sa_handler = on_alarm }, old;
	sigset_t set, oldset;
	int r;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	if (sigaction(SIGALRM, &action, &old) < 0 || sigprocmask(SIG_UNBLOCK, &set, &oldset) < 0 ||
		set_timer(ms) < 0)
		return -errno;
	do
		r = lock(fd, F_SETLKW, shared);
	while (r == -EINTR && !rung);
	(void)set_timer(0);
	(void)sigprocmask(SIG_SETMASK, &oldset, NULL);
	(void)sigaction(SIGALRM, &old, NULL);
	return r == -EINTR ? -ETIMEDOUT : r;
}

static int lock_now(int fd, bool shared)
{
	int r = lock(fd, F_SETLK, shared);

	return r == -EAGAIN || r == -EACCES ? -EBUSY : r;
}

static int lock_for_ever(int fd, bool shared)
{
	int r;

	do
		r = lock(fd, F_SETLKW, shared);
	while (r == -EINTR);
	return r;
}

static int open_lock(const char *file, bool shared)
{
	int fd = fdio_open(AT_FDCWD, file, shared ? O_RDONLY | O_NONBLOCK : O_WRONLY | O_CREAT | O_NONBLOCK, 0666);

	/* Only what is there can be opened for reading alone. */
	if (fd == -ENOENT && shared)
		fd = fdio_open(AT_FDCWD, file, O_RDONLY | O_CREAT | O_NONBLOCK, 0666);
	if (fd < 0)
		msg_die(EXIT_SYSTEM, fd, "unable to open %s for %s", file, shared ? "reading" : "writing");
	return fd;
}

/* The program inherits it, under its own number or the one asked for. */
static void hand_on(int fd, int to)
{
	if (to < 0 || to == fd) {
		if (fcntl(fd, F_SETFD, 0) < 0)
			msg_die(EXIT_SYSTEM, errno, "unable to hand the lock on");
	} else if (dup2(fd, to) < 0) {
		msg_die(EXIT_SYSTEM, errno, "unable to dup2 the lock to %d", to);
	} else {
		(void)close(fd);
	}
}

int setlock_main(int argc, char **argv)
{
	bool shared = false, wait = true;
	unsigned int ms = 0;
	char **word;
	int c, fd, r, to = -1;

	while ((c = applet_option(argc, argv, "rwnNt:d:")) != -1) {
		if (c == 'r' || c == 'w')
			shared = c == 'r';
		else if (c == 'd')
			to = (int)applet_uint(optarg, INT_MAX);
		else if (c == 't')
			ms = applet_uint(optarg, UINT_MAX), wait = true;
		else
			ms = 0, wait = c == 'N';
	}
	(void)applet_operands(argc, argv, &word);
	fd = open_lock(word[0], shared);
	r = !wait ? lock_now(fd, shared) : ms ? lock_within(fd, shared, ms) : lock_for_ever(fd, shared);
	if (r == -ETIMEDOUT)
		msg_die(1, 0, "lock %s: timed out", word[0]);
	if (r < 0)
		msg_die(r == -EBUSY ? 1 : EXIT_SYSTEM, r, "unable to lock %s", word[0]);
	hand_on(fd, to);
	chain_exec(word + 1);
}
