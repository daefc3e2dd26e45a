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
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "execp.h"
#include "fdio.h"
#include "globwords.h"
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

/* Descriptors of a terminal are good for both directions, whatever the container's were. */
static void output_to_terminal(void)
{
	if (!isatty(0))
		return;
	(void)dup2(0, 1);
	(void)dup2(0, 2);
}

/* Compat: overlay-boot 11.4: as a shell's background job. */
static void ignore_keys(void)
{
	struct sigaction ign = { .sa_handler = SIG_IGN };

	(void)sigaction(SIGINT, &ign, NULL);
	(void)sigaction(SIGQUIT, &ign, NULL);
}

static void __attribute__((noreturn)) run_main(const struct holder_arg *h, char *const *argv)
{
	sigset_t none;
	int r;

	if (h->use_terminal)
		output_to_terminal();
	if (h->receive_signals)
		ignore_keys();
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	r = execp(argv, h->envp);
	msg_error(r, "unable to run the main program '%s'", argv[0]);
	_exit(execp_code(r));
}

/* Waits for the main program; what PID 1 sends us meanwhile is for it. */
static void await_and_hand_on(pid_t pid, int *wstatus)
{
	pid_t init = getppid();
	siginfo_t info;
	sigset_t all;

	sigfillset(&all);
	while (waitpid(pid, wstatus, WNOHANG) == 0) {
		if (sigwaitinfo(&all, &info) < 0)
			continue;
		/* A terminal's keys reach the main program by themselves, and so does a signal to the whole group. */
		if (info.si_signo != SIGCHLD && info.si_code == SI_USER && info.si_pid == init)
			(void)sys.kill(pid, info.si_signo);
	}
}

/* Compat: overlay-boot 6: scripts may look there for whom to signal. */
static void write_pid(pid_t pid)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%ld\n", (long)pid);
	int dir = fdio_open(AT_FDCWD, "/run/s6", O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);

	if (dir < 0)
		return;
	(void)fdio_replace(dir, "cmdpid", ".cmdpid.tmp", text, (size_t)len, 0644, false);
	fdio_close(&dir);
}

static int await_main(const struct holder_arg *h, pid_t pid)
{
	int wstatus;

	/* Only the main program's words may be open here: a pipe held by us would never reach its end. */
	for (int fd = 0; fd <= 2; fd++)
		(void)sys.close(fd);
	if (h->receive_signals) {
		write_pid(pid);
		await_and_hand_on(pid, &wstatus);
		(void)sys.unlinkat(AT_FDCWD, "/run/s6/cmdpid", 0);
	} else {
		while (waitpid(pid, &wstatus, 0) < 0)
			if (errno != EINTR)
				return EXIT_SYSTEM;
	}
	return WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : 128 + WTERMSIG(wstatus);
}

int holder_main(void *arg, int out_fd)
{
	const struct holder_arg *h = arg;
	char **argv = globwords(h->prefix, h->argv);
	sigset_t all;
	pid_t pid;

	(void)out_fd;
	sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	if (!argv) {
		msg_error(-ENOMEM, "unable to run the main program");
		return EXIT_SYSTEM;
	}
	set_title(argv);
	take_terminal();
	pid = sys.fork();
	if (pid == 0)
		run_main(h, argv);
	if (pid < 0) {
		msg_error(-errno, "unable to fork for the main program '%s'", argv[0]);
		return EXIT_SYSTEM;
	}
	return await_main(h, pid);
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
