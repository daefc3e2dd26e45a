/*
 * seen: what a program of a service inherits, as lines "NAME: VALUE" in the file seen.run or seen.finish of its
 * directory, the last one being "end": arguments, directory, session, signals, descriptors, limits, environment. A file
 * that is there already is left alone. Then run waits for a signal, and finish ends.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FDS_MAX 10 /* the test's own shell has more, at numbers of its own */

extern char **environ;

static void print_arguments(FILE *f, int argc, char **argv)
{
	fprintf(f, "argv0: %s\narguments:", argv[0]);
	for (int i = 1; i < argc && i < 4; i++)
		fprintf(f, " %s", argv[i]);
	fprintf(f, "\nargc: %d\n", argc);
}

static void print_place(FILE *f)
{
	char cwd[4096];
	mode_t um = umask(0);

	umask(um);
	fprintf(f, "cwd: %s\numask: %03o\nids: %d %d %d %d\n", getcwd(cwd, sizeof(cwd)) ? cwd : "none", (unsigned int)um,
		(int)getuid(), (int)geteuid(), (int)getgid(), (int)getegid());
	fprintf(f, "session: %s\ngroup: %s\nterminal: %s\npriority: %d\n", getsid(0) == getpid() ? "own" : "another's",
		getpgrp() == getpid() ? "own" : "another's", open("/dev/tty", O_RDWR) < 0 ? "none" : "one",
		getpriority(PRIO_PROCESS, 0));
}

static void print_signals(FILE *f)
{
	struct sigaction sa;
	sigset_t mask;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	fputs("blocked:", f);
	for (int sig = 1; sig < 65; sig++)
		if (sigismember(&mask, sig) == 1)
			fprintf(f, " %d", sig);
	fputs("\nignored:", f);
	for (int sig = 1; sig < 65; sig++)
		if (sigaction(sig, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN)
			fprintf(f, " %d", sig);
	fputc('\n', f);
}

static void print_descriptors(FILE *f, int first_own)
{
	char link[32], target[4096];

	for (int fd = 0; fd < FDS_MAX; fd++) {
		ssize_t n;
		int flags;

		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		if (fd == first_own || (n = readlink(link, target, sizeof(target) - 1)) < 0)
			continue;
		target[n] = '\0';
		if (strchr(target, '['))
			*strchr(target, '[') = '\0';
		flags = fcntl(fd, F_GETFL);
		fprintf(f, "fd %d: %s%s%s\n", fd, target, (flags & O_ACCMODE) == O_RDONLY ? " read" : "",
			flags & O_NONBLOCK ? " nonblocking" : "");
	}
}

static void print_limits(FILE *f)
{
	static const struct { const char *name; int which; } limits[] = {
		{ "nofile", RLIMIT_NOFILE }, { "core", RLIMIT_CORE }, { "nproc", RLIMIT_NPROC }, { "stack", RLIMIT_STACK },
	};
	struct rlimit rl;

	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		if (getrlimit((__rlimit_resource_t)limits[i].which, &rl) == 0)
			fprintf(f, "limit %s: %lld %lld\n", limits[i].name, (long long)rl.rlim_cur, (long long)rl.rlim_max);
}

int main(int argc, char **argv)
{
	bool finish = argc > 3;
	FILE *f = fopen(finish ? "seen.finish" : "seen.run", "wxe");

	for (; !f && !finish; pause())
		continue;
	if (!f)
		return 0;
	print_arguments(f, argc, argv);
	print_place(f);
	print_signals(f);
	print_descriptors(f, fileno(f));
	print_limits(f);
	for (char **e = environ; *e; e++)
		fprintf(f, "env: %s\n", *e);
	fputs("end\n", f);
	fclose(f);
	if (!finish)
		pause();
	return 0;
}
