/* Carries out what the logging script decided. See log_action.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "fdio.h"
#include "log_action.h"
#include "msg.h"
#include "tai.h"

#define LOG_GULP 4096 /* a pipe that is ready takes as much without blocking */

/* A pipe without a name, or anything else whose end is seen through a new descriptor too. */
static bool has_no_name(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PIPEFS_MAGIC;
}

int log_reopen(int fd, int flags, bool *blocking)
{
	char path[32];
	struct stat st;
	int again;

	*blocking = true;
	if (fstat(fd, &st) < 0)
		return -1;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
		return fd;
	/* Where all writers of a named one have gone before it is opened, its end would never be told. */
	if (S_ISFIFO(st.st_mode) && flags == O_RDONLY && !has_no_name(fd))
		return fd;
	again = fdio_open(AT_FDCWD, path, flags | O_NONBLOCK | O_NOCTTY, 0);
	if (again < 0)
		return fd;
	/* In its old place, so that nothing else gets that number. */
	if (dup2(again, fd) == fd)
		*blocking = false;
	fdio_close(&again);
	return fd;
}

void log_outputs_open(struct log_outputs *out)
{
	bool to_stdout = false;

	out->dir = calloc(out->script.n, sizeof(*out->dir));
	if (!out->dir)
		msg_die(EXIT_SYSTEM, errno, "unable to allocate memory");
	for (unsigned int i = 0; i < out->script.n; i++) {
		const struct log_step *step = &out->script.step[i];

		to_stdout |= step->op == LOG_STDOUT;
		if (step->op == LOG_DIR)
			logdir_open(&out->dir[i], step->path, &step->dir, out->verbosity < 1);
		out->dir[i].drops = out->full == LOG_DROP;
	}
	out->fd = to_stdout ? log_reopen(1, O_WRONLY, &out->blocking) : -1;
}

/* "YYYY-MM-DD HH:MM:SS", in local time. Of many lines in a second only the first costs a look at the calendar. */
static const char *local_second(time_t sec)
{
	static char text[80];
	static time_t last = -1;
	struct tm tm;

	if (sec == last)
		return text;
	if (!localtime_r(&sec, &tm))
		return NULL;
	(void)snprintf(text, sizeof(text), "%04d-%02d-%02d %02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
		tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	last = sec;
	return text;
}

/* "YYYY-MM-DD HH:MM:SS.nnnnnnnnn  " */
static void add_human(struct buf *text, const struct timespec *now)
{
	const char *second = local_second(now->tv_sec);
	char fraction[12] = ".";
	long n = now->tv_nsec;

	if (!second)
		return;
	for (int i = 9; i > 0; i--, n /= 10)
		fraction[i] = (char)('0' + n % 10);
	fraction[10] = fraction[11] = ' ';
	buf_add_text(text, second);
	buf_add(text, fraction, sizeof(fraction));
}

/* What stands before the line: stamps, then the prefix. */
static void add_head(struct buf *text, const struct log_step *step, const struct timespec *now)
{
	char label[TAI64N_TEXT + 1];

	if (step->tai) {
		tai64n_format(label, now);
		buf_add(text, label, TAI64N_TEXT);
		buf_add(text, " ", 1);
	}
	if (step->human)
		add_human(text, now);
	if (step->prefix) {
		buf_add_text(text, step->prefix);
		buf_add(text, " ", 1);
	}
}

static void alert(const struct log_step *step, const char *line, const struct timespec *now)
{
	struct buf text = BUF_INIT;
	size_t len = strlen(line);

	buf_add_text(&text, "s6-log: alert: ");
	add_head(&text, step, now);
	if (step->alert_max && len > (size_t)step->alert_max + 3) {
		buf_add(&text, line, step->alert_max);
		buf_add_text(&text, "...");
	} else {
		buf_add(&text, line, len);
	}
	buf_add(&text, "\n", 1);
	(void)fdio_write_all(2, buf_bytes(&text), text.len);
	free(text.data);
}

/* The whole file is the line: padded with newlines, or cut, to the size that was asked for. */
static void write_status(const struct log_step *step, const char *line, const struct timespec *now, bool warn)
{
	struct buf text = BUF_INIT;
	char tmp[4096];
	int r = -ENAMETOOLONG;

	add_head(&text, step, now);
	buf_add_text(&text, line);
	buf_add(&text, "\n", 1);
	while (step->status_size && text.len < step->status_size)
		buf_add(&text, "\n", 1);
	if (step->status_size)
		text.len = step->status_size;
	if (snprintf(tmp, sizeof(tmp), "%s.new", step->path) < (int)sizeof(tmp))
		r = fdio_replace(AT_FDCWD, step->path, tmp, buf_bytes(&text), text.len, 0666, false);
	if (r < 0 && warn)
		msg_warn(r, "unable to write status file %s", step->path);
	free(text.data);
}

struct line_context {
	struct log_outputs *out;
	const char *line;
	struct timespec now;
};

static void add_line(struct buf *text, const struct log_step *step, const struct line_context *ctx)
{
	add_head(text, step, &ctx->now);
	buf_add_text(text, ctx->line);
	buf_add(text, "\n", 1);
}

static void act(const struct log_step *step, unsigned int index, void *ptr)
{
	const struct line_context *ctx = ptr;
	struct log_outputs *out = ctx->out;

	switch (step->op) {
	case LOG_STDOUT:
		if (out->fd >= 0)
			add_line(&out->text, step, ctx);
		break;
	case LOG_STDERR:
		alert(step, ctx->line, &ctx->now);
		break;
	case LOG_STATUS:
		write_status(step, ctx->line, &ctx->now, out->verbosity > 0);
		break;
	case LOG_DIR:
		if (logdir_takes(&out->dir[index]))
			add_line(&out->dir[index].out, step, ctx);
		break;
	default:
		break;
	}
}

void log_outputs_line(struct log_outputs *out, const char *line)
{
	struct line_context ctx = { out, line, tai_now() };

	log_script_run(&out->script, line, act, &ctx);
}

static bool takes_output(int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLOUT };

	return poll(&ready, 1, 0) > 0;
}

static void flush_stdout(struct log_outputs *out)
{
	size_t len;
	ssize_t n;

	while (out->text.len) {
		len = out->text.len;
		if (out->blocking && len > LOG_GULP)
			len = LOG_GULP;
		if (out->blocking && !takes_output(out->fd))
			return;
		n = write(out->fd, buf_bytes(&out->text), len);
		if (n >= 0) {
			buf_take(&out->text, (size_t)n);
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN)
			return;
		if (out->verbosity > 0)
			msg_warn(errno, "unable to write to stdout, closing the stream - error was");
		buf_take(&out->text, out->text.len);
		out->fd = -1;
	}
}

void log_outputs_run(struct log_outputs *out)
{
	flush_stdout(out);
	for (unsigned int i = 0; i < out->script.n; i++)
		if (out->script.step[i].op == LOG_DIR)
			logdir_run(&out->dir[i]);
}

void log_outputs_rotate(struct log_outputs *out)
{
	for (unsigned int i = 0; i < out->script.n; i++)
		if (out->script.step[i].op == LOG_DIR)
			logdir_rotate(&out->dir[i]);
}

void log_outputs_child(struct log_outputs *out, pid_t pid, int wstat)
{
	for (unsigned int i = 0; i < out->script.n; i++)
		if (out->script.step[i].op == LOG_DIR && logdir_child(&out->dir[i], pid, wstat))
			return;
}

bool log_outputs_busy(const struct log_outputs *out)
{
	if (out->text.len)
		return true;
	for (unsigned int i = 0; i < out->script.n; i++)
		if (out->script.step[i].op == LOG_DIR && logdir_busy(&out->dir[i]))
			return true;
	return false;
}

bool log_outputs_stuck(const struct log_outputs *out)
{
	for (unsigned int i = 0; i < out->script.n; i++)
		if (out->script.step[i].op == LOG_DIR && logdir_stuck(&out->dir[i]))
			return true;
	return false;
}

void log_outputs_give_up(struct log_outputs *out)
{
	for (unsigned int i = 0; i < out->script.n; i++)
		if (out->script.step[i].op == LOG_DIR)
			logdir_give_up(&out->dir[i]);
}

int log_outputs_fd(const struct log_outputs *out)
{
	return out->text.len ? out->fd : -1;
}

int64_t log_outputs_due(const struct log_outputs *out)
{
	int64_t due = 0;

	for (unsigned int i = 0; i < out->script.n; i++) {
		int64_t t = out->script.step[i].op == LOG_DIR ? logdir_due(&out->dir[i]) : 0;

		if (t && (!due || t < due))
			due = t;
	}
	return due;
}

void log_outputs_close(struct log_outputs *out)
{
	for (unsigned int i = 0; i < out->script.n; i++)
		if (out->script.step[i].op == LOG_DIR)
			logdir_close(&out->dir[i]);
}
