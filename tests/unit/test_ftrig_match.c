/* What listeners of event directories match: all that was heard, whatever bytes, without unbounded memory. */
#include <criterion/criterion.h>
#include <string.h>

#include "../../shim/ftrig_match.c"

static void hear(struct ftrig_match *m, const char *bytes)
{
	cr_assert_eq(ftrig_match_add(m, bytes, strlen(bytes)), 0);
}

Test(ftrig_match, tries_the_expression_on_all_that_came)
{
	struct ftrig_match m;

	cr_assert_eq(ftrig_match_init(&m, "^a(b|c)+d$"), 0);
	hear(&m, "ab");
	cr_expect_not(m.matched);
	hear(&m, "cb");
	cr_expect_not(m.matched);
	hear(&m, "d");
	cr_expect(m.matched);
	cr_expect_eq(m.len, 5);
	cr_expect_eq(memcmp(m.text, "abcbd", 5), 0);
	hear(&m, "e");
	cr_expect_not(m.matched, "the end is where the text ends");
	ftrig_match_release(&m);
}

Test(ftrig_match, refuses_what_is_no_expression)
{
	struct ftrig_match m;

	cr_expect_eq(ftrig_match_init(&m, "("), -EINVAL);
	cr_expect_eq(ftrig_match_init(&m, "["), -EINVAL);
}

Test(ftrig_match, an_event_may_be_any_byte)
{
	struct ftrig_match m;

	cr_assert_eq(ftrig_match_init(&m, "b"), 0);
	cr_assert_eq(ftrig_match_add(&m, "a\0", 2), 0);
	cr_expect_not(m.matched);
	cr_assert_eq(ftrig_match_add(&m, "b", 1), 0);
	cr_expect(m.matched, "behind a NUL");
	ftrig_match_release(&m);
}

Test(ftrig_match, forgets_the_oldest_when_there_is_too_much)
{
	static char flood[4096];
	struct ftrig_match m;

	memset(flood, 'x', sizeof(flood));
	cr_assert_eq(ftrig_match_init(&m, "ab"), 0);
	for (unsigned int i = 0; i < 4 * FTRIG_KEPT / sizeof(flood); i++) {
		cr_assert_eq(ftrig_match_add(&m, flood, sizeof(flood)), 0);
		cr_assert_leq(m.cap, FTRIG_KEPT);
	}
	hear(&m, "a");
	hear(&m, "b");
	cr_expect(m.matched);
	ftrig_match_release(&m);
}
