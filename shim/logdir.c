/* Keeps a log directory: writing, rotating, and starting the processor. See logdir.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "fdio.h"
#include "logdir.h"
#include "logdir_files.h"
#include "msg.h"

static int64_t retry_time(const struct logdir *ld)
{
	return clock_ms() + (ld->opt.retry_ms ? ld->opt.retry_ms : 1);
}

/* A step failed: warns, and sets the time of the next try. */
static void fail(struct logdir *ld, int err, const char *what, const char *file)
{
	if (!ld->quiet)
		msg_warn(err, "unable to %s %s/%s", what, ld->path, file);
	ld->retry_at = retry_time(ld);
}

static void set_rotate_at(struct logdir *ld)
{
	ld->rotate_at = ld->opt.period_s ? clock_ms() + (int64_t)ld->opt.period_s * 1000 : 0;
}

/* An fd of the current file, with the mode that says "in use". */
static int open_current(struct logdir *ld)
{
	int fd = fdio_open(ld->dirfd, "current", O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK, 0666);

	if (fd >= 0 && fchmod(fd, ld->mode) < 0) {
		int err = -errno;

		fdio_close(&fd);
		return err;
	}
	return fd;
}

/*
 * The lock keeps a second logger out. It is trusted as far as the kernel holds it: a file system that
 * refuses locks costs that protection and one warning, not the log.
 */
static void lock(struct logdir *ld)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	ld->lockfd = fdio_open(ld->dirfd, "lock", O_WRONLY | O_CREAT | O_NONBLOCK, 0666);
	if (ld->lockfd < 0)
		msg_die(EXIT_SYSTEM, ld->lockfd, "unable to open %s/lock", ld->path);
	if (fcntl(ld->lockfd, F_SETLK, &fl) == 0)
		return;
	switch (errno) {
	case ENOLCK:
	case ENOSYS:
	case EOPNOTSUPP:
		msg_warn(errno, "unable to lock %s/lock (going on without)", ld->path);
		return;
	case EAGAIN:
	case EACCES:
		errno = EBUSY;
		break;
	default:
		break;
	}
	msg_die(EXIT_SYSTEM, errno, "unable to lock %s/lock", ld->path);
}

void logdir_open(struct logdir *ld, const char *path, const struct logdir_options *opt, bool quiet)
{
	mode_t mask = umask(0);
	struct stat st;
	int r;

	(void)umask(mask);
	*ld = (struct logdir){ .path = path, .opt = *opt, .fd = -1, .quiet = quiet, .at_line_start = true };
	ld->mode = 0666 & ~mask;
	if (mkdir(path, 02700) < 0 && errno != EEXIST)
		msg_die(EXIT_SYSTEM, errno, "unable to mkdir %s", path);
	ld->dirfd = fdio_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
	if (ld->dirfd < 0)
		msg_die(EXIT_SYSTEM, ld->dirfd, "unable to open %s", path);
	lock(ld);
	r = logdir_recover(ld->dirfd, &ld->opt, ld->mode);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to finish current .u for logdir %s", path);
	ld->fd = open_current(ld);
	if (ld->fd < 0)
		msg_die(EXIT_SYSTEM, ld->fd, "unable to open %s/current", path);
	if (fstat(ld->fd, &st) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to stat %s/current", path);
	ld->size = (uint64_t)st.st_size;
	set_rotate_at(ld);
}

static void reset_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * The child: standard input is the archive to process, standard output the result, 4 and 5 the old and
 * the new state. None of the descriptors in from is below 6.
 */
static void become_processor(const struct logdir *ld, const int from[4])
{
	static const int to[4] = { 0, 1, 4, 5 };
	const char *const shell[] = { "/bin/sh", "-c", ld->opt.processor, NULL };
	const char *const line[] = { "execlineb", "-Pc", ld->opt.processor, NULL };

	reset_signals();
	if (fchdir(ld->dirfd) < 0)
		_exit(EXIT_SYSTEM);
	for (int i = 0; i < 4; i++)
		if (dup2(from[i], to[i]) < 0)
			_exit(EXIT_SYSTEM);
	logdir_exec(ld->opt.shell ? shell : line);
}

/* Opens what the processor works on, all at 6 or above. */
static int open_for_processor(const struct logdir *ld, int fd[4])
{
	static const struct {
		const char *name;
		int flags;
	} files[4] = {
		{ "previous", O_RDONLY },
		{ "processed", O_WRONLY | O_CREAT | O_TRUNC },
		{ "state", O_RDONLY | O_CREAT },
		{ "newstate", O_WRONLY | O_CREAT | O_TRUNC },
	};

	for (int i = 0; i < 4; i++) {
		int low = fdio_open(ld->dirfd, files[i].name, files[i].flags, 0666);

		fd[i] = low < 0 ? low : fcntl(low, F_DUPFD_CLOEXEC, 6);
		if (low >= 0 && fd[i] < 0)
			fd[i] = -errno;
		fdio_close(&low);
		if (fd[i] < 0)
			return fd[i];
	}
	return 0;
}

static void start_processor(struct logdir *ld)
{
	int fd[4] = { -1, -1, -1, -1 };
	int r = open_for_processor(ld, fd);
	pid_t pid = -1;

	if (r == 0) {
		pid = fork();
		if (pid == 0)
			become_processor(ld, fd);
		if (pid < 0)
			r = -errno;
	}
	for (int i = 0; i < 4; i++)
		fdio_close(&fd[i]);
	if (r < 0) {
		fail(ld, r, "spawn the processor for", "previous");
		return;
	}
	ld->processor = pid;
	ld->stage = LD_PROCESSING;
}

bool logdir_child(struct logdir *ld, pid_t pid, int wstat)
{
	if (pid <= 0 || ld->processor != pid)
		return false;
	ld->processor = 0;
	if (WIFEXITED(wstat) && WEXITSTATUS(wstat) == 0) {
		ld->stage = LD_PROCESSED;
		return true;
	}
	if (!ld->quiet)
		msg_warn(0, "processor %s in %s", WIFSIGNALED(wstat) ? "crashed" : "failed", ld->path);
	ld->stage = LD_PROCESS;
	ld->retry_at = retry_time(ld);
	return true;
}

static void next(struct logdir *ld, int r, enum logdir_stage stage, const char *what, const char *file)
{
	if (r < 0)
		fail(ld, r, what, file);
	else
		ld->stage = stage;
}

static void new_current(struct logdir *ld)
{
	int fd = open_current(ld);

	if (fd < 0) {
		fail(ld, fd, "open", "current");
		return;
	}
	fdio_close(&ld->fd);
	ld->fd = fd;
	ld->size = 0;
	ld->rotate_wanted = false;
	set_rotate_at(ld);
	ld->stage = LD_SEAL;
}

/* One step of a rotation. */
static void step(struct logdir *ld)
{
	mode_t sealed = ld->mode | S_IXUSR;

	switch (ld->stage) {
	case LD_SYNC:
		next(ld, logdir_sync(ld->fd), LD_RENAME, "fsync", "current");
		break;
	case LD_RENAME:
		next(ld, logdir_rename(ld->dirfd, "current", "previous"), LD_NEW, "rename", "current");
		break;
	case LD_NEW:
		new_current(ld);
		break;
	case LD_SEAL:
		next(ld, logdir_seal(ld->dirfd, "previous", sealed),
			ld->opt.processor ? LD_PROCESS : LD_LINK, "chmod", "previous");
		break;
	case LD_LINK:
		next(ld, logdir_archive(ld->dirfd, "previous", 's'), LD_TRIM, "link", "previous");
		break;
	case LD_PROCESS:
		start_processor(ld);
		break;
	case LD_PROCESSED:
		next(ld, logdir_take_result(ld->dirfd, sealed), LD_LINK_OUT, "finish", "processed");
		break;
	case LD_LINK_OUT:
		next(ld, logdir_archive(ld->dirfd, "processed", 's'), LD_TRIM, "link", "processed");
		break;
	case LD_TRIM:
		next(ld, logdir_trim(ld->dirfd, &ld->opt), LD_IDLE, "trim", ".");
		break;
	default:
		break;
	}
}

static bool must_rotate(const struct logdir *ld)
{
	if (ld->stage != LD_IDLE || !ld->at_line_start || ld->size == 0)
		return false;
	return ld->rotate_wanted || ld->size + ld->opt.tolerance >= ld->opt.max_size;
}

/* Between fsync and the new file nothing is written; while a processor works, current goes on growing. */
static bool can_write(const struct logdir *ld)
{
	return ld->stage == LD_IDLE || ld->stage >= LD_SEAL;
}

bool logdir_stuck(const struct logdir *ld)
{
	return ld->write_at || (ld->retry_at && !can_write(ld));
}

bool logdir_takes(struct logdir *ld)
{
	if (!ld->drops || ld->out.len < LOGDIR_KEEP || !logdir_stuck(ld))
		return true;
	ld->dropped++;
	return false;
}

static void tell_dropped(struct logdir *ld)
{
	if (!ld->quiet)
		msg_warn(0, "dropped %llu lines while %s could not be written", (unsigned long long)ld->dropped,
			ld->path);
	ld->dropped = 0;
}

static void flush(struct logdir *ld)
{
	const char *bytes = buf_bytes(&ld->out);
	ssize_t n;

	do
		n = write(ld->fd, bytes, ld->out.len);
	while (n < 0 && errno == EINTR);
	if (n <= 0) {
		if (!ld->quiet)
			msg_warn(n < 0 ? errno : ENOSPC, "unable to write to %s/current", ld->path);
		ld->write_at = retry_time(ld);
		return;
	}
	ld->write_at = 0;
	ld->size += (uint64_t)n;
	ld->at_line_start = bytes[n - 1] == '\n';
	buf_take(&ld->out, (size_t)n);
	if (ld->dropped && !ld->out.len)
		tell_dropped(ld);
}

static bool is_due(int64_t at)
{
	return !at || clock_ms() >= at;
}

/* A rotation that is stuck after the new file was made does not keep lines from being written. */
void logdir_run(struct logdir *ld)
{
	if (ld->rotate_at && is_due(ld->rotate_at)) {
		logdir_rotate(ld);
		set_rotate_at(ld);
	}
	for (;;) {
		if (must_rotate(ld))
			ld->stage = LD_SYNC;
		if (ld->stage != LD_IDLE && ld->stage != LD_PROCESSING && is_due(ld->retry_at)) {
			ld->retry_at = 0;
			step(ld);
		} else if (ld->out.len && can_write(ld) && is_due(ld->write_at)) {
			flush(ld);
		} else {
			return;
		}
	}
}

void logdir_give_up(struct logdir *ld)
{
	const char *bytes, *end;

	ld->write_at = 0;
	if (!can_write(ld))
		ld->retry_at = 0;
	logdir_run(ld);
	if (!logdir_stuck(ld))
		return;
	/* What has begun counts as well: its rest is lost. */
	for (bytes = buf_bytes(&ld->out); ld->out.len; buf_take(&ld->out, (size_t)(end - bytes) + 1)) {
		bytes = buf_bytes(&ld->out);
		end = memchr(bytes, '\n', ld->out.len);
		ld->dropped++;
	}
	ld->stage = LD_IDLE;
	ld->rotate_wanted = false;
	tell_dropped(ld);
}

void logdir_rotate(struct logdir *ld)
{
	ld->rotate_wanted = ld->size > 0 || ld->out.len > 0;
}

bool logdir_busy(const struct logdir *ld)
{
	return ld->out.len > 0 || ld->stage != LD_IDLE;
}

int64_t logdir_due(const struct logdir *ld)
{
	const int64_t times[] = { ld->retry_at, ld->write_at, ld->rotate_at };
	int64_t due = 0;

	for (int i = 0; i < 3; i++)
		if (times[i] && (!due || times[i] < due))
			due = times[i];
	return due;
}

void logdir_close(struct logdir *ld)
{
	int r = logdir_sync(ld->fd);

	if (r < 0 && !ld->quiet)
		msg_warn(r, "unable to fsync %s/current", ld->path);
	if (fchmod(ld->fd, ld->mode | S_IXUSR) < 0 && !ld->quiet)
		msg_warn(errno, "unable to fchmod %s/current", ld->path);
	fdio_close(&ld->fd);
	fdio_close(&ld->lockfd);
	fdio_close(&ld->dirfd);
}
