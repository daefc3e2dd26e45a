/* Reading a log directory while it is rotated: every order of events, and no line lost or twice. */
#include <criterion/criterion.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "logdir.h"
#include "logname.h"
#include "scratch.h"

struct got {
	char text[65536];
	size_t len;
};

static struct scratch dir;
static struct logdir l;
static struct got got;

static int on_bytes(void *arg, const char *bytes, size_t len)
{
	struct got *g = arg;

	cr_assert_lt(g->len + len, sizeof g->text);
	memcpy(g->text + g->len, bytes, len);
	g->len += len;
	g->text[g->len] = '\0';
	return 0;
}

static void begin(void)
{
	dir = scratch_make();
}

static void end(void)
{
	logdir_close(&l);
	scratch_remove(&dir);
}

TestSuite(svctl_logdir, .init = begin, .fini = end);

static void append(const char *text)
{
	int fd = openat(dir.fd, "current", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* As s6-log does it: current gets its stamp. A new one comes with the next line. */
static void rotate(unsigned int stamp)
{
	char name[32];

	snprintf(name, sizeof name, "@%024x.s", stamp);
	cr_assert_eq(renameat(dir.fd, "current", dir.fd, name), 0);
}

static void drop(unsigned int stamp)
{
	char name[32];

	snprintf(name, sizeof name, "@%024x.s", stamp);
	cr_assert_eq(unlinkat(dir.fd, name, 0), 0);
}

static const char *tail(size_t n)
{
	got.len = 0;
	got.text[0] = '\0';
	cr_assert_eq(logdir_open(&l, dir.path), 0);
	cr_assert_eq(logdir_tail(&l, n, on_bytes, &got), 0);
	return got.text;
}

static const char *more(void)
{
	got.len = 0;
	got.text[0] = '\0';
	cr_assert_eq(logdir_more(&l, on_bytes, &got), 0);
	return got.text;
}

Test(svctl_logdir, shows_the_last_lines_of_current)
{
	append("a\nb\nc\n");
	cr_assert_str_eq(tail(2), "b\nc\n");
	logdir_close(&l);
	cr_assert_str_eq(tail(3), "a\nb\nc\n");
	logdir_close(&l);
	cr_assert_str_eq(tail(9), "a\nb\nc\n");
	logdir_close(&l);
	cr_assert_str_eq(tail(0), "");
}

Test(svctl_logdir, goes_back_into_what_was_rotated)
{
	append("a\nb\n");
	rotate(1);
	append("c\n");
	rotate(2);
	append("d\n");
	cr_assert_str_eq(tail(1), "d\n");
	logdir_close(&l);
	cr_assert_str_eq(tail(2), "c\nd\n");
	logdir_close(&l);
	cr_assert_str_eq(tail(3), "b\nc\nd\n");
	logdir_close(&l);
	cr_assert_str_eq(tail(100), "a\nb\nc\nd\n");
}

Test(svctl_logdir, counts_a_line_that_is_not_finished)
{
	append("a\nb\nc");
	cr_assert_str_eq(tail(2), "b\nc");
	append("d\n");
	cr_assert_str_eq(more(), "d\n");
}

Test(svctl_logdir, reads_lines_longer_than_a_block)
{
	static char line[50001];

	memset(line, 'x', 50000);
	append("a\n");
	append(line);
	append("\nb\n");
	cr_assert_eq(strlen(tail(2)), 50003);
}

Test(svctl_logdir, goes_on_with_what_is_written)
{
	append("a\n");
	cr_assert_str_eq(tail(10), "a\n");
	cr_assert_str_eq(more(), "");
	append("b\n");
	cr_assert_str_eq(more(), "b\n");
	cr_assert_str_eq(more(), "");
}

Test(svctl_logdir, goes_over_one_rotation)
{
	append("a\n");
	tail(10);
	append("b\n");
	rotate(1);
	append("c\n");
	cr_assert_str_eq(more(), "b\nc\n");
	append("d\n");
	cr_assert_str_eq(more(), "d\n");
	cr_assert_not(l.lost);
}

Test(svctl_logdir, goes_over_many_at_once)
{
	append("a\n");
	tail(10);
	for (unsigned int i = 1; i < 8; i++) {
		char text[8];

		snprintf(text, sizeof text, "%u\n", i);
		append(text);
		rotate(i);
	}
	append("8\n");
	cr_assert_str_eq(more(), "1\n2\n3\n4\n5\n6\n7\n8\n");
	cr_assert_str_eq(more(), "");
	cr_assert_not(l.lost);
}

Test(svctl_logdir, waits_while_there_is_no_current)
{
	append("a\n");
	tail(10);
	append("b\n");
	rotate(1);
	cr_assert_str_eq(more(), "b\n", "the one it holds is read to its end");
	cr_assert_str_eq(more(), "");
	append("c\n");
	cr_assert_str_eq(more(), "c\n");
}

Test(svctl_logdir, begins_before_there_is_anything)
{
	cr_assert_str_eq(tail(10), "");
	cr_assert_str_eq(more(), "");
	append("a\n");
	cr_assert_str_eq(more(), "a\n");
	rotate(1);
	append("b\n");
	cr_assert_str_eq(more(), "b\n");
}

Test(svctl_logdir, begins_where_only_rotated_files_are)
{
	append("a\n");
	rotate(1);
	cr_assert_str_eq(tail(10), "a\n");
	append("b\n");
	cr_assert_str_eq(more(), "b\n");
}

Test(svctl_logdir, says_when_files_went_unread)
{
	append("a\n");
	tail(10);
	rotate(1);
	append("b\n");
	rotate(2);
	append("c\n");
	drop(1);
	drop(2);
	cr_assert_str_eq(more(), "c\n");
	cr_assert(l.lost, "b was removed before it was read");
}

Test(svctl_logdir, is_not_confused_by_old_files_that_go)
{
	append("old\n");
	rotate(1);
	append("a\n");
	tail(1);
	drop(1);
	append("b\n");
	rotate(2);
	append("c\n");
	cr_assert_str_eq(more(), "b\nc\n");
	cr_assert_not(l.lost);
}

/* A processor makes another file of what was current: with the same text it is the same to us. */
Test(svctl_logdir, does_not_show_twice_what_a_processor_has_made)
{
	append("a\n");
	tail(10);
	append("b\n");
	rotate(1);
	drop(1);
	scratch_text(&dir, "@000000000000000000000001.s", "a\nb\n");
	append("c\n");
	cr_assert_str_eq(more(), "b\nc\n");
	cr_assert_not(l.lost);
}

Test(svctl_logdir, does_not_show_twice_what_a_processor_is_at_work_on)
{
	append("a\n");
	tail(10);
	cr_assert_eq(renameat(dir.fd, "current", dir.fd, "previous"), 0);
	append("b\n");
	cr_assert_str_eq(more(), "b\n");
	cr_assert_eq(unlinkat(dir.fd, "previous", 0), 0);
	scratch_text(&dir, "@000000000000000000000001.s", "a\n");
	rotate(2);
	append("c\n");
	cr_assert_str_eq(more(), "c\n");
	cr_assert_not(l.lost);
}

Test(svctl_logdir, leaves_out_what_is_packed)
{
	scratch_put(&dir, "@000000000000000000000001.s", "\x1f\x8b\x08\0\0\0\n\n\n", 9);
	append("a\n");
	cr_assert_str_eq(tail(10), "a\n");
}

Test(svctl_logdir, takes_no_other_file_for_a_log)
{
	scratch_text(&dir, "@not-one", "x\n");
	scratch_text(&dir, "state", "x\n");
	scratch_text(&dir, "@1.t", "x\n");
	cr_assert_eq(symlinkat("/etc/passwd", dir.fd, "@000000000000000000000001.s"), 0);
	cr_assert_eq(mkfifoat(dir.fd, "@000000000000000000000002.s", 0600), 0);
	append("a\n");
	cr_assert_str_eq(tail(10), "a\n");
}

Test(svctl_logdir, follows_no_link_for_current)
{
	cr_assert_eq(symlinkat("/etc/passwd", dir.fd, "current"), 0);
	cr_assert_eq(logdir_open(&l, dir.path), 0);
	cr_assert_eq(logdir_tail(&l, 10, on_bytes, &got), -ELOOP);
	cr_assert_eq(got.len, 0);
}

Test(svctl_logdir, says_what_is_wrong_with_a_directory)
{
	char path[80];

	snprintf(path, sizeof path, "%s/none", dir.path);
	cr_assert_eq(logdir_open(&l, path), -ENOENT);
	scratch_text(&dir, "none", "");
	cr_assert_eq(logdir_open(&l, path), -ENOTDIR);
}

Test(svctl_logdir, is_woken_by_a_line)
{
	struct pollfd p;

	append("a\n");
	tail(10);
	append("b\n");
	cr_assert_eq(l.timeout_ms, -1, "nothing is looked at again and again here");
	p = (struct pollfd){ .fd = l.infd, .events = POLLIN };
	cr_assert_eq(poll(&p, 1, 0), 1);
	cr_assert_eq(logdir_wait(&l, -1), 0);
	cr_assert_eq(poll(&p, 1, 0), 0, "what woke it is taken");
}

Test(svctl_logdir, ends_when_nobody_reads_what_it_prints)
{
	int fds[2];

	append("a\n");
	tail(10);
	cr_assert_eq(pipe(fds), 0);
	close(fds[0]);
	cr_assert_eq(logdir_wait(&l, fds[1]), -EPIPE);
	close(fds[1]);
}

/* Rotated between any two calls of the reader, in any order: each line once. */
Test(svctl_logdir, loses_and_doubles_nothing_in_any_order)
{
	for (unsigned int pattern = 0; pattern < 128; pattern++) {
		static char all[65536], want[65536];
		unsigned int stamp = 1, line = 0;

		all[0] = want[0] = '\0';
		append("0\n");
		strcat(all, tail(10));
		strcat(want, "0\n");
		for (unsigned int bit = 0; bit < 7; bit++) {
			char text[16];

			if (pattern >> bit & 1) {
				rotate(stamp++);
				if (bit % 3 == 0)
					strcat(all, more());
			}
			snprintf(text, sizeof text, "%u\n", ++line);
			append(text);
			strcat(want, text);
			if (bit % 2)
				strcat(all, more());
		}
		strcat(all, more());
		cr_assert_str_eq(all, want, "pattern %x", pattern);
		cr_assert_not(l.lost, "pattern %x", pattern);
		logdir_close(&l);
		for (unsigned int i = 1; i < stamp; i++)
			drop(i);
		cr_assert_eq(unlinkat(dir.fd, "current", 0), 0);
	}
}

/* The steps of a rotation as s6-log takes them; the file is under two names, or none that is known, meanwhile. */
static void rotation_step(unsigned int step, unsigned int stamp, const char *line)
{
	char name[32];

	snprintf(name, sizeof name, "@%024x.s", stamp);
	switch (step) {
	case 0:
		cr_assert_eq(renameat(dir.fd, "current", dir.fd, "previous"), 0);
		break;
	case 1:
		append(line);
		break;
	case 2:
		cr_assert_eq(linkat(dir.fd, "previous", dir.fd, name, 0), 0);
		break;
	default:
		cr_assert_eq(unlinkat(dir.fd, "previous", 0), 0);
	}
}

Test(svctl_logdir, loses_and_doubles_nothing_between_the_steps_of_a_rotation)
{
	for (unsigned int pattern = 0; pattern < 256; pattern++) {
		static char all[4096];

		append("0\n");
		snprintf(all, sizeof all, "%s", tail(10));
		for (unsigned int at = 0; at < 8; at++) {
			rotation_step(at % 4, 1 + at / 4, at < 4 ? "1\n" : "2\n");
			if (pattern >> at & 1)
				strcat(all, more());
		}
		append("3\n");
		strcat(all, more());
		cr_assert_str_eq(all, "0\n1\n2\n3\n", "pattern %x", pattern);
		cr_assert_not(l.lost, "pattern %x", pattern);
		logdir_close(&l);
		drop(1);
		drop(2);
		cr_assert_eq(unlinkat(dir.fd, "current", 0), 0);
	}
}

Test(svctl_logdir, begins_between_any_two_steps_of_a_rotation)
{
	for (unsigned int begin_at = 0; begin_at < 8; begin_at++) {
		static char all[4096];

		append("0\n");
		all[0] = '\0';
		for (unsigned int at = 0; at < 8; at++) {
			rotation_step(at % 4, 1 + at / 4, at < 4 ? "1\n" : "2\n");
			if (at == begin_at)
				strcat(all, tail(10));
		}
		append("3\n");
		strcat(all, more());
		cr_assert_str_eq(all, "0\n1\n2\n3\n", "begun at %u", begin_at);
		cr_assert_not(l.lost, "begun at %u", begin_at);
		logdir_close(&l);
		drop(1);
		drop(2);
		cr_assert_eq(unlinkat(dir.fd, "current", 0), 0);
	}
}

Test(svctl_logname, reads_the_directory_from_a_run_script)
{
	static const struct { const char *script, *want; } rows[] = {
		{ "#!/bin/sh\nexec s6-log T /var/log/web\n", "/var/log/web" },
		{ "#!/bin/sh\nexec /command/s6-setuidgid app s6-log n10 s1000000 T '/var/log/web'", "/var/log/web" },
		{ "#!/bin/sh\nexec s6-log T \"$dir\"\n", NULL },
		{ "#!/bin/sh\nexec s6-log T /var/$dir\n", NULL },
		{ "#!/bin/sh\nexec s6-log T logs\n", NULL },
		{ "#!/bin/sh\nexec cat\n", NULL },
		{ "# s6-log /var/log/x\n", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char path[64] = "";
		int r = logname_of_script(rows[i].script, strlen(rows[i].script), path, sizeof path);

		cr_assert_eq(r, rows[i].want != NULL ? 0 : -ENOENT, "%s", rows[i].script);
		cr_assert_str_eq(path, rows[i].want != NULL ? rows[i].want : "", "%s", rows[i].script);
	}
}
