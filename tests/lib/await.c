/*
 * await: the waiting of the test scripts, driven by events and never by the clock alone.
 *
 *   await line SECONDS FILE ERE        until FILE has a line that matches (it may not exist yet)
 *   await exit SECONDS PID             until the process is gone
 *   await pulse SECONDS DIR            a newline at once and whenever something below DIR changed, until nobody reads
 *   await leash SECONDS CMD...         runs CMD; what it leaves behind, children of children too, is killed
 *
 * Exit code 0: it happened; 99: the time is over; 100: wrong usage; 111: a system call failed.
 * leash ends with the command's own code, 128 + signal, or 124 when the time is over.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIME_OVER 99
#define LEASH_OVER 124

/* Not every condition leaves a trace on a file system (a process that stopped, say): then "pulse" beats by itself. */
#define HEARTBEAT_MS 250
#define GATHER_MS 20 /* changes that come together are one beat */

#define WATCHED (IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVE | IN_ATTRIB | IN_CLOSE_WRITE)

static int watch_fd = -1;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "await: fatal: %s: %s\n", what, strerror(errno));
	exit(111);
}

static _Noreturn void usage(void)
{
	fputs("await: usage: await line|exit|pulse|leash SECONDS ...\n", stderr);
	exit(100);
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000L + ts.tv_nsec / 1000000;
}

/* Waits for fd or the deadline; cap is the longest wait in one go, -1 for none. False: the time is over. */
static bool wait_fd(int fd, long deadline, long cap)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	long left = deadline - now_ms();

	if (left <= 0)
		return false;
	if (cap >= 0 && left > cap)
		left = cap;
	if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
		die("unable to poll");
	return true;
}

static void drain(int fd)
{
	char buf[8192];

	while (read(fd, buf, sizeof buf) > 0)
		continue;
}

static bool file_matches(const char *file, const regex_t *re)
{
	FILE *f = fopen(file, "re");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	bool found = false;

	if (!f)
		return false;
	while (!found && (n = getline(&line, &cap, f)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		found = regexec(re, line, 0, NULL, 0) == 0;
	}
	free(line);
	fclose(f);
	return found;
}

/* Watches the deepest directory above path that exists, so that its missing parents are seen coming. */
static void watch_above(const char *path)
{
	char dir[PATH_MAX];
	char *slash;

	if (snprintf(dir, sizeof dir, "%s", path) >= (int)sizeof dir)
		usage();
	for (;;) {
		slash = strrchr(dir, '/');
		if (slash == dir || !slash)
			strcpy(dir, slash ? "/" : ".");
		else
			*slash = '\0';
		if (inotify_add_watch(watch_fd, dir, WATCHED) >= 0)
			return;
		if (errno != ENOENT && errno != ENOTDIR)
			die(dir);
		if (!slash || slash == dir)
			die(dir);
	}
}

static int await_line(long deadline, char **arg, int n)
{
	regex_t re;

	if (n != 2 || regcomp(&re, arg[1], REG_EXTENDED | REG_NOSUB) != 0)
		usage();
	for (;;) {
		watch_above(arg[0]);
		(void)inotify_add_watch(watch_fd, arg[0], WATCHED);
		if (file_matches(arg[0], &re))
			return 0;
		if (!wait_fd(watch_fd, deadline, -1))
			return TIME_OVER;
		drain(watch_fd);
	}
}

static int await_exit(long deadline, char **arg, int n)
{
	struct pollfd p = { .events = POLLIN };
	long left;

	if (n != 1 || atoi(arg[0]) <= 0)
		usage();
	p.fd = (int)syscall(SYS_pidfd_open, atoi(arg[0]), 0);
	if (p.fd < 0) {
		if (errno == ESRCH)
			return 0;
		die("unable to open the process");
	}
	while ((left = deadline - now_ms()) > 0) {
		if (poll(&p, 1, (int)left) > 0)
			return 0;
	}
	return TIME_OVER;
}

static int watch_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	/* A directory that vanished or may not be watched only costs its events. */
	if (type == FTW_D || type == FTW_DNR)
		(void)inotify_add_watch(watch_fd, path, WATCHED);
	return 0;
}

static int await_pulse(long deadline, char **arg, int n)
{
	struct pollfd reader = { .fd = 1 };

	if (n != 1)
		usage();
	for (;;) {
		nftw(arg[0], watch_one, 16, FTW_PHYS | FTW_MOUNT);
		drain(watch_fd);
		if (write(1, "\n", 1) != 1)
			return 0;
		if (!wait_fd(watch_fd, deadline, HEARTBEAT_MS))
			return TIME_OVER;
		/* An error on the pipe, which is all that is looked for, means that nobody reads any more. */
		if (poll(&reader, 1, GATHER_MS) > 0)
			return 0;
	}
}

/* Kills every child we have, whoever made it; what they leave becomes ours in turn. Returns how many. */
static int kill_children(void)
{
	char path[64];
	int pid, n = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (fscanf(f, "%d", &pid) == 1)
		n += kill(pid, SIGKILL) == 0;
	fclose(f);
	return n;
}

static void end_leftovers(void)
{
	int n, left = 0;

	while ((n = kill_children()) > 0) {
		left += n;
		while (n-- > 0 && waitpid(-1, NULL, 0) > 0)
			continue;
	}
	if (left > 0)
		printf("# %d process%s left behind and killed\n", left, left == 1 ? "" : "es");
}

/* Reaps all that ended. True when the command itself was among them. */
static bool reap(pid_t pid, int *code)
{
	bool ours = false;
	pid_t r;
	int st;

	while ((r = waitpid(-1, &st, WNOHANG)) > 0) {
		if (r != pid)
			continue;
		*code = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
		ours = true;
	}
	return ours;
}

/* Tests begin with the default action of every signal, whatever we inherited; sigaction() refuses libc's own two. */
static void default_signals(void)
{
	static const char zero[64]; /* the kernel's struct sigaction: SIG_DFL, no flags, empty mask */

	for (int sig = 1; sig <= 64; sig++)
		(void)syscall(SYS_rt_sigaction, sig, zero, NULL, 8);
}

static int await_leash(long deadline, char **arg, int n)
{
	sigset_t set;
	int sfd, code = LEASH_OVER;
	pid_t pid;

	if (n < 1)
		usage();
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	/* A runner that is ended must not leave us behind, with what we hold. */
	if (sfd < 0 || prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		die("unable to watch children");
	pid = fork();
	if (pid < 0)
		die("unable to fork");
	if (pid == 0) {
		default_signals();
		sigemptyset(&set);
		sigprocmask(SIG_SETMASK, &set, NULL);
		execvp(arg[0], arg);
		_exit(127);
	}
	for (;;) {
		struct signalfd_siginfo si;

		if (!wait_fd(sfd, deadline, -1)) {
			kill(pid, SIGTERM);
			/* Its exit trap stops the trees it started; that must not hang either. */
			deadline = now_ms() + 5000;
			while (!reap(pid, &code) && wait_fd(sfd, deadline, -1))
				drain(sfd);
			code = LEASH_OVER;
			break;
		}
		if (read(sfd, &si, sizeof si) == sizeof si && si.ssi_signo != SIGCHLD) {
			kill(pid, (int)si.ssi_signo);
			deadline = now_ms(); /* a shell may be waiting for what does not end */
		}
		if (reap(pid, &code))
			break;
	}
	fflush(stdout);
	end_leftovers();
	return code;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*fn)(long deadline, char **arg, int n);
	} verb[] = {
		{ "exit", await_exit },
		{ "leash", await_leash },
		{ "line", await_line },
		{ "pulse", await_pulse },
	};
	long deadline;

	if (argc < 4)
		usage();
	deadline = now_ms() + (long)(strtod(argv[2], NULL) * 1000);
	watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (watch_fd < 0)
		die("unable to use inotify");
	for (size_t i = 0; i < sizeof verb / sizeof verb[0]; i++) {
		if (strcmp(argv[1], verb[i].name) == 0)
			return verb[i].fn(deadline, argv + 3, argc - 3);
	}
	usage();
}
