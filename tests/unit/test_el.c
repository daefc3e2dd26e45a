/* execline's lexer, against what the real execlineb makes of the same text. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "el.h"

/* Words as [a][b], or the reason. */
static const char *lex(const char *text, size_t len)
{
	static char buf[4096], shown[8192];
	struct el_words w = { .buf = buf, .cap = sizeof(buf) };
	enum el_error e = el_parse(text, len, &w);
	size_t at = 0, n = 0;

	if (e != EL_FINE)
		return el_why(e);
	shown[0] = '\0';
	for (unsigned int i = 0; i < w.n; i++) {
		n += (size_t)snprintf(shown + n, sizeof(shown) - n, "[%s]", buf + at);
		at += strlen(buf + at) + 1;
	}
	cr_assert_eq(at, w.len);
	return shown;
}

static const struct { const char *text, *want; } rows[] = {
	{ "", "" },
	{ "# only a comment", "" },
	{ "#!/bin/sh\n", "" },
	{ "a \"b  c\" \"\" d\\ e x#y # z", "[a][b  c][][d e][x#y]" },
	{ "f { a \"\" { c } } d", "[f][ a][ ][  c][ ][][d]" },
	{ "\"\\t|\\0x41\\0101\\65\"", "[\t|AAA]" },
	{ "echo {x} x{ \"{\" \\}", "[echo][{x}][x{][{][}]" },
	{ "a }x }", "unmatched }" },
	{ "a {", "syntax error" },
	{ "a { ", "unmatched {" },
	{ "a { b", "unmatched {" },
	{ "a }", "unmatched }" },
	{ "a \"b", "syntax error" },
	{ "a \"\\0\"", "syntax error" },
	{ "a \"\\0x\"", "syntax error" },
	{ "a \"\\300\"", "syntax error" },
	{ "a \"\\0400\"", "syntax error" },
	{ "a \"\\01014\"", "[a][A4]" },
	{ "a \"\\0777\"", "syntax error" },
	{ "a \"\\0x414\"", "[a][A4]" },
	{ "a\\\nb", "[a\nb]" },
	{ "\\\na", "[a]" },
	{ "a \\", "[a]" },
	{ "a\\", "syntax error" },
	{ "\"a\"b\"c\"", "[abc]" },
	{ "\"a\\\nb\"", "[ab]" },
	{ "\"\\q\\$\\\"\\\\\"", "[q$\"\\]" },
	{ "\"\\a\\b\\n\\v\\f\\r\"", "[\a\b\n\v\f\r]" },
	{ "'x y'", "['x][y']" },
	{ "a\r\nb", "[a][b]" },
	{ "a \x7f\xc3\xa9", "[a][\x7f\xc3\xa9]" },
	{ "echo a && echo b; x", "[echo][a][&&][echo][b;][x]" },
	{ "a # c \\\nb", "[a][b]" },
	{ "/etc/script", "[/etc/script]" },
};

Test(el, reads_words_as_execline_does)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		cr_expect_str_eq(lex(rows[i].text, strlen(rows[i].text)), rows[i].want, "row %zu: %s gave %s", i,
			rows[i].text, lex(rows[i].text, strlen(rows[i].text)));
}

Test(el, gives_a_vector_of_the_words)
{
	char buf[64], *argv[4];
	struct el_words w = { .buf = buf, .cap = sizeof(buf) };

	cr_assert_eq(el_parse("a \"b  c\" \"\"", 11, &w), EL_FINE);
	cr_assert_eq(w.n, 3);
	el_vector(&w, argv);
	cr_expect_str_eq(argv[0], "a");
	cr_expect_str_eq(argv[1], "b  c");
	cr_expect_str_eq(argv[2], "");
	cr_expect_null(argv[3]);
	cr_assert_eq(el_parse("", 0, &w), EL_FINE);
	el_vector(&w, argv);
	cr_expect_null(argv[0]);
}

Test(el, ends_at_a_nul)
{
	cr_expect_str_eq(lex("a b\0 c {", 8), "[a][b]");
}

Test(el, says_when_words_do_not_fit)
{
	char buf[8];
	struct el_words w = { .buf = buf, .cap = sizeof(buf) };

	cr_expect_eq(el_parse("abcdefg", 7, &w), EL_FINE);
	cr_expect_eq(el_parse("abcdefgh", 8, &w), EL_LONG);
	cr_expect_eq(el_parse("a b c d e", 9, &w), EL_LONG);
}

/* Nothing that it is given makes it read or write outside; the sanitizer build looks. */
Test(el, survives_any_bytes)
{
	static const char alphabet[] = "ab \n\\\"{}#0x17";
	char *text = malloc(12);
	char buf[128];

	srand(7);
	for (int i = 0; i < 200000; i++) {
		struct el_words w = { .buf = buf, .cap = (size_t)(rand() % 128) };
		size_t len = (size_t)(rand() % 12);

		for (size_t k = 0; k < len; k++)
			text[k] = alphabet[rand() % (int)(sizeof(alphabet) - 1)];
		(void)el_parse(text, len, &w);
		cr_assert_leq(w.len, w.cap);
	}
	free(text);
}

/* The real program, where it is installed, says the same about every row without a newline of its own in a word. */
Test(el, agrees_with_execlineb)
{
	if (system("command -v execlineb >/dev/null 2>&1") != 0)
		cr_skip_test("execlineb is not installed");
	cr_assert_eq(chdir(getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp"), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char got[512];
		FILE *f = fopen("el-script", "w"), *p;
		size_t n;

		cr_assert_not_null(f);
		fprintf(f, "printf [%%s] %s", rows[i].text);
		fclose(f);
		p = popen("execlineb -P el-script 2>/dev/null", "r");
		cr_assert_not_null(p);
		n = fread(got, 1, sizeof(got) - 1, p);
		got[n] = '\0';
		if (rows[i].want[0] == '[')
			cr_expect_str_eq(got, rows[i].want, "row %zu: %s: execlineb says %s", i, rows[i].text, got);
		else if (rows[i].want[0])
			cr_expect_neq(pclose(p), 0, "row %zu: %s: execlineb takes it", i, rows[i].text);
	}
	(void)remove("el-script");
}
