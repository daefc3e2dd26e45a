/*
 * trace: the same random operations on many service directories, under one supervisor.
 *
 *	trace [-s SEED] [-n COUNT] [-f FIRST] [-o OPS] [-j AT_ONCE] [-t MS] [-w] DIR SVSCAN [ARG...] >TRACES
 *
 * Runs the sequences FIRST .. FIRST + COUNT - 1 of SEED, AT_ONCE of them in one scan directory below DIR, and prints what
 * was seen after each operation: letters, number of status writes, signals that run got, the status without stamps
 * (but whether they changed), the tally, the down file, what a new process says of itself. Two supervisors that
 * behave alike give the same bytes. -w: it is s6 2.11, which writes the status once more where there is no finish, not
 * after its SIGKILL to a run that did not end in time, and leaks descriptors when a start fails. It does not know the
 * letters P, C, K and l, and is told others that come to the same. What a run says of its readiness just before its
 * end is lost to it if it is about to take another SIGCHLD just then; so that run ends when its readiness was heard of.
 *
 * After an operation its sequence waits for what trace_model.c says must come of it, and for nothing else; what
 * comes besides is in the trace too. What does not come within MS is a line "missing", and exit code 1.
 * Nothing here depends on how long anything takes. Called as ./run or ./finish this program is the services.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "trace.h"
#include "trace_child.h"
#include "trace_dir.h"

#define FDS_EACH 8 /* descriptors that a sequence costs us, or its supervisor */

struct trace g = { .seed = 1, .count = 100, .ops = 32, .at_once = 400, .wait_ms = 40000 };

int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000) + ts.tv_nsec / 1000000;
}

void watch_fd(int fd, void *what)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = what };

	if (epoll_ctl(g.epoll, EPOLL_CTL_ADD, fd, &ev) < 0)
		trace_die("unable to watch a descriptor");
}

static void start_svscan(const char *dir, char **cmd)
{
	char *argv[16];
	int n = 0;

	for (; n < 14 && cmd[n]; n++)
		argv[n] = cmd[n];
	argv[n++] = (char *)(uintptr_t)dir;
	argv[n] = NULL;
	g.svscan = fork();
	if (g.svscan < 0)
		trace_die("unable to fork");
	if (g.svscan > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(2, 1);
	execvp(argv[0], argv);
	trace_die(argv[0]);
}

static void run_sequences(void)
{
	int64_t tick = 0;

	while (g.left > 0) {
		turn(TICK_MS);
		if (now_ms() - tick < TICK_MS)
			continue;
		tick = now_ms();
		for (int i = 0; i < g.nseqs; i++)
			seq_go_on(&g.seqs[i]);
		if (waitpid(g.svscan, NULL, WNOHANG) == g.svscan)
			trace_die("the supervisor has ended");
	}
}

/* What should not have happened had time to happen. */
static void final_look(void)
{
	int64_t end = now_ms() + LINGER_MS;

	while (now_ms() < end)
		turn(TICK_MS);
	for (int i = 0; i < g.nseqs; i++)
		seq_last_look(&g.seqs[i]);
}

/* SIGTERM, and every process ends as soon as it is heard of. */
static void end_svscan(void)
{
	int64_t end = now_ms() + g.wait_ms;

	g.ending = true;
	/* First, so that nothing of what ends is started again. */
	kill(g.svscan, SIGTERM);
	for (int i = 0; i < g.nseqs; i++)
		seq_end_processes(&g.seqs[i]);
	while (waitpid(g.svscan, NULL, WNOHANG) == 0) {
		turn(20);
		if (now_ms() < end)
			continue;
		fprintf(stderr, "trace: warning: the supervisor did not end within %d ms\n", g.wait_ms);
		g.missing = true;
		kill(g.svscan, SIGKILL);
		end += g.wait_ms;
	}
	while (turn(0))
		continue;
	g.ending = false;
}

static void print_traces(void)
{
	for (int i = 0; i < g.nseqs; i++)
		seq_print(&g.seqs[i]);
	fflush(stdout);
}

/* What it leaves is much, on a file system that may be small. */
static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	(void)remove(path);
	return 0;
}

static void one_round(int first, int count, const char *dir, char **cmd)
{
	char scan[200];

	snprintf(scan, sizeof(scan), "%s/scan%d", dir, first);
	if (mkdir(scan, 0755) < 0 || (g.scan = open(scan, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
		mkdirat(g.scan, ".away", 0755) < 0)
		trace_die(scan);
	g.seqs = trace_zeroed((size_t)count, sizeof(*g.seqs));
	g.nseqs = g.left = count;
	for (int i = 0; i < count; i++)
		seq_begin(&g.seqs[i], first + i);
	start_svscan(scan, cmd);
	run_sequences();
	final_look();
	end_svscan();
	print_traces();
	free(g.seqs);
	close(g.scan);
	nftw(scan, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- beginning --- */

static void copy_program(const char *dir)
{
	char buf[65536];
	ssize_t n;
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), to;

	g.top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	to = openat(g.top, "program", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (from < 0 || g.top < 0 || to < 0)
		trace_die(dir);
	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (write(to, buf, (size_t)n) != n)
			trace_die("program");
	close(from);
	close(to);
}

static void open_all(const char *dir)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
		rl.rlim_cur = rl.rlim_max;
		setrlimit(RLIMIT_NOFILE, &rl);
		if (rl.rlim_max < (rlim_t)g.at_once * FDS_EACH + 100)
			g.at_once = rl.rlim_max > 200 ? (int)((rl.rlim_max - 100) / FDS_EACH) : 10;
	}
	if (snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/sock", dir) >= (int)sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		trace_die(dir);
	}
	setenv("TRACE_SOCK", sun.sun_path, 1);
	g.epoll = epoll_create1(EPOLL_CLOEXEC);
	g.inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	g.listen = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (g.epoll < 0 || g.inotify < 0 || g.listen < 0 ||
		bind(g.listen, (struct sockaddr *)&sun, sizeof(sun)) < 0 || listen(g.listen, 4096) < 0)
		trace_die("unable to begin");
	watch_fd(g.listen, &g.listen);
	watch_fd(g.inotify, &g.inotify);
	copy_program(dir);
}

static _Noreturn void usage(void)
{
	fputs("trace: usage: trace [-s SEED] [-n COUNT] [-f FIRST] [-o OPS] [-j AT_ONCE] [-t MS] [-w] DIR SVSCAN\n", stderr);
	exit(100);
}

static void options(int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "+s:n:f:o:j:t:w")) != -1) {
		switch (opt) {
		case 's': g.seed = strtoull(optarg, NULL, 10); break;
		case 'n': g.count = atoi(optarg); break;
		case 'f': g.first = atoi(optarg); break;
		case 'o': g.ops = atoi(optarg); break;
		case 'j': g.at_once = atoi(optarg); break;
		case 't': g.wait_ms = atoi(optarg); break;
		case 'w': g.old = true; break;
		default: usage();
		}
	}
	if (argc - optind < 2 || g.count < 1 || g.ops < 1 || g.at_once < 1)
		usage();
}

int main(int argc, char **argv)
{
	const char *me = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];

	if (strcmp(me, "run") == 0 || strcmp(me, "finish") == 0)
		trace_child(argc, argv);
	options(argc, argv);
	/* What it starts inherits nothing of whoever started us. */
	signal(SIGPIPE, SIG_DFL);
	close_range(3, ~0u, 0);
	open_all(argv[optind]);
	for (int i = 0; i < g.count; i += g.at_once) {
		int n = g.count - i < g.at_once ? g.count - i : g.at_once;

		one_round(g.first + i, n, argv[optind], argv + optind + 1);
	}
	return g.missing ? 1 : 0;
}
