/* Forking a helper and waiting until it has its ears open. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>

#include "beside.h"
#include "fdio.h"
#include "msg.h"
#include "svcdir.h"

static int ready_fd = -1;

/* Forks again, so that the helper is nobody's child. */
static bool leave_parent(void)
{
	pid_t pid = fork();

	if (pid < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to fork");
	if (pid > 0)
		_exit(0);
	return true;
}

bool beside_fork(bool orphan)
{
	int p[2];
	pid_t pid;
	char byte;

	if (pipe2(p, O_CLOEXEC) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to pipe");
	pid = fork();
	if (pid < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to fork");
	if (pid == 0) {
		fdio_close(&p[0]);
		ready_fd = p[1];
		return orphan ? leave_parent() : true;
	}
	fdio_close(&p[1]);
	/* A byte, or its end: either way there is nothing more to wait for. */
	(void)fdio_read_all(p[0], &byte, 1);
	fdio_close(&p[0]);
	if (orphan)
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	return false;
}

void beside_ready(void)
{
	(void)fdio_write_all(ready_fd, "", 1);
	fdio_close(&ready_fd);
}

int beside_notification_fd(int given)
{
	uint32_t fd;
	int r;

	if (given < 0) {
		r = svcdir_uint(AT_FDCWD, "notification-fd", &fd);
		if (r == -EINVAL || (r == 0 && fd > INT_MAX))
			msg_die(EXIT_USAGE, 0, "invalid ./notification-fd");
		if (r < 0)
			msg_die(EXIT_SYSTEM, r, "unable to read ./notification-fd");
		given = (int)fd;
	}
	if (fcntl(given, F_SETFD, FD_CLOEXEC) < 0)
		msg_die(EXIT_SYSTEM, errno, "notification-fd sanity check failed");
	return given;
}
