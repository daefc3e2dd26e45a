/* UTF-8 that others have written. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

Test(svctl_utf8, a_character_is_whole_or_begun_or_none)
{
	static const struct { const char *text; int want; } rows[] = {
		{ "a", 1 }, { "\x7f", 1 }, { "\xc3\xa9", 2 }, { "\xe2\x82\xac", 3 }, { "\xf0\x9f\x98\x80", 4 },
		{ "", -1 }, { "\xc3", -1 }, { "\xe2\x82", -1 }, { "\xf0\x9f\x98", -1 },
		{ "\x80", 0 }, { "\xff", 0 }, { "\xc3z", 0 }, { "\xe2\x82z", 0 },
		/* too long for what they say */
		{ "\xc0\x9b", 0 }, { "\xc1\xbf", 0 }, { "\xe0\x82\x9b", 0 }, { "\xf0\x80\x82\x9b", 0 },
		{ "\xed\xa0\x80", 0 }, { "\xf4\x90\x80\x80", 0 }, { "\xf5\x80\x80\x80", 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_expect_eq(utf8_char(rows[i].text, strlen(rows[i].text)), rows[i].want, "row %zu", i);
}

Test(svctl_utf8, a_piece_ends_where_a_character_does)
{
	cr_expect_eq(utf8_whole("abc", 3), 3);
	cr_expect_eq(utf8_whole("ab\xc3", 3), 2);
	cr_expect_eq(utf8_whole("a\xf0\x9f\x98", 4), 1);
	cr_expect_eq(utf8_whole("ab\xc3\xa9", 4), 4);
	cr_expect_eq(utf8_whole("ab\xff", 3), 3, "what belongs to none is not waited for");
	cr_expect_eq(utf8_whole("", 0), 0);
}

/* What is printed of text that comes in pieces of n bytes. */
static void check(const char *text, size_t n, const char *want)
{
	struct utf8_rest rest = { .n = 0 };
	size_t len = strlen(text), size;
	char *printed;
	FILE *out = open_memstream(&printed, &size);

	for (size_t i = 0; i < len; i += n)
		utf8_print(out, &rest, text + i, len - i < n ? len - i : n);
	utf8_print_end(out, &rest);
	fclose(out);
	cr_expect_str_eq(printed, want, "in pieces of %zu", n);
	free(printed);
}

Test(svctl_utf8, what_moves_a_terminal_is_escaped_however_it_comes)
{
	for (size_t n = 1; n < 8; n++) {
		check("plain\ttext\n", n, "plain\ttext\n");
		check("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", n, "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
		check("\x1b[31m\x7f\r", n, "\\x1b[31m\\x7f\\x0d");
		check("\xc2\x9b" "31m", n, "\\xc2\\x9b31m");
		check("\x9b" "31m", n, "\\x9b31m");
		check("\xc0\x9b\xe0\x82\x9b", n, "\\xc0\\x9b\\xe0\\x82\\x9b");
		check("\xc2\xa0\xc3", n, "\xc2\xa0\\xc3");
		check("\xe2\x82\n", n, "\\xe2\\x82\n");
	}
}
