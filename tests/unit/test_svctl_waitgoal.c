/* When a wait is over: for each goal, from states and from letters. */
#include <criterion/criterion.h>

#include "waitgoal.h"

static struct wait_item after(enum wait_goal goal, const struct svstatus *st, const char *letters)
{
	struct wait_item item = { .reached = false };

	wait_state(goal, &item, st);
	for (; *letters != '\0'; letters++)
		wait_letter(goal, &item, *letters);
	return item;
}

static const struct svstatus down = { .pid = 0 }, up = { .pid = 7 }, ready = { .pid = 7, .ready = true },
	finishing = { .pid = 8, .finishing = true };

Test(svctl_waitgoal, a_state_that_is_there_already_is_enough)
{
	cr_assert(after(WAIT_FOR_UP, &up, "").reached);
	cr_assert(after(WAIT_FOR_READY, &ready, "").reached);
	cr_assert(after(WAIT_FOR_DOWN, &down, "").reached);
	cr_assert_not(after(WAIT_FOR_UP, &down, "").reached);
	cr_assert_not(after(WAIT_FOR_READY, &up, "").reached);
	cr_assert_not(after(WAIT_FOR_UP, &finishing, "").reached, "finish is not run");
	cr_assert_not(after(WAIT_FOR_DOWN, &finishing, "").reached, "finish has not ended");
}

Test(svctl_waitgoal, letters_reach_it)
{
	cr_assert(after(WAIT_FOR_UP, &down, "u").reached);
	cr_assert(after(WAIT_FOR_READY, &down, "uU").reached);
	cr_assert_not(after(WAIT_FOR_READY, &down, "u").reached);
	cr_assert(after(WAIT_FOR_DOWN, &up, "dD").reached);
	cr_assert_not(after(WAIT_FOR_DOWN, &up, "d").reached);
}

Test(svctl_waitgoal, having_been_in_the_state_is_enough)
{
	cr_assert(after(WAIT_FOR_UP, &down, "udD").reached);
	cr_assert(after(WAIT_FOR_DOWN, &up, "dDu").reached);
	cr_assert(after(WAIT_FOR_READY, &down, "uUd").reached);
}

Test(svctl_waitgoal, restarted_is_down_and_up_again)
{
	cr_assert_not(after(WAIT_FOR_RESTARTED, &up, "").reached);
	cr_assert_not(after(WAIT_FOR_RESTARTED, &up, "dD").reached);
	cr_assert_not(after(WAIT_FOR_RESTARTED, &up, "u").reached);
	cr_assert(after(WAIT_FOR_RESTARTED, &up, "dDu").reached);
	cr_assert(after(WAIT_FOR_RESTARTED, &down, "u").reached);
}

Test(svctl_waitgoal, a_gap_in_what_is_told_loses_no_restart)
{
	struct wait_item item = after(WAIT_FOR_RESTARTED, &up, "d");

	wait_state(WAIT_FOR_RESTARTED, &item, &up);
	cr_assert(item.reached);
}

Test(svctl_waitgoal, failing_for_good_ends_the_wait_for_all_but_down)
{
	cr_assert_str_eq(after(WAIT_FOR_UP, &down, "O").failed, "has failed for good: its finish script said so");
	cr_assert_not_null(after(WAIT_FOR_READY, &up, "dO").failed);
	cr_assert_not_null(after(WAIT_FOR_RESTARTED, &up, "dO").failed);
	cr_assert_null(after(WAIT_FOR_DOWN, &up, "dO").failed);
	cr_assert_not(after(WAIT_FOR_DOWN, &up, "dO").reached, "D comes next");
}

Test(svctl_waitgoal, leaving_supervision_is_being_down)
{
	cr_assert(after(WAIT_FOR_DOWN, &up, "x").reached);
	cr_assert_str_eq(after(WAIT_FOR_UP, &down, "x").failed, "has left supervision");
	cr_assert_null(after(WAIT_FOR_UP, &up, "x").failed, "it was up before");
}

Test(svctl_waitgoal, words_and_goals_are_the_same_both_ways)
{
	for (int i = 0; i < WAIT_GOALS; i++)
		cr_assert_eq(wait_goal_of(wait_goal_name((enum wait_goal)i)), i);
	cr_assert_eq(wait_goal_of("upp"), -1);
	cr_assert_eq(wait_goal_of(""), -1);
}
