/*
 * The floor under every supervisor: a loop that only vforks, execs, waits and execs again. It looks
 * at no directory, keeps no status and answers nobody; what it needs, nobody can do without.
 *
 *	floor DIR N         runs DIR/s0/run ... DIR/s(N-1)/run; SIGTERM kills them all and ends it
 *	floor DIR N files   the same, and makes in each directory, once, the files that s6's format asks for, in the fewest
 *	                    calls that make them: what no supervisor with that format can be without
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t *pids;
static int n;
static const char *dir;

static void make_files(int i)
{
	static const char record[35];
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[4096];
	int d, s, lock, control, fd;

	snprintf(path, sizeof path, "%s/s%d", dir, i);
	d = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (mkdirat(d, "event", 0700) < 0 || fchmodat(d, "event", 03730, 0) < 0 || mkdirat(d, "supervise", 0700) < 0)
		_exit(111);
	s = openat(d, "supervise", O_PATH | O_DIRECTORY | O_CLOEXEC);
	lock = openat(s, "lock", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fcntl(lock, F_OFD_SETLK, &fl) < 0 || mkfifoat(s, "control", 0600) < 0 ||
		mknodat(s, "death_tally", S_IFREG | 0644, 0) < 0)
		_exit(111);
	control = openat(s, "control", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	fd = openat(s, "status.new", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (write(fd, record, sizeof record) != sizeof record || renameat(s, "status.new", s, "status") < 0)
		_exit(111);
	/* A supervisor holds the first three; a plain child would get a copy of them all, which is not what is measured here. */
	close(d);
	close(lock);
	close(control);
	close(fd);
	close(s);
}

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

	if (argc != 3 && (argc != 4 || strcmp(argv[3], "files") != 0))
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
	for (int i = 0; i < n; i++) {
		if (argc == 4)
			make_files(i);
		start(i);
	}
	while (read(fd, &si, sizeof si) == sizeof si && si.ssi_signo != SIGTERM)
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			start_again(pid);
	for (int i = 0; i < n; i++)
		kill(pids[i], SIGTERM);
	while (wait(NULL) > 0)
		;
	return 0;
}
