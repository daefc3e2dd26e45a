/*
 * s6-svscanboot: starts a tree whose output, and that of all services without a logger, goes to a logger in that tree: it makes
 * the service s6-svscan-log, turns its own output into that service's FIFO, and becomes s6-svscan.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "chain.h"
#include "fdio.h"
#include "ids.h"
#include "msg.h"
#include "owndir.h"

#define SERVICE "s6-svscan-log"
#define WORDS 16

struct boot_options {
	bool user; /* the tree of an ordinary user: there is no console to open */
	const char *console, *logdir, *loguser, *logopts;
	mode_t mode;
	char *word[WORDS]; /* for s6-svscan */
	unsigned int n;
	struct ids ids; /* of loguser */
};

static const struct option_name long_names[] = {
	{ "console", 'c' }, { "log-directory", 'D' }, { "log-mode", 'm' }, { "log-options", 'o' }, { "log-user", 'l' },
	{ "name-max", 'L' }, { "notification-fd", 'd' }, { "services-max", 'C' }, { "timeout", 't' }, { "user", 'u' },
	{ NULL, 0 },
};

static mode_t mode_of(const char *text)
{
	unsigned long mode;

	if (!*text || text[strspn(text, "01234567")])
		msg_die(EXIT_USAGE, 0, "invalid mode: %s", text);
	errno = 0;
	mode = strtoul(text, NULL, 8);
	if (errno || mode > 07777)
		msg_die(EXIT_USAGE, 0, "invalid mode: %s", text);
	return (mode_t)mode;
}

/* An option that is s6-svscan's. */
static void hand_on(struct boot_options *opt, int letter, char *value, const char *name)
{
	static char flags[3 * WORDS];
	char *flag = flags + 3 * opt->n;

	(void)applet_uint_long(value, INT_MAX, name);
	if (opt->n + 2 > WORDS - 6)
		msg_die(EXIT_USAGE, 0, "too many options");
	(void)snprintf(flag, 3, "-%c", letter);
	opt->word[opt->n++] = flag;
	opt->word[opt->n++] = value;
}

static void take_option(struct boot_options *opt, int c)
{
	switch (c) {
	case 'u':
		opt->user = true;
		break;
	case 'c':
		opt->console = optarg;
		break;
	case 'D':
		opt->logdir = optarg;
		break;
	case 'm':
		opt->mode = mode_of(optarg);
		break;
	case 'l':
		opt->loguser = optarg;
		break;
	case 'o':
		opt->logopts = optarg;
		break;
	case 'd':
		hand_on(opt, c, optarg, "notification fd");
		if (atoi(optarg) < 3 || fcntl(atoi(optarg), F_GETFD) < 0)
			msg_die(EXIT_USAGE, 0, "invalid notification fd: %s", optarg);
		break;
	case 'C':
		hand_on(opt, c, optarg, "services-max");
		break;
	case 'L':
		hand_on(opt, c, optarg, "name-max");
		break;
	default:
		hand_on(opt, c, optarg, "timeout");
		break;
	}
}

static void check(struct boot_options *opt, const char *scandir)
{
	struct stat st;

	if (opt->logdir[0] != '/')
		msg_die(EXIT_USAGE, 0, "logdir must be absolute");
	if (opt->loguser && ids_by_user(opt->loguser, &opt->ids) < 0)
		msg_die(EXIT_USAGE, 0, "unknown user: %s", opt->loguser);
	if (stat(scandir, &st) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to stat %s", scandir);
	if (!S_ISDIR(st.st_mode))
		msg_die(EXIT_USAGE, 0, "%s is not a directory", scandir);
}

/* The log directory, where there is none: with that mode, and the logger's user's. */
static void make_logdir(const struct boot_options *opt)
{
	int fd;

	if (mkdir(opt->logdir, 0700) < 0) {
		if (errno == EEXIST)
			return;
		msg_die(EXIT_SYSTEM, errno, "unable to mkdir %s", opt->logdir);
	}
	fd = fdio_open(AT_FDCWD, opt->logdir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (fd < 0)
		msg_die(EXIT_SYSTEM, fd, "unable to open %s", opt->logdir);
	if (opt->loguser && fchown(fd, opt->ids.uid, opt->ids.gid) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to chown %s", opt->logdir);
	if (fchmod(fd, opt->mode) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to chmod %s", opt->logdir);
	fdio_close(&fd);
}

/* A word of a shell's script. */
static void quote(FILE *f, const char *word)
{
	(void)fputc('\'', f);
	for (; *word; word++)
		(void)fputs(*word == '\'' ? "'\\''" : (char[]){ *word, '\0' }, f);
	(void)fputc('\'', f);
}

/* The logger. It ignores SIGTERM and ends when nobody writes any more; its own complaints go to the console. */
static void write_run(const struct boot_options *opt, int dirfd)
{
	size_t len = 0;
	char *text = NULL;
	FILE *f = open_memstream(&text, &len);
	int r = f ? 0 : -ENOMEM;

	if (f) {
		(void)fputs("#!/bin/sh\nexec ", f);
		if (opt->loguser) {
			(void)fprintf(f, "%ss6-setuidgid ", owndir());
			quote(f, opt->loguser);
			(void)fputc(' ', f);
		}
		(void)fprintf(f, "%ss6-log -bpd3 -- %s ", owndir(), opt->logopts);
		quote(f, opt->logdir);
		(void)fputs(" <fifo >/dev/null\n", f);
		r = fclose(f) ? -errno : fdio_replace(dirfd, "run", "run.new", text, len, 0755, false);
	}
	if (r == 0)
		r = fdio_replace(dirfd, "notification-fd", "notification-fd.new", "3\n", 2, 0644, false);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to write the files of " SERVICE);
	free(text);
}

/* Makes the service and its FIFO. Returns the end to write to: somebody must read while it is opened. */
static int make_service(const struct boot_options *opt, const char *scandir)
{
	int dirfd, in, out, topfd = fdio_open(AT_FDCWD, scandir, O_RDONLY | O_DIRECTORY, 0);
	struct stat st;

	if (topfd < 0)
		msg_die(EXIT_SYSTEM, topfd, "unable to open %s", scandir);
	if (mkdirat(topfd, SERVICE, 0755) < 0 && errno != EEXIST)
		msg_die(EXIT_SYSTEM, errno, "unable to mkdir %s/" SERVICE, scandir);
	dirfd = fdio_open(topfd, SERVICE, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (dirfd < 0)
		msg_die(EXIT_SYSTEM, dirfd, "unable to open %s/" SERVICE, scandir);
	write_run(opt, dirfd);
	if (mkfifoat(dirfd, "fifo", 0600) < 0 && errno != EEXIST)
		msg_die(EXIT_SYSTEM, errno, "unable to mkfifo %s/" SERVICE "/fifo", scandir);
	in = fdio_open(dirfd, "fifo", O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0);
	out = in < 0 ? in : fdio_open(dirfd, "fifo", O_WRONLY | O_NOFOLLOW, 0);
	if (out < 0 || fstat(out, &st) < 0)
		msg_die(EXIT_SYSTEM, out < 0 ? out : errno, "unable to open %s/" SERVICE "/fifo", scandir);
	if (!S_ISFIFO(st.st_mode))
		msg_die(EXIT_USAGE, 0, "%s/" SERVICE "/fifo is not a named pipe", scandir);
	fdio_close(&in);
	fdio_close(&dirfd);
	fdio_close(&topfd);
	return out;
}

/* Where the logger itself complains: the console, or what standard error is now. A descriptor to be inherited. */
static int hold_console(const struct boot_options *opt)
{
	int r, fd = opt->user ? -ENOENT : fdio_open(AT_FDCWD, opt->console, O_WRONLY | O_NOCTTY | O_NONBLOCK, 0);

	if (fd < 0 && !opt->user)
		msg_warn(fd, "unable to open %s, using standard error instead", opt->console);
	r = fcntl(fd < 0 ? 2 : fd, F_DUPFD, 3);
	if (r < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to hold standard error");
	fdio_close(&fd);
	return r;
}

static void redirect(int out)
{
	int null = fdio_open(AT_FDCWD, "/dev/null", O_RDONLY, 0);

	if (null < 0)
		msg_die(EXIT_SYSTEM, null, "unable to open /dev/null");
	if (dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to redirect output");
	fdio_close(&null);
	fdio_close(&out);
}

int svscanboot_main(int argc, char **argv)
{
	static char svscan[PATH_MAX], holder[16], flag[] = "-X", end[] = "--";
	struct boot_options opt = { .console = "/dev/console", .logdir = "/run/uncaught-logs", .logopts = "t", .mode = 02700 };
	char **word;
	int c, out;

	opt.word[opt.n++] = svscan;
	while ((c = applet_option_long(argc, argv, "uc:D:m:l:o:d:C:L:t:", long_names)) != -1)
		take_option(&opt, c);
	(void)applet_operands(argc, argv, &word);
	check(&opt, word[0]);
	make_logdir(&opt);
	out = make_service(&opt, word[0]);
	(void)snprintf(svscan, sizeof(svscan), "%ss6-svscan", owndir());
	(void)snprintf(holder, sizeof(holder), "%d", hold_console(&opt));
	opt.word[opt.n++] = flag;
	opt.word[opt.n++] = holder;
	opt.word[opt.n++] = end;
	opt.word[opt.n++] = word[0];
	opt.word[opt.n] = NULL;
	redirect(out);
	chain_exec(opt.word);
}
