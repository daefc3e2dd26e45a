/* The message forms, and text of others made harmless. */
#include "msg.h"

#include "scratch.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>

static int saved_stderr;
static int from_stderr;

/* Lets stderr be a pipe of packets, so that one write can be told from two. */
static void catch_stderr(void)
{
	int fds[2];

	cr_assert_eq(pipe2(fds, O_DIRECT | O_NONBLOCK | O_CLOEXEC), 0);
	saved_stderr = dup(2);
	cr_assert_eq(dup2(fds[1], 2), 2);
	close(fds[1]);
	from_stderr = fds[0];
	msg_prog = "prog";
}

/* What the next write to stderr was; "" if there was none. */
static const char *written(void)
{
	static char buf[8192];
	ssize_t n = read(from_stderr, buf, sizeof(buf) - 1);

	buf[n < 0 ? 0 : n] = '\0';
	return buf;
}

static void release_stderr(void)
{
	dup2(saved_stderr, 2);
	close(saved_stderr);
	close(from_stderr);
}

TestSuite(msg, .init = catch_stderr, .fini = release_stderr);

Test(msg, writes_each_form_as_one_line_in_one_write)
{
	msg_warn(0, "web: unable to spawn '%s'", "./run");
	cr_assert_str_eq(written(), "prog: warning: web: unable to spawn './run'\n");
	msg_info("%d services", 3);
	cr_assert_str_eq(written(), "prog: info: 3 services\n");
	msg_error(0, "no");
	cr_assert_str_eq(written(), "prog: fatal: no\n");
	cr_assert_str_eq(written(), "");
}

Test(msg, appends_the_text_of_an_errno_of_either_sign)
{
	msg_warn(ENOENT, "unable to open '%s'", "x");
	cr_assert_str_eq(
		written(), "prog: warning: unable to open 'x': No such file or directory\n");
	msg_error(-EACCES, "unable to open '%s'", "x");
	cr_assert_str_eq(written(), "prog: fatal: unable to open 'x': Permission denied\n");
}

Test(msg, cuts_a_line_that_is_too_long_and_still_ends_it)
{
	char text[9000];
	const char *line;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	msg_warn(ENOENT, "%s", text);
	line = written();
	cr_assert_eq(strlen(line), 4096);
	cr_assert_eq(line[4095], '\n');
	cr_assert_eq(strncmp(line, "prog: warning: xxx", 18), 0);
	cr_assert_str_eq(written(), "");
}

Test(msg, dies_with_the_code_given, .exit_code = 111)
{
	msg_die(EXIT_SYSTEM, EPERM, "unable to fork");
}

Test(msg, usage_ends_with_100, .exit_code = 100)
{
	msg_usage("prog [-x] dir");
}

/* Before what else runs at exit: a leak check in a fork of threads writes to stderr too. */
static void end_here(int status, void *unused)
{
	(void)unused;
	_exit(status);
}

/* Runs fn in a child with our stderr; returns its exit code. */
static int code_of(void (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		on_exit(end_here, NULL);
		fn();
		_exit(0);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void die_of_eio(void)
{
	msg_die(EXIT_INTERNAL, EIO, "unable to read '%s'", "y");
}

static void die_of_usage(void)
{
	msg_usage("prog [-x] dir");
}

Test(msg, says_why_before_it_dies)
{
	cr_assert_eq(code_of(die_of_eio), 101);
	cr_assert_str_eq(written(), "prog: fatal: unable to read 'y': Input/output error\n");
	cr_assert_eq(code_of(die_of_usage), 100);
	cr_assert_str_eq(written(), "prog: usage: prog [-x] dir\n");
}

Test(msg, escapes_what_is_not_plain)
{
	static const struct {
		const char *text;
		size_t len;
		const char *want;
	} rows[] = {
		{"plain text ~!", 13, "plain text ~!"},
		{"", 0, ""},
		{"two\nlines\t\r", 11, "two\\x0alines\\x09\\x0d"},
		{"a\\b", 3, "a\\x5cb"},
		{"\x1b[31m\x7f", 6, "\\x1b[31m\\x7f"},
		{"nul\0in", 6, "nul\\x00in"},
		{"m\xc3\xbc", 3, "m\\xc3\\xbc"},
	};
	char buf[64];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_str_eq(
			msg_escape(buf, sizeof(buf), rows[i].text, rows[i].len), rows[i].want);
}

Test(msg, cuts_escaped_text_between_pieces)
{
	char buf[16];

	cr_assert_str_eq(msg_escape(buf, 11, "0123456789", 10), "0123456789");
	cr_assert_str_eq(msg_escape(buf, 11, "0123456789a", 11), "0123456...");
	cr_assert_str_eq(msg_escape(buf, 11, "01234\n6789", 10), "01234...");
	cr_assert_str_eq(msg_escape(buf, 11, "\n\n\n", 3), "\\x0a...");
	cr_assert_str_eq(msg_escape(buf, 4, "abcd", 4), "...");
	cr_assert_str_eq(msg_escape(buf, 4, "abc", 3), "abc");
	cr_assert_str_eq(msg_escape(buf, 1, "abc", 3), "");
}

Test(msg, never_writes_past_the_buffer_it_escapes_to)
{
	char buf[24];
	size_t cap, i;

	for (cap = 0; cap < 20; cap++) {
		memset(buf, '#', sizeof(buf));
		msg_escape(buf, cap, "ab\ncd\\ef\xff\xff\xff\xff", 12);
		if (cap > 0)
			cr_expect_not_null(memchr(buf, '\0', cap), "cap %zu", cap);
		for (i = cap; i < sizeof(buf); i++)
			cr_expect_eq(buf[i], '#', "cap %zu", cap);
	}
}

Test(msg, counts_what_a_full_pipe_does_not_take)
{
	char fill[4096] = "";

	msg_waits = false;
	while (write(2, fill, sizeof(fill)) > 0 || errno != EAGAIN)
		;
	fcntl(2, F_SETFL, O_DIRECT); /* the flags do not matter */
	msg_warn(0, "one");
	msg_warn(0, "two");
	while (read(from_stderr, fill, sizeof(fill)) > 0)
		;
	msg_warn(0, "three");
	cr_assert_str_eq(written(), "prog: warning: 2 messages were lost: nobody took them\n");
	cr_assert_str_eq(written(), "prog: warning: three\n");
	msg_warn(0, "four");
	cr_assert_str_eq(written(), "prog: warning: four\n");
	msg_waits = true;
}

Test(msg, waits_for_nobody_whatever_kind_of_descriptor_it_is)
{
	int fds[2], taken = 0, saved = msg_fd;

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	msg_waits = false;
	msg_fd = fds[0];
	for (int i = 0; i < 100000 && msg_lost == 0; i++)
		msg_warn(0, "%d", taken++);
	cr_assert_gt(msg_lost, 0u);
	cr_assert_gt(taken, 10);
	close(fds[0]);
	close(fds[1]);
	msg_lost = 0;
	msg_warn(0, "nobody");
	cr_assert_eq(msg_lost, 0u, "what cannot be written to at all is not counted");
	msg_fd = saved;
	msg_waits = true;
}
