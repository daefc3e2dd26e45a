#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "slotfile.h"

#define BEGIN "#!/command/hexad-slot\n"

static struct slotfile f;

Test(slotfile, a_line_is_a_key_a_blank_and_a_value)
{
	slotfile_begin(&f);
	slotfile_add(&f, SLOTFILE_USER, "app");
	slotfile_add(&f, SLOTFILE_EXEC, "");
	slotfile_key(&f, SLOTFILE_LOG_DIR);
	slotfile_value(&f, "logs/", 5);
	slotfile_value(&f, "coder and more", 5);
	slotfile_end_line(&f);
	cr_assert_eq(slotfile_end(&f), 0);
	cr_expect_str_eq(f.buf, BEGIN "user app\nexec \nlog-dir logs/coder\n");
	cr_expect_eq(f.len, strlen(f.buf));
}

Test(slotfile, every_value_comes_back_as_it_was)
{
	static const char *const values[] = { "", " ", "a b", "\n", "\\", "\\n", "a\nb\\\nc", "'$(x)' \"y\"\t",
		"\xff\xfe\x01", "exec x\n" };
	const size_t n = sizeof(values) / sizeof(*values);
	enum slotfile_key key;
	char *at, *value;

	slotfile_begin(&f);
	for (size_t i = 0; i < n * SLOTFILE_KEYS; i++)
		slotfile_add(&f, (enum slotfile_key)(i / n), values[i % n]);
	cr_assert_eq(slotfile_end(&f), 0);
	at = slotfile_open(f.buf);
	cr_assert(at);
	for (size_t i = 0; i < n * SLOTFILE_KEYS; i++) {
		cr_assert_eq(slotfile_next(&at, &key, &value), 1, "line %zu", i);
		cr_expect_eq(key, i / n);
		cr_expect_str_eq(value, values[i % n]);
	}
	cr_expect_eq(slotfile_next(&at, &key, &value), 0);
}

Test(slotfile, what_does_not_fit_is_an_error_and_stays_one)
{
	static char line[1000];

	memset(line, 'a', sizeof(line) - 1);
	slotfile_begin(&f);
	for (int i = 0; i < 16; i++)
		slotfile_add(&f, SLOTFILE_ENV, line);
	cr_expect_eq(slotfile_end(&f), 0);
	slotfile_add(&f, SLOTFILE_ENV, line);
	cr_expect_eq(slotfile_end(&f), -E2BIG);
	slotfile_add(&f, SLOTFILE_USER, "x");
	cr_expect_eq(slotfile_end(&f), -E2BIG);
}

Test(slotfile, a_text_of_something_else_is_not_opened)
{
	static const char *const texts[] = { "", "#!", "#!/bin/sh", "user app\n", "#\n", "\n#!/command/hexad-slot\n" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		strcpy(f.buf, texts[i]);
		cr_expect_null(slotfile_open(f.buf), "%s", texts[i]);
	}
}

Test(slotfile, a_line_that_is_none_is_refused_at_its_place)
{
	static const char *const lines[] = { "\n", " app\n", "user\n", "user app", "User app\n", "use r\n", "userx app\n",
		"env a\\b\n", "env a\\\n", "log- x\n", "exec", "# a comment\n" };
	enum slotfile_key key;
	char *at, *value;

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		strcpy(f.buf, BEGIN "user app\n");
		strcat(f.buf, lines[i]);
		at = slotfile_open(f.buf);
		cr_assert_eq(slotfile_next(&at, &key, &value), 1);
		cr_expect_eq(slotfile_next(&at, &key, &value), -EBADMSG, "%s", lines[i]);
		cr_expect_eq(at, f.buf + strlen(BEGIN) + strlen("user app\n"), "%s", lines[i]);
	}
}
