/*
 * The forms of the messages that programs print on stderr. The only place in common that prints,
 * and the only one that ends the process.
 */
#include "msg.h"

#include "fdio.h"
#include "nowait.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE 4096 /* PIPE_BUF: what is written whole */

const char *msg_prog = "hexad";
int msg_fd = STDERR_FILENO;
bool msg_waits = true;
unsigned int msg_lost;

static bool torn; /* the last line was taken in part */

/* Appends text as printf does, cut where the line is full; returns the new length. */
__attribute__((format(printf, 3, 0))) static size_t append_v(
	char *line, size_t len, const char *fmt, va_list ap)
{
	int n = vsnprintf(line + len, LINE - len, fmt, ap);

	if (n < 0)
		return len;
	return (size_t)n < LINE - len ? len + (size_t)n : LINE - 1;
}

__attribute__((format(printf, 3, 4))) static size_t append(
	char *line, size_t len, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	len = append_v(line, len, fmt, ap);
	va_end(ap);
	return len;
}

/* One line, or as much of it as is taken at once; false: not the whole. */
static bool put(const char *line, size_t len)
{
	ssize_t n = nowait_write(msg_fd, line, len);

	/* What cannot be written to at all loses nothing that somebody would have read. */
	if (n < 0)
		return n != -EAGAIN;
	torn = (size_t)n < len;
	return !torn;
}

static void emit_now(const char *line, size_t len)
{
	char lost[LINE];
	size_t n;

	if (msg_lost > 0) {
		n = append(lost, 0, "%s%s: warning: %u messages were lost: nobody took them\n", torn ? "\n" : "", msg_prog,
			msg_lost);
		if (!put(lost, n)) {
			msg_lost++;
			return;
		}
		msg_lost = 0;
	}
	if (!put(line, len))
		msg_lost++;
}

/* One line in one write. That stderr is gone is nothing anybody could be told. */
__attribute__((format(printf, 4, 0))) static void emit(
	const char *kind, bool wait, int err, const char *fmt, va_list ap)
{
	char line[LINE];
	size_t len = append(line, 0, "%s: %s: ", msg_prog, kind);

	len = append_v(line, len, fmt, ap);
	if (err != 0)
		len = append(line, len, ": %s", strerror(abs(err)));
	line[len] = '\n';
	if (wait)
		(void)fdio_write_all(msg_fd, line, len + 1);
	else
		emit_now(line, len + 1);
}

void msg_warn(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit("warning", msg_waits, err, fmt, ap);
	va_end(ap);
}

void msg_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit("info", msg_waits, 0, fmt, ap);
	va_end(ap);
}

void msg_error(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit("fatal", msg_waits, err, fmt, ap);
	va_end(ap);
}

void msg_die(int code, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit("fatal", true, err, fmt, ap);
	va_end(ap);
	exit(code);
}

void msg_usage(const char *synopsis)
{
	char line[LINE];
	size_t len = append(line, 0, "%s: usage: %s", msg_prog, synopsis);

	line[len] = '\n';
	(void)fdio_write_all(msg_fd, line, len + 1);
	exit(EXIT_USAGE);
}

/* One byte as it is shown: itself or \xNN. Returns how many characters that takes. */
static size_t escape_byte(char out[4], unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	if (c >= 0x20 && c < 0x7f && c != '\\') {
		out[0] = (char)c;
		return 1;
	}
	out[0] = '\\';
	out[1] = 'x';
	out[2] = hex[c >> 4];
	out[3] = hex[c & 15];
	return 4;
}

char *msg_escape(char *buf, size_t cap, const char *text, size_t len)
{
	char piece[4];
	size_t at = 0;
	size_t cut = 0; /* the last place where "..." still fits behind whole pieces */
	size_t i;

	if (cap == 0)
		return buf;
	for (i = 0; i < len; i++) {
		size_t n = escape_byte(piece, (unsigned char)text[i]);

		if (at + n >= cap)
			break;
		memcpy(buf + at, piece, n);
		at += n;
		if (at + sizeof("...") <= cap)
			cut = at;
	}
	buf[at] = '\0';
	if (i < len)
		(void)snprintf(buf + cut, cap - cut, "...");
	return buf;
}
