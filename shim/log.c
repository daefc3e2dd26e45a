/*
 * s6-log: reads lines and logs them as its script says. This file has the command line, the loop, and
 * the cutting of input into lines; log_action.c carries actions out, logdir.c keeps directories.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "applet.h"
#include "clock.h"
#include "fdio.h"
#include "log_action.h"
#include "msg.h"

#define LOG_CHUNK 8191 /* bytes in one read; as s6, so that files are rotated at the same places */
#define LOG_LIMIT_MIN 48

struct log {
	struct log_outputs out;
	struct buf line;     /* the line that is not finished yet */
	unsigned int limit;  /* longest line; 0: none */
	unsigned int last_ms; /* -t */
	int in, sigfd;       /* in: -1 at the end of input */
	bool is_pipe;
	bool block, protect; /* -b, -p */
	bool stopping;       /* only the line that has begun is still read */
	int64_t stop_at;     /* and only until then; 0: no limit */
};

static void end_line(struct log *log)
{
	buf_add(&log->line, "", 1);
	log_outputs_line(&log->out, buf_bytes(&log->line));
	buf_take(&log->line, log->line.len);
}

/* Bytes of text before the newline or NUL that ends the line; len if there is none. */
static size_t line_length(const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len);
	const char *nul;

	if (end)
		len = (size_t)(end - text);
	nul = memchr(text, '\0', len);
	return nul ? (size_t)(nul - text) : len;
}

/*
 * Compat: a newline or a NUL ends a line; a line of the greatest length and its newline are one line. A line that is
 * here from end to end is taken where it lies.
 */
static void take_input(struct log *log, char *bytes, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t room = log->limit ? log->limit - log->line.len : len - i;
		size_t n = line_length(bytes + i, room < len - i ? room : len - i);
		bool ended = i + n < len && (bytes[i + n] == '\n' || bytes[i + n] == '\0');

		if (ended && log->line.len == 0) {
			bytes[i + n] = '\0';
			log_outputs_line(&log->out, bytes + i);
		} else {
			buf_add(&log->line, bytes + i, n);
			if (i + n < len)
				end_line(log);
		}
		i += n + ended;
	}
}

static void end_input(struct log *log)
{
	/* A last line without a newline is kept; s6 drops it. */
	if (log->line.len)
		end_line(log);
	fdio_close(&log->in);
}

/* From a pipe without waiting, whatever its flags are: another reader may have been quicker. */
static ssize_t read_now(const struct log *log, char *chunk, size_t len)
{
	struct iovec iov = { chunk, len };
	ssize_t n;

	if (!log->is_pipe)
		return read(log->in, chunk, len);
	n = preadv2(log->in, &iov, 1, -1, RWF_NOWAIT);
	return n < 0 && (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL) ? read(log->in, chunk, len) : n;
}

static bool is_pipe(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

static void read_input(struct log *log)
{
	char chunk[LOG_CHUNK];
	ssize_t n;

	/* While stopping, what follows the line in the pipe is for the next logger: byte by byte. */
	do
		n = read_now(log, chunk, log->stopping ? 1 : sizeof(chunk));
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n < 0)
		msg_warn(errno, "unable to read from stdin");
	if (n <= 0) {
		end_input(log);
		return;
	}
	take_input(log, chunk, (size_t)n);
	if (log->stopping && log->line.len == 0)
		end_input(log);
}

static void stop(struct log *log)
{
	if (log->in < 0 || log->stopping)
		return;
	log->stopping = true;
	if (log->last_ms)
		log->stop_at = clock_ms() + log->last_ms;
	if (log->line.len == 0)
		end_input(log);
}

static void reap(struct log *log)
{
	int wstat;
	pid_t pid;

	while ((pid = waitpid(-1, &wstat, WNOHANG)) > 0)
		log_outputs_child(&log->out, pid, wstat);
}

static void read_signals(struct log *log)
{
	struct signalfd_siginfo info;

	while (read(log->sigfd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGALRM)
			log_outputs_rotate(&log->out);
		else if (info.ssi_signo == SIGCHLD)
			reap(log);
		else if (info.ssi_signo == SIGHUP || !log->protect)
			stop(log);
	}
}

static int timeout_ms(const struct log *log)
{
	int64_t due = log_outputs_due(&log->out), left;

	if (log->in >= 0 && log->stop_at && (!due || log->stop_at < due))
		due = log->stop_at;
	if (!due)
		return -1;
	left = due - clock_ms();
	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

static bool wants_input(const struct log *log)
{
	if (log->in < 0 || (log->block && log_outputs_busy(&log->out)))
		return false;
	return log->out.full != LOG_BLOCK || !log_outputs_stuck(&log->out);
}

static void turn(struct log *log)
{
	struct pollfd fds[3] = {
		{ .fd = log->sigfd, .events = POLLIN },
		{ .fd = wants_input(log) ? log->in : -1, .events = POLLIN },
		{ .fd = log_outputs_fd(&log->out), .events = POLLOUT },
	};

	if (poll(fds, 3, timeout_ms(log)) < 0) {
		if (errno != EINTR)
			msg_die(EXIT_SYSTEM, errno, "unable to iopause");
		return;
	}
	if (fds[0].revents)
		read_signals(log);
	log_outputs_run(&log->out);
	if (fds[1].revents && log->in >= 0)
		read_input(log);
	else if (log->in >= 0 && log->stop_at && clock_ms() >= log->stop_at)
		end_input(log);
	log_outputs_run(&log->out);
}

static void set_signals(struct log *log)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	(void)signal(SIGPIPE, SIG_IGN);
	/* An ignored signal would never reach the descriptor; for SIGCHLD it would also lose the status. */
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGALRM, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to block signals");
	log->sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (log->sigfd < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to make a signalfd");
}

static void notify(int fd)
{
	if (fd < 0)
		return;
	(void)fdio_write_all(fd, "\n", 1);
	fdio_close(&fd);
}

static int parse_notify_fd(const char *text)
{
	unsigned int fd = applet_uint(text, INT_MAX);

	if (fd < 3)
		msg_die(EXIT_USAGE, 0, "notification fd must be 3 or more");
	if (fcntl((int)fd, F_GETFD) < 0)
		msg_die(EXIT_USAGE, errno, "invalid notification fd");
	return (int)fd;
}

/* What becomes of lines that a directory cannot take. */
static enum log_full parse_full(const char *text)
{
	static const char *const words[] = { [LOG_KEEP] = "keep", [LOG_BLOCK] = "block", [LOG_DROP] = "drop" };

	for (int i = LOG_KEEP; i <= LOG_DROP; i++)
		if (strcmp(text, words[i]) == 0)
			return (enum log_full)i;
	msg_die(EXIT_USAGE, 0, "-F is keep, block or drop, not %s", text);
}

/* Returns the descriptor to notify, -1 for none. */
static int parse(int argc, char **argv, struct log *log)
{
	int c, notify_fd = -1;

	while ((c = applet_option(argc, argv, "qvbpl:d:t:F:")) != -1) {
		if (c == 'q')
			log->out.verbosity--;
		else if (c == 'v')
			log->out.verbosity++;
		else if (c == 'b')
			log->block = true;
		else if (c == 'p')
			log->protect = true;
		else if (c == 'l')
			log->limit = applet_uint(optarg, INT_MAX);
		else if (c == 't')
			log->last_ms = applet_uint(optarg, UINT_MAX);
		else if (c == 'F')
			log->out.full = parse_full(optarg);
		else
			notify_fd = parse_notify_fd(optarg);
	}
	if (log->limit && log->limit < LOG_LIMIT_MIN)
		log->limit = LOG_LIMIT_MIN;
	return notify_fd;
}

int log_main(int argc, char **argv)
{
	static struct log log = { .limit = 8192, .last_ms = 2000, .out = { .verbosity = 1 } };
	char why[LOG_WHY], **words;
	int n, notify_fd;
	bool is_fine;
	bool blocking; /* of no interest: a read comes after poll has said that there is something */

	notify_fd = parse(argc, argv, &log);
	n = applet_operands(argc, argv, &words);
	is_fine = log_script_parse(&log.out.script, words, (unsigned int)n, why);
	if (log.out.script.has_idle && log.out.verbosity > 0)
		msg_warn(0, "ignoring extraneous non-action directives");
	if (!is_fine)
		msg_die(EXIT_USAGE, 0, "%s", why);
	log.in = log_reopen(0, O_RDONLY, &blocking);
	log.is_pipe = is_pipe(0);
	set_signals(&log);
	log_outputs_open(&log.out);
	notify(notify_fd);
	while (log.in >= 0 || log_outputs_busy(&log.out)) {
		/* A stop is not to wait for room on the disk where lines may be dropped. */
		if (log.in < 0 && log.out.full == LOG_DROP && log_outputs_stuck(&log.out))
			log_outputs_give_up(&log.out);
		else
			turn(&log);
	}
	log_outputs_close(&log.out);
	return 0;
}
