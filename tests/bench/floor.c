/*
 * The floor under every supervisor: a loop that only vforks, execs, waits and execs again. It looks
 * at no directory, keeps no status and answers nobody; what it needs, nobody can do without.
 *
 *	floor DIR N     runs DIR/s0/run ... DIR/s(N-1)/run; SIGTERM kills them all and ends it
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t *pids;
static int n;
static const char *dir;

static void start(int i)
{
	char path[4096];
	char *argv[] = { path, NULL };
	sigset_t none;
	pid_t pid;

	snprintf(path, sizeof path, "%s/s%d/run", dir, i);
	sigemptyset(&none);
	pid = vfork();
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, &none, NULL);
		setsid();
		execv(path, argv);
		_exit(127);
	}
	pids[i] = pid;
}

static void start_again(pid_t pid)
{
	for (int i = 0; i < n; i++) {
		if (pids[i] == pid) {
			start(i);
			return;
		}
	}
}

int main(int argc, char **argv)
{
	struct signalfd_siginfo si;
	sigset_t set;
	pid_t pid;
	int fd;

	if (argc != 3)
		return 100;
	dir = argv[1];
	n = atoi(argv[2]);
	pids = calloc(n, sizeof *pids);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (!pids || fd < 0)
		return 111;
	for (int i = 0; i < n; i++)
		start(i);
	while (read(fd, &si, sizeof si) == sizeof si && si.ssi_signo != SIGTERM)
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			start_again(pid);
	for (int i = 0; i < n; i++)
		kill(pids[i], SIGTERM);
	while (wait(NULL) > 0)
		;
	return 0;
}
