/* "did you mean": distance and choice. */
#include <criterion/criterion.h>

#include "suggest.h"

static const char *const names[] = { "gateway-mail", "gateway-mail/log", "restart", "start",
	"status", "stop", "web" };
#define N (sizeof names / sizeof names[0])

Test(suggest, equal_words_are_no_distance_apart)
{
	cr_assert_eq(suggest_distance("", ""), 0);
	cr_assert_eq(suggest_distance("web", "web"), 0);
}

Test(suggest, each_kind_of_edit_counts_one)
{
	cr_assert_eq(suggest_distance("web", "webs"), 1, "insert");
	cr_assert_eq(suggest_distance("webs", "web"), 1, "delete");
	cr_assert_eq(suggest_distance("web", "wet"), 1, "replace");
	cr_assert_eq(suggest_distance("web", "wbe"), 1, "swap");
	cr_assert_eq(suggest_distance("", "abc"), 3);
	cr_assert_eq(suggest_distance("kitten", "sitting"), 3);
}

Test(suggest, distance_is_the_same_both_ways)
{
	for (size_t i = 0; i < N; i++)
		for (size_t j = 0; j < N; j++)
			cr_assert_eq(suggest_distance(names[i], names[j]),
				suggest_distance(names[j], names[i]));
}

Test(suggest, a_slip_of_the_finger_finds_the_name)
{
	cr_assert_str_eq(suggest_nearest("statsu", names, N), "status");
	cr_assert_str_eq(suggest_nearest("wbe", names, N), "web");
	cr_assert_str_eq(suggest_nearest("gatway-mail", names, N), "gateway-mail");
}

Test(suggest, the_beginning_of_a_name_finds_it)
{
	cr_assert_str_eq(suggest_nearest("gateway", names, N), "gateway-mail");
}

Test(suggest, the_last_part_of_a_name_finds_it)
{
	cr_assert_str_eq(suggest_nearest("mail", names, N), "gateway-mail");
	cr_assert_null(suggest_nearest("ail", names, N));
	cr_assert_null(suggest_nearest("log", names, N));
}

Test(suggest, what_is_far_from_all_finds_nothing)
{
	cr_assert_null(suggest_nearest("xyzzy", names, N));
	cr_assert_null(suggest_nearest("", names, N));
	cr_assert_null(suggest_nearest("web", names, 0));
}

Test(suggest, very_long_words_are_compared_by_their_beginning)
{
	char a[4096], b[4096];

	memset(a, 'x', sizeof a - 1);
	memset(b, 'x', sizeof b - 1);
	a[sizeof a - 1] = b[sizeof b - 1] = '\0';
	b[sizeof b - 2] = 'y';
	cr_assert_eq(suggest_distance(a, b), 0);
	b[0] = 'y';
	cr_assert_eq(suggest_distance(a, b), 1);
}
