/*
 * One scenario, run once for every system call that hexad makes in it, with that call failing:
 * three services come up (one has a lock and says that it is ready, one has a logger), one is stopped and started,
 * one is killed, a fourth is added by a scan and pruned, SIGTERM ends it all.
 *
 *	everycall [-s] HEXAD WORKDIR [FROM [TO]]
 *
 * With -s the call does not fail: hexad gets a SIGSEGV in its place, and takes over from itself.
 *
 * In every run hexad must live until the end, services that a step does not touch must keep their
 * pids, what the failure prevented must come about when it is asked for again, and SIGTERM must end
 * hexad with 0 and leave no process. Prints one line a run that did not, and a summary.
 *
 * A step waits for changes of the files that it is about (inotify). After ASK_MS without success it
 * asks again, ASK_TIMES at most. Called as ./run this program is the services.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "failctl.h"
#include "svstatus.h"

#define ASK_MS 100
#define ASK_TIMES 40
#define WORKERS 2

enum { PLAIN, READY, PAIR, PAIRLOG, LATE, NAMES };

static const char *const names[NAMES] = { "plain", "ready", "pair", "pair/log", "late" };

struct run {
	const char *hexad;
	char dir[200];               /* of this run; the scan directory is dir/scan */
	struct failctl *ctl;
	pid_t pid;                   /* hexad's */
	int pidfd;
	int ino;                     /* inotify */
	pid_t service[NAMES];        /* as last seen up, 0: not to be looked at */
	char why[300];               /* what went wrong; empty: nothing */
};

__attribute__((format(printf, 2, 3))) static bool wrong(struct run *r, const char *fmt, ...)
{
	va_list ap;

	if (r->why[0])
		return false;
	va_start(ap, fmt);
	vsnprintf(r->why, sizeof r->why, fmt, ap);
	va_end(ap);
	return false;
}

static void die(const char *what)
{
	fprintf(stderr, "everycall: fatal: %s: %s\n", what, strerror(errno));
	exit(111);
}

/* --- the services --- */

static int be_a_service(const char *name)
{
	const char *slash = strrchr(name, '/');
	char buf[512];
	ssize_t n;
	int fd;

	if (slash && !strcmp(slash, "/log")) {
		fd = open("out", O_WRONLY | O_CREAT | O_APPEND, 0644);
		while ((n = read(0, buf, sizeof buf)) > 0)
			if (write(fd, buf, n) < 0)
				return 1;
		return 0;
	}
	if (write(1, name, strlen(name)) < 0 || write(1, "\n", 1) < 0)
		return 1;
	if (access("notification-fd", F_OK) == 0 && write(3, "\n", 1) < 0)
		return 1;
	for (;;)
		pause();
}

/* --- making and removing a tree --- */

static void path_of(const struct run *r, int svc, const char *file, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s/scan/%s%s%s", r->dir, names[svc], *file ? "/" : "", file);
}

static void make_file(const struct run *r, const char *dir, const char *name, const char *text)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof path, "%s/%s/%s", r->dir, dir, name);
	fd = open(path, O_WRONLY | O_CREAT, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

static void make_service(const struct run *r, const char *dir, bool ready)
{
	char path[PATH_MAX], self[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", r->dir, dir);
	snprintf(self, sizeof self, "%s/../actor", r->dir);
	if (mkdir(path, 0755) < 0)
		die(path);
	snprintf(path, sizeof path, "%s/%s/run", r->dir, dir);
	if (link(self, path) < 0)
		die(path);
	if (!ready)
		return;
	make_file(r, dir, "notification-fd", "3\n");
	make_file(r, dir, "lock-fd", "4\n");
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)f;
	return type == FTW_DP ? rmdir(path) : unlink(path);
}

static void remove_tree(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- hexad --- */

/* Each call is a SIGSEGV in its place. */
static bool faults;

static void map_ctl(struct run *r, uint32_t fail_at, char path[PATH_MAX])
{
	int fd;

	snprintf(path, PATH_MAX, "%s/ctl", r->dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof *r->ctl) < 0)
		die(path);
	r->ctl = mmap(NULL, sizeof *r->ctl, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (r->ctl == MAP_FAILED)
		die(path);
	close(fd);
	atomic_store(&r->ctl->fail_at, fail_at);
	atomic_store(&r->ctl->err, faults ? FAILCTL_FAULT : 0);
}

static void exec_hexad(const struct run *r, const char *ctl, int ready_fd)
{
	char scan[PATH_MAX], log[PATH_MAX];
	int fd;

	snprintf(scan, sizeof scan, "%s/scan", r->dir);
	snprintf(log, sizeof log, "%s/log", r->dir);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		die(log);
	close(fd);
	if (ready_fd != 3 && dup2(ready_fd, 3) < 0)
		die("dup2");
	setenv(FAILCTL_ENV, ctl, 1);
	execl(r->hexad, r->hexad, "-d", "3", scan, (char *)NULL);
	die(r->hexad);
}

/* Starts hexad on the empty scan directory and lets the counting begin once it says it is ready. */
static bool start_hexad(struct run *r, uint32_t fail_at)
{
	char ctl[PATH_MAX], c;
	int fds[2];

	map_ctl(r, fail_at, ctl);
	if (pipe(fds) < 0)
		die("pipe");
	r->pid = fork();
	if (r->pid < 0)
		die("fork");
	if (r->pid == 0) {
		close(fds[0]);
		exec_hexad(r, ctl, fds[1]);
	}
	close(fds[1]);
	r->pidfd = syscall(SYS_pidfd_open, r->pid, 0);
	if (read(fds[0], &c, 1) != 1)
		wrong(r, "hexad did not say that it is ready");
	close(fds[0]);
	atomic_store(&r->ctl->armed, 1);
	return !r->why[0];
}

static bool ended(const struct run *r)
{
	struct pollfd p = { .fd = r->pidfd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

static void send_bytes(const char *path, const char *bytes)
{
	int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return; /* nobody there yet, or lost: asked again, then it counts */
	(void)!write(fd, bytes, strlen(bytes));
	close(fd);
}

static void tell_scan(const struct run *r, const char *bytes)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/scan/.s6-svscan/control", r->dir);
	send_bytes(path, bytes);
}

static void tell(const struct run *r, int svc, const char *bytes)
{
	char path[PATH_MAX];

	path_of(r, svc, "supervise/control", path);
	send_bytes(path, bytes);
}

/* --- conditions --- */

static bool status_of(const struct run *r, int svc, struct svstatus *st)
{
	char path[PATH_MAX];
	int dir, e;

	path_of(r, svc, "", path);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return false;
	e = svstatus_read(dir, st);
	close(dir);
	return e == 0;
}

static bool is_up(const struct run *r, int svc, bool ready)
{
	struct svstatus st;

	return status_of(r, svc, &st) && svstatus_is_up(&st) && (!ready || st.ready) &&
		kill(st.pid, 0) == 0;
}

static bool plain_up(struct run *r) { return is_up(r, PLAIN, false); }
static bool ready_up(struct run *r) { return is_up(r, READY, true); }
static bool late_up(struct run *r) { return is_up(r, LATE, false); }
static bool pair_up(struct run *r) { return is_up(r, PAIR, false); }

static bool all_up(struct run *r)
{
	return plain_up(r) && ready_up(r) && pair_up(r) && is_up(r, PAIRLOG, false);
}

static bool pair_down(struct run *r)
{
	struct svstatus st;

	return status_of(r, PAIR, &st) && st.pid == 0 && !st.want_up;
}

/* The process that was killed is no longer what the status shows, even if the restart was faster. */
static bool ready_died(struct run *r)
{
	struct svstatus st;

	return status_of(r, READY, &st) && st.pid != r->service[READY];
}

static bool late_gone(struct run *r)
{
	struct flock fl = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	char path[PATH_MAX];
	int fd, e;

	if (kill(r->service[LATE], 0) == 0)
		return false;
	snprintf(path, sizeof path, "%s/away/supervise/lock", r->dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	e = fcntl(fd, F_GETLK, &fl);
	close(fd);
	return e == 0 && fl.l_type == F_UNLCK;
}

/* --- steps --- */

static void watch(struct run *r)
{
	char path[PATH_MAX];

	for (int i = 0; i < NAMES; i++) {
		path_of(r, i, "", path);
		(void)inotify_add_watch(r->ino, path, IN_CREATE);
		path_of(r, i, "supervise", path);
		(void)inotify_add_watch(r->ino, path, IN_MOVED_TO | IN_CLOSE_WRITE);
	}
}

static void drain(int fd)
{
	char buf[4096];

	while (read(fd, buf, sizeof buf) > 0)
		;
}

static bool step(struct run *r, const char *what, bool (*done)(struct run *), void (*again)(struct run *))
{
	struct pollfd p[2] = { { .fd = r->ino, .events = POLLIN }, { .fd = r->pidfd, .events = POLLIN } };
	int asked = 0;

	if (r->why[0])
		return false;
	for (;;) {
		watch(r);
		if (done(r))
			return true;
		if (ended(r))
			return wrong(r, "hexad died while this was awaited: %s", what);
		if (poll(p, 2, ASK_MS) > 0) {
			drain(r->ino);
			continue;
		}
		if (asked++ == ASK_TIMES)
			return wrong(r, "asked %d times, never came about: %s", ASK_TIMES, what);
		again(r);
	}
}

/* Remembers the pids that the status files show. */
static void remember(struct run *r)
{
	struct svstatus st;

	for (int i = 0; i < NAMES; i++)
		r->service[i] = status_of(r, i, &st) && svstatus_is_up(&st) ? st.pid : 0;
}

/* All services but one must be the processes they were; all of them are remembered anew. */
static void others_unchanged(struct run *r, int but, int but2, const char *what)
{
	struct svstatus st;

	for (int i = 0; i < NAMES && !r->why[0]; i++) {
		if (!r->service[i] || i == but || i == but2)
			continue;
		if (kill(r->service[i], 0) < 0)
			wrong(r, "%s: %s (pid %d) is gone", what, names[i], (int)r->service[i]);
		else if (!status_of(r, i, &st) || st.pid != r->service[i])
			wrong(r, "%s: the status of %s no longer shows pid %d", what, names[i],
				(int)r->service[i]);
	}
	remember(r);
}

static void ask_all_up(struct run *r)
{
	tell_scan(r, "a");
	for (int i = PLAIN; i <= PAIRLOG; i++)
		tell(r, i, "u");
}

/* As a person would: look for what is there, and say it again. */
static void ask(struct run *r, int svc, const char *bytes)
{
	tell_scan(r, "a");
	tell(r, svc, bytes);
}

static void ask_pair_down(struct run *r) { ask(r, PAIR, "d"); }
static void ask_pair_up(struct run *r) { ask(r, PAIR, "u"); }
static void ask_ready_up(struct run *r) { ask(r, READY, "u"); }
static void ask_prune(struct run *r) { tell_scan(r, "an"); }

static void ask_late_up(struct run *r) { ask(r, LATE, "u"); }

static void move_in(const struct run *r, const char *from, const char *name)
{
	char a[PATH_MAX], b[PATH_MAX];

	snprintf(a, sizeof a, "%s/%s", r->dir, from);
	snprintf(b, sizeof b, "%s/%s", r->dir, name);
	if (rename(a, b) < 0)
		die(a);
}

static void come_up(struct run *r)
{
	make_service(r, "s1", false);
	make_service(r, "s2", true);
	make_service(r, "s3", false);
	make_service(r, "s3/log", false);
	move_in(r, "s1", "scan/plain");
	move_in(r, "s2", "scan/ready");
	move_in(r, "s3", "scan/pair");
	tell_scan(r, "a");
	step(r, "all four services up, one of them ready", all_up, ask_all_up);
	remember(r);
}

static void stop_and_start(struct run *r)
{
	tell(r, PAIR, "d");
	step(r, "a stopped service down", pair_down, ask_pair_down);
	others_unchanged(r, PAIR, -1, "after a stop");
	tell(r, PAIR, "u");
	step(r, "a started service up", pair_up, ask_pair_up);
	others_unchanged(r, PAIR, -1, "after a start");
}

static void kill_one(struct run *r)
{
	if (r->why[0])
		return;
	kill(r->service[READY], SIGKILL);
	step(r, "a death seen", ready_died, ask_ready_up);
	tell(r, READY, "u"); /* the throttle would hold it for the rest of a second */
	step(r, "a killed service up and ready again", ready_up, ask_ready_up);
	others_unchanged(r, READY, -1, "after a kill");
}

static void add_and_prune(struct run *r)
{
	make_service(r, "s4", false);
	move_in(r, "s4", "scan/late");
	tell_scan(r, "a");
	step(r, "a new service up", late_up, ask_late_up);
	others_unchanged(r, LATE, -1, "after a scan");
	if (r->why[0])
		return;
	move_in(r, "scan/late", "away");
	tell_scan(r, "an");
	step(r, "a pruned service gone and its lock free", late_gone, ask_prune);
	others_unchanged(r, LATE, -1, "after a prune");
}

/* SIGTERM must end hexad with 0 and leave nobody; asked again if a failed call stands in the way. */
static void leave(struct run *r)
{
	struct pollfd p = { .fd = r->pidfd, .events = POLLIN };
	int status = 0, asked;
	pid_t left;

	for (asked = 0; asked < ASK_TIMES && !ended(r); asked++) {
		kill(r->pid, SIGTERM);
		(void)poll(&p, 1, 5 * ASK_MS);
	}
	if (!ended(r)) {
		wrong(r, "SIGTERM does not end hexad");
		kill(r->pid, SIGKILL);
	}
	waitpid(r->pid, &status, 0);
	if (status)
		wrong(r, "hexad ended with wait status 0x%x", (unsigned int)status);
	while ((left = waitpid(-1, &status, WNOHANG)) >= 0) {
		if (left > 0)
			continue; /* died, but was left to us: no harm */
		wrong(r, "a service outlived hexad");
		for (int i = 0; i < NAMES; i++)
			if (r->service[i])
				kill(r->service[i], SIGKILL);
		if (waitpid(-1, &status, 0) < 0)
			break;
	}
}

static void show_log(const struct run *r)
{
	char path[PATH_MAX], line[300];
	FILE *f;

	snprintf(path, sizeof path, "%s/log", r->dir);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof line, f))
		printf("    %s", line);
	if (f)
		fclose(f);
}

/* One for all runs of a process, since closing one takes the kernel longer than a run; watches end with the tree. */
static int watch_fd(void)
{
	static pid_t owner;
	static int fd;

	if (owner != getpid()) {
		fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
		owner = getpid();
	}
	drain(fd);
	return fd;
}

/* One run. True if all went as it must; *ret_count is the number of calls made. */
static bool scenario(const char *hexad, const char *work, uint32_t fail_at, uint32_t *ret_count)
{
	struct run r = { .hexad = hexad };
	char scan[PATH_MAX];
	bool reached;

	snprintf(r.dir, sizeof r.dir, "%s/%u", work, fail_at);
	snprintf(scan, sizeof scan, "%s/scan", r.dir);
	if (mkdir(r.dir, 0755) < 0 || mkdir(scan, 0755) < 0)
		die(r.dir);
	r.ino = watch_fd();
	if (start_hexad(&r, fail_at)) {
		come_up(&r);
		stop_and_start(&r);
		kill_one(&r);
		add_and_prune(&r);
	}
	leave(&r);
	close(r.pidfd);
	*ret_count = atomic_load(&r.ctl->count);
	reached = atomic_load(&r.ctl->failed);
	if (r.why[0]) {
		printf("call %u (%s): %s\n", fail_at, reached ? r.ctl->what : "none failed", r.why);
		show_log(&r);
		fflush(stdout);
	}
	munmap(r.ctl, sizeof *r.ctl);
	remove_tree(r.dir);
	return !r.why[0];
}

/* The calls from, from + step, ... to. Returns how many runs went wrong, 255 at most. */
static int worker(const char *hexad, const char *work, uint32_t from, uint32_t to)
{
	uint32_t n, count;
	int bad = 0;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (n = from; n <= to; n += WORKERS)
		if (!scenario(hexad, work, n, &count) && bad < 255)
			bad++;
	return bad;
}

static void copy_self(const char *work)
{
	char path[PATH_MAX], buf[65536];
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), out;
	ssize_t n;

	snprintf(path, sizeof path, "%s/actor", work);
	out = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	if (in < 0 || out < 0)
		die(path);
	while ((n = read(in, buf, sizeof buf)) > 0)
		if (write(out, buf, n) != n)
			die(path);
	close(in);
	close(out);
}

int main(int argc, char **argv)
{
	uint32_t from = 1, to = 0;
	int status, bad = 0;
	pid_t pid[WORKERS];

	if (argc > 1 && strstr(argv[0], "run"))
		return be_a_service(argv[1]);
	if (argc > 1 && strcmp(argv[1], "-s") == 0) {
		faults = true;
		argv++;
		argc--;
	}
	if (argc < 3) {
		fprintf(stderr, "everycall: usage: everycall [-s] HEXAD WORKDIR [FROM [TO]]\n");
		return 100;
	}
	copy_self(argv[2]);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (!scenario(argv[1], argv[2], 0, &to))
		return 1;
	if (argc > 3)
		from = strtoul(argv[3], NULL, 10);
	if (argc > 4)
		to = strtoul(argv[4], NULL, 10);
	fflush(stdout);
	for (int i = 0; i < WORKERS; i++) {
		pid[i] = fork();
		if (pid[i] < 0)
			die("fork");
		if (pid[i] == 0)
			exit(worker(argv[1], argv[2], from + i, to));
	}
	for (int i = 0; i < WORKERS; i++) {
		waitpid(pid[i], &status, 0);
		bad += WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	}
	printf("%u calls failed one at a time, %d runs went wrong\n", to < from ? 0 : to - from + 1, bad);
	return bad ? 1 : 0;
}
