#include "globwords.h"

#include "scratch.h"

static void expect(const char *text, char *const *more, const char *const *want)
{
	char **got = globwords(text, more);
	size_t i = 0;

	cr_assert_not_null(got);
	for (; want[i]; i++)
		cr_assert_str_eq(got[i] ? got[i] : "(end)", want[i], "word %zu of '%s'", i, text);
	cr_assert_null(got[i], "'%s' has more words: %s", text, got[i]);
}

Test(globwords, nothing_is_no_word)
{
	expect(NULL, NULL, (const char *const[]){ NULL });
	expect("", NULL, (const char *const[]){ NULL });
	expect(" \t\n", NULL, (const char *const[]){ NULL });
}

Test(globwords, cuts_at_blanks_and_quotes_nothing)
{
	expect(" echo 'a  b'\t$HOME;\n\\*x ", NULL,
		(const char *const[]){ "echo", "'a", "b'", "$HOME;", "\\*x", NULL });
}

Test(globwords, words_of_others_are_kept_as_they_are)
{
	char *more[] = { (char[]){ "two  three" }, (char[]){ "" }, (char[]){ "/*" }, NULL };

	expect("one", more, (const char *const[]){ "one", "two  three", "", "/*", NULL });
	expect(NULL, more, (const char *const[]){ "two  three", "", "/*", NULL });
}

Test(globwords, a_pattern_becomes_its_matches_in_order)
{
	struct scratch s = scratch_make();
	char text[80], a[60], b[60], none[60];

	(void)snprintf(a, sizeof(a), "%s/a1", s.path);
	(void)snprintf(b, sizeof(b), "%s/a2", s.path);
	(void)snprintf(none, sizeof(none), "%s/z*", s.path);
	close(open(b, O_CREAT | O_WRONLY, 0600));
	close(open(a, O_CREAT | O_WRONLY, 0600));
	(void)snprintf(text, sizeof(text), "x %s/a? y", s.path);
	expect(text, NULL, (const char *const[]){ "x", a, b, "y", NULL });
	expect(none, NULL, (const char *const[]){ none, NULL });
	unlink(a);
	unlink(b);
	rmdir(s.path);
}
