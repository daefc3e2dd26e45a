#include "trace_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TALLY_RECORD 14

_Noreturn void trace_die(const char *what)
{
	fprintf(stderr, "trace: fatal: %s: %s\n", what, strerror(errno));
	exit(111);
}

void *trace_zeroed(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		trace_die("no memory");
	return p;
}

static void link_program(int dirfd, int programfd, const char *name)
{
	if (linkat(programfd, "program", dirfd, name, 0) < 0)
		trace_die(name);
}

void trace_dir_text(int dirfd, const char *file, const char *text)
{
	int fd;

	if (unlinkat(dirfd, file, 0) < 0 && errno != ENOENT)
		trace_die(file);
	if (!text)
		return;
	fd = openat(dirfd, file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		trace_die(file);
	close(fd);
}

void trace_dir_number(int dirfd, const char *file, int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%d\n", number);
	trace_dir_text(dirfd, file, text);
}

void trace_dir_finish(int dirfd, int programfd, enum tm_finish finish)
{
	trace_dir_text(dirfd, "finish", finish == TM_FINISH_NOT_EXECUTABLE ? "#!/bin/true\n" : NULL);
	if (finish == TM_FINISH_RUNS)
		link_program(dirfd, programfd, "finish");
}

/* Not removed but made useless: without a run hexad takes a directory for one that is being removed. */
void trace_dir_run(int dirfd, bool works)
{
	if (!works)
		trace_dir_text(dirfd, "run.new", "#!/bin/true\n");
	if (works && linkat(dirfd, "run.good", dirfd, "run.new", 0) < 0)
		trace_die("run");
	if (renameat(dirfd, "run.new", dirfd, "run") < 0)
		trace_die("run");
}

static int listen_to(int dirfd)
{
	int fd;

	if (mkdirat(dirfd, "event", 0700) < 0 || fchmodat(dirfd, "event", 03730, 0) < 0 ||
		mkfifoat(dirfd, "event/" LISTENER, 0622) < 0)
		trace_die("event");
	/* For reading and writing: end of file never comes. */
	fd = openat(dirfd, "event/" LISTENER, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		trace_die(LISTENER);
	return fd;
}

int trace_dir_make(int scanfd, const char *name, int programfd, const struct model *m, int *ret_listener)
{
	int fd;

	if (mkdirat(scanfd, name, 0755) < 0)
		trace_die(name);
	fd = openat(scanfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || mkdirat(fd, "supervise", 0700) < 0)
		trace_die(name);
	*ret_listener = listen_to(fd);
	link_program(fd, programfd, "run");
	link_program(fd, programfd, "run.good");
	trace_dir_finish(fd, programfd, m->finish);
	trace_dir_text(fd, "timeout-finish", "0\n");
	if (m->notify)
		trace_dir_text(fd, "notification-fd", "3\n");
	if (m->down)
		trace_dir_text(fd, "down", "");
	return fd;
}

static uint64_t big_endian(const unsigned char *p, int n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

static void look_at_status(int dirfd, struct seen *ret)
{
	unsigned char buf[sizeof(ret->status) + 1];
	int fd = openat(dirfd, "supervise/status", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf));

	ret->flags = -1;
	if (n == (ssize_t)sizeof(ret->status)) {
		memcpy(ret->status, buf, sizeof(ret->status));
		ret->pid = big_endian(buf + 24, 8);
		ret->wstat = (unsigned int)big_endian(buf + 32, 2);
		ret->flags = buf[34];
	}
	if (fd >= 0)
		close(fd);
}

static void look_at_tally(int dirfd, struct seen *ret)
{
	unsigned char last[TALLY_RECORD];
	struct stat st;
	int fd = openat(dirfd, "supervise/death_tally", O_RDONLY | O_CLOEXEC);

	ret->deaths = -1;
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_size % TALLY_RECORD == 0)
		ret->deaths = (long)st.st_size / TALLY_RECORD;
	if (ret->deaths > 0 && pread(fd, last, sizeof(last), st.st_size - TALLY_RECORD) == TALLY_RECORD) {
		ret->last_code = last[12];
		ret->last_signal = last[13];
	}
	close(fd);
}

void trace_dir_look(int dirfd, struct seen *ret)
{
	*ret = (struct seen){ .flags = -1 };
	look_at_status(dirfd, ret);
	look_at_tally(dirfd, ret);
	ret->down = faccessat(dirfd, "down", F_OK, 0) == 0;
}
