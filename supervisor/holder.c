/*
 * The holder of the main program. It shares the main program's process group, so that one kill reaches both
 * and the group stays orphaned (a terminal's ^Z must not stop the container); it blocks every signal
 * itself and only waits.
 */
#include "holder.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "execp.h"
#include "fdio.h"
#include "msg.h"
#include "sys.h"
#include "title.h"

#define TITLE_WORDS 64

static void set_title(char *const *argv)
{
	char *words[TITLE_WORDS + 2];
	size_t n = 0;

	words[n++] = (char[]){ "top" };
	for (; *argv && n <= TITLE_WORDS; argv++)
		words[n++] = *argv;
	words[n] = NULL;
	title_set(HOLDER_COMM, words);
}

/* We lead a new session without a terminal: the first of our three descriptors that is one becomes ours. */
static void take_terminal(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (!isatty(fd))
			continue;
		/* Somebody else's terminal is left to him: the program then runs without job control. */
		if (ioctl(fd, TIOCSCTTY, 0) == 0)
			(void)tcsetpgrp(fd, getpgrp());
		return;
	}
}

static void __attribute__((noreturn)) run_main(const struct holder_arg *h)
{
	sigset_t none;
	int r;

	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	r = execp(h->argv, h->envp);
	msg_error(r, "unable to run the main program '%s'", h->argv[0]);
	_exit(execp_code(r));
}

int holder_main(void *arg, int out_fd)
{
	const struct holder_arg *h = arg;
	sigset_t all;
	int wstatus;
	pid_t pid;

	(void)out_fd;
	set_title(h->argv);
	sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	take_terminal();
	pid = sys.prefork() < 0 ? -1 : fork();
	if (pid == 0)
		run_main(h);
	if (pid < 0) {
		msg_error(-errno, "unable to fork for the main program '%s'", h->argv[0]);
		return EXIT_SYSTEM;
	}
	/* Only the main program's words may be open here: a pipe held by us would never reach its end. */
	for (int fd = 0; fd <= 2; fd++)
		(void)sys.close(fd);
	while (waitpid(pid, &wstatus, 0) < 0)
		if (errno != EINTR)
			return EXIT_SYSTEM;
	return WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : 128 + WTERMSIG(wstatus);
}

void holder_yield_terminal(void)
{
	struct sigaction ign = { .sa_handler = SIG_IGN }, old;
	int fd = fdio_open(AT_FDCWD, "/dev/tty", O_RDWR | O_NOCTTY, 0);

	if (fd < 0)
		return;
	if (ioctl(fd, TIOCNOTTY) == 0 && sigaction(SIGHUP, &ign, &old) == 0) {
		/*
		 * The kernel hangs up the group that loses its terminal, us. Blocked signals stay pending
		 * even when ignored; it is setting SIG_IGN that throws the pending one away.
		 */
		(void)sigaction(SIGHUP, &old, NULL);
	}
	fdio_close(&fd);
}
