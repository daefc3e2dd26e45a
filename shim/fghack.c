/*
 * s6-fghack: waits until a program that puts itself into the background has really gone: until no copy of a pipe that
 * was opened before it is left, the program being known not to close what it has not opened.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "applet.h"
#include "chain.h"
#include "fdio.h"
#include "msg.h"

#define EXIT_WROTE 102
#define COPIES 30 /* Compat: some programs close the first few descriptors */

static void become(char **word, int pipe_end, int report)
{
	int err;

	for (int i = 0; i < COPIES; i++)
		if (dup(pipe_end) < 0)
			break;
	err = chain_try(word, environ, getenv("PATH"));
	(void)fdio_write_all(report, &err, sizeof(err));
	_exit(EXIT_SYSTEM);
}

static pid_t start(char **word, int fd[2])
{
	int report[2], err = 0;
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) < 0 || pipe2(report, O_CLOEXEC) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to make a pipe");
	pid = fork();
	if (pid < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to fork");
	if (pid == 0)
		become(word, fd[1], report[1]);
	fdio_close(&fd[1]);
	fdio_close(&report[1]);
	if (fdio_read_all(report[0], &err, sizeof(err)) == (ssize_t)sizeof(err))
		msg_die(EXIT_SYSTEM, err, "unable to exec %s", word[0]);
	fdio_close(&report[0]);
	return pid;
}

int fghack_main(int argc, char **argv)
{
	char **word, byte;
	int fd[2], wstat = 0;
	ssize_t n;
	pid_t pid;

	/* Compat: it knows no options, not even "--". */
	if (argc < 2)
		applet_usage();
	word = argv + 1;
	pid = start(word, fd);
	n = fdio_read_all(fd[0], &byte, 1);
	if (n < 0)
		msg_die(EXIT_SYSTEM, (int)n, "unable to read from hackpipe");
	if (n > 0)
		msg_die(EXIT_WROTE, 0, "%s wrote on hackpipe", word[0]);
	while (waitpid(pid, &wstat, 0) < 0)
		if (errno != EINTR)
			msg_die(EXIT_SYSTEM, errno, "unable to waitpid");
	if (WIFSIGNALED(wstat))
		return 128 + WTERMSIG(wstat);
	/* Codes above belong to signals. */
	return WEXITSTATUS(wstat) > 127 ? 128 : WEXITSTATUS(wstat);
}
