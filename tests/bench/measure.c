/*
 * Measures one supervisor: starts it on a scan directory of N services made here, all of them idle.c,
 * and prints one line of figures:
 *
 *	up_us pss_kib respawn_p50_us respawn_p99_us allback_us stop_us add_p50_us
 *
 *	measure N IDLE DIR STOPSIGNAL COMMAND...
 *
 * up: from the start of the command to the first instruction of the last service.
 * pss: of the supervisor's own processes: all descendants that do not run a service.
 * respawn: SIGKILL to one service at a time, until its successor's first instruction.
 * allback: SIGKILL to all of them at once, until the last successor's first instruction.
 * stop: from the signal until no process is left.
 * add: one more directory and "a" to the scan FIFO, until its first instruction; 0 where there is no such FIFO.
 *
 * Services say when they began through a FIFO, so nothing is awaited by the clock. The one exception:
 * supervisors hold back what lived for less than a second, so the age they ask for has to be reached.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define MAX 10000
#define KILLS 50
#define ADDS 21
#define KILLS_NS 4000000000LL /* no more kills after so long: s6 takes a second for each */
#define AGE_NS 1100000000LL
#define PATIENCE_MS 30000

static int n, fifo;
static struct bench_stamp now_up[MAX];

static void die(const char *what)
{
	fprintf(stderr, "measure: fatal: %s: %s\n", what, strerror(errno));
	exit(111);
}

static int64_t mono(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void make_service(const char *dir, const char *idle, int i)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/s%d", dir, i);
	if (mkdir(path, 0755) < 0)
		die(path);
	snprintf(path, sizeof path, "%s/s%d/run", dir, i);
	if (link(idle, path) < 0)
		die(path);
}

static void make_fifo(const char *dir)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/.fifo", dir);
	if (mkfifo(path, 0600) < 0)
		die(path);
	fifo = open(path, O_RDWR | O_CLOEXEC);
	if (fifo < 0 || fcntl(fifo, F_SETPIPE_SZ, 1 << 18) < 0)
		die(path);
	setenv(BENCH_FIFO, path, 1);
}

static struct bench_stamp next_stamp(void)
{
	struct pollfd p = { .fd = fifo, .events = POLLIN };
	struct bench_stamp s;

	if (poll(&p, 1, PATIENCE_MS) != 1) {
		errno = ETIMEDOUT;
		die("a service did not begin");
	}
	if (read(fifo, &s, sizeof s) != sizeof s)
		die("read");
	return s;
}

static pid_t start(char **argv)
{
	pid_t pid = fork();
	int null;

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	null = open("/dev/null", O_RDWR);
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	/* As process 1 of a container: what our own starter has left open would be passed on by each of them to every service. */
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	execvp(argv[0], argv);
	_exit(127);
}

/* --- memory --- */

static pid_t parent_of(pid_t pid, char comm[32])
{
	char path[64], buf[512], *end;
	int fd, ppid = 0;
	ssize_t len;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return 0;
	len = read(fd, buf, sizeof buf - 1);
	close(fd);
	if (len <= 0)
		return 0;
	buf[len] = '\0';
	end = strrchr(buf, ')');
	if (!end)
		return 0;
	*end = '\0';
	snprintf(comm, 32, "%s", strchr(buf, '(') + 1);
	sscanf(end + 1, " %*c %d", &ppid);
	return ppid;
}

static long pss_of(pid_t pid)
{
	char path[64], line[128];
	long kib = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
	f = fopen(path, "r");
	if (!f)
		die(path);
	while (fgets(line, sizeof line, f))
		if (sscanf(line, "Pss: %ld kB", &kib) == 1)
			break;
	fclose(f);
	return kib;
}

/* Two levels are enough: s6-supervise and runsv are children, services are theirs. */
static long pss_of_tree(pid_t root)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	long kib = pss_of(root);
	char comm[32];
	pid_t pid;

	while (d && (e = readdir(d))) {
		pid = atoi(e->d_name);
		if (pid > 0 && parent_of(pid, comm) == root && strcmp(comm, "run"))
			kib += pss_of(pid);
	}
	if (d)
		closedir(d);
	return kib;
}

/* --- respawn --- */

static void wait_for_age(int64_t since)
{
	int64_t left = since + AGE_NS - mono();

	if (left > 0)
		(void)poll(NULL, 0, left / 1000000 + 1);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void respawn(int64_t *p50, int64_t *p99)
{
	int64_t took[KILLS] = { 0 }, t0, end = mono() + KILLS_NS;
	int kills = 0;

	for (int i = 0; i < n && i < KILLS && mono() < end; i++, kills++) {
		t0 = mono();
		kill(now_up[i].pid, SIGKILL);
		now_up[i] = next_stamp();
		took[i] = now_up[i].ns - t0;
	}
	qsort(took, kills, sizeof *took, by_value);
	*p50 = took[kills / 2];
	*p99 = took[kills * 99 / 100];
}

static int64_t all_back(void)
{
	int64_t t0 = mono(), last = t0;

	for (int i = 0; i < n; i++)
		kill(now_up[i].pid, SIGKILL);
	for (int i = 0; i < n; i++) {
		now_up[i] = next_stamp();
		if (now_up[i].ns > last)
			last = now_up[i].ns;
	}
	return last - t0;
}

static int64_t add(const char *dir, const char *idle)
{
	int64_t took[ADDS], t0;
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof path, "%s/.s6-svscan/control", dir);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return 0;
	for (int i = 0; i < ADDS; i++) {
		make_service(dir, idle, n + i);
		t0 = mono();
		if (write(fd, "a", 1) != 1)
			die(path);
		took[i] = next_stamp().ns - t0;
	}
	close(fd);
	qsort(took, ADDS, sizeof *took, by_value);
	return took[ADDS / 2];
}

static int64_t stop(pid_t pid, int sig)
{
	int64_t t0 = mono();

	kill(pid, sig);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return mono() - t0;
}

int main(int argc, char **argv)
{
	int64_t t0, up, p50, p99, back, added, stopped;
	pid_t pid;
	long pss;

	if (argc < 6 || (n = atoi(argv[1])) < 1 || n > MAX) {
		fprintf(stderr, "measure: usage: measure N IDLE DIR STOPSIGNAL COMMAND...\n");
		return 100;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (int i = 0; i < n; i++)
		make_service(argv[3], argv[2], i);
	make_fifo(argv[3]);
	t0 = mono();
	pid = start(argv + 5);
	up = t0;
	for (int i = 0; i < n; i++) {
		now_up[i] = next_stamp();
		if (now_up[i].ns > up)
			up = now_up[i].ns;
	}
	wait_for_age(up);
	pss = pss_of_tree(pid);
	respawn(&p50, &p99);
	wait_for_age(mono());
	back = all_back();
	added = add(argv[3], argv[2]);
	wait_for_age(mono());
	stopped = stop(pid, atoi(argv[4]));
	printf("%lld %ld %lld %lld %lld %lld %lld\n", (long long)(up - t0) / 1000, pss, (long long)p50 / 1000,
		(long long)p99 / 1000, (long long)back / 1000, (long long)stopped / 1000,
		(long long)added / 1000);
	return 0;
}
