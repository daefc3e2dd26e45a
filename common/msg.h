/*
 * The message forms that programs print on stderr, one write each:
 *   PROG: fatal: TEXT      PROG: warning: TEXT      PROG: info: TEXT      PROG: usage: SYNOPSIS
 * Lower case, what failed first, no full stop. "err" is an errno (positive or negative; its text is
 * appended after ": ") or 0.
 */
#ifndef SV_MSG_H
#define SV_MSG_H

#include <stdbool.h>
#include <stddef.h>

#define EXIT_TIMEOUT 99   /* s6: the time asked for is over */
#define EXIT_USAGE 100    /* s6: the user's mistake, or wrong for good */
#define EXIT_INTERNAL 101
#define EXIT_NOSUPER 102  /* s6: nobody supervises that directory */
#define EXIT_SYSTEM 111   /* s6: the system said no */
#define EXIT_NOEXEC 126
#define EXIT_NOTFOUND 127

/* The program's name in messages; set once at the top of main. */
extern const char *msg_prog;

/* Where they go: standard error, unless that is changed. */
extern int msg_fd;

/*
 * false: a line that is not taken at once (a full pipe that nobody reads, a terminal that was stopped) is lost, and the next
 * one that is taken is preceded by how many were. For PID 1, which must not wait; msg_die and msg_usage wait all the same.
 */
extern bool msg_waits;
extern unsigned int msg_lost;

void msg_warn(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void msg_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* "PROG: fatal: " */
void msg_error(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* msg_error, then exit(code). Not for PID 1 after its start-up. */
void msg_die(int code, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), noreturn));
void msg_usage(const char *synopsis) __attribute__((noreturn)); /* exit 100 */

/*
 * Copies text to buf with control characters, backslash and bytes that are not ASCII as \xNN,
 * cut with "..." at cap.
 * For every piece of text that somebody else chose. Returns buf.
 */
char *msg_escape(char *buf, size_t cap, const char *text, size_t len);

#endif
