/*
 * The bare loop that tests/bench/reconcile compares with: starts run, and log/run with the pipe between them, of every slot of
 * a scan directory, and waits until the first line of each of N profiles (default, p1, p2, ...) is in its log below LOGS.
 *
 *	startall SCANDIR LOGS N    prints the milliseconds
 *	startall LOGS N            only waits
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void start(const char *dir, const char *sub, int from, int to)
{
	char *argv[] = { (char[]){ "./run" }, NULL };
	int fd = vfork();

	if (fd)
		return;
	setsid();
	if (from >= 0)
		dup2(from, to);
	if (chdir(dir) == 0 && (!sub || chdir(sub) == 0))
		execve("./run", argv, environ);
	_exit(127);
}

static void start_slot(const char *scan, const char *name)
{
	char dir[4096];
	int p[2];

	snprintf(dir, sizeof dir, "%s/%s", scan, name);
	if (pipe2(p, O_CLOEXEC) < 0)
		exit(111);
	start(dir, "log", p[0], 0);
	start(dir, NULL, p[1], 1);
	close(p[0]);
	close(p[1]);
}

/* The first line of the profile in its log: it runs and its logger does. */
static void wait_for(const char *logs, const char *profile)
{
	struct timespec pause = { .tv_nsec = 2000000 };
	char path[4096];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s/current", logs, profile);
	while (stat(path, &st) < 0 || st.st_size == 0)
		nanosleep(&pause, NULL);
}

static void wait_for_all(const char *logs, long n)
{
	char name[32];

	for (long i = 1; i < n; i++) {
		snprintf(name, sizeof name, "p%ld", i);
		wait_for(logs, name);
	}
	wait_for(logs, "default");
}

int main(int argc, char **argv)
{
	double begin = now_ms();
	struct dirent *e;
	DIR *d = argc == 4 ? opendir(argv[1]) : NULL;

	if (argc == 3) {
		wait_for_all(argv[1], atol(argv[2]));
		return 0;
	}
	if (!d)
		return 100;
	signal(SIGCHLD, SIG_IGN);
	while ((e = readdir(d))) {
		if (!strncmp(e->d_name, "gateway-", 8))
			start_slot(argv[1], e->d_name);
	}
	closedir(d);
	wait_for_all(argv[2], atol(argv[3]));
	printf("%.0f\n", now_ms() - begin);
	return 0;
}
