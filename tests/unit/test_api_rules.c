/* Who may do what on the control socket, who gets a place, when a wait is over. */
#include <criterion/criterion.h>

#include <stdio.h>

#include "api_rules.h"

#define ROOT 0
#define TREE 10000
#define SLOT 10001
#define OTHER 10002

Test(api_rules, rights_follow_the_first_rule)
{
	static const uid_t peers[] = { ROOT, TREE, SLOT, OTHER };
	static const struct {
		enum api_right right;
		const char *may; /* of these peers, in their order */
	} rows[] = {
		{ RIGHT_ANY, "yyyy" }, { RIGHT_OBSERVE, "yyyn" }, { RIGHT_OPERATE, "yyyn" },
		{ RIGHT_REGISTER, "yyyn" }, { RIGHT_ADMIN, "yynn" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (size_t p = 0; p < 4; p++)
			cr_assert_eq(api_rule_allows(rows[i].right, peers[p], TREE, SLOT), rows[i].may[p] == 'y',
				"row %zu, peer %zu", i, p);
}

static void fill(struct api_seat seats[API_SEATS], size_t from, size_t n, uid_t uid, bool busy)
{
	for (size_t i = from; i < from + n; i++)
		seats[i] = (struct api_seat){ .used = true, .busy = busy, .uid = uid,
			.since = 1000 - (int64_t)i };
}

Test(api_rules, an_empty_house_has_room_for_everybody)
{
	struct api_seat seats[API_SEATS] = { { .used = false } };

	cr_assert_eq(api_rule_seat(seats, API_SEATS, ROOT, TREE), API_SEAT_FREE);
	cr_assert_eq(api_rule_seat(seats, API_SEATS, OTHER, TREE), API_SEAT_FREE);
}

Test(api_rules, who_has_used_up_his_share_loses_his_own_idlest_client)
{
	struct api_seat seats[API_SEATS] = { { .used = false } };

	fill(seats, 0, 2, TREE, false);
	fill(seats, 2, API_SEATS_UID, OTHER, false);
	cr_assert_eq(api_rule_seat(seats, API_SEATS, OTHER, TREE), 2 + API_SEATS_UID - 1);
	cr_assert_eq(api_rule_seat(seats, API_SEATS, TREE, TREE), API_SEAT_FREE);
	cr_assert_eq(api_rule_seat(seats, API_SEATS, ROOT, TREE), API_SEAT_FREE);
}

Test(api_rules, a_client_with_a_request_is_not_sent_away)
{
	struct api_seat seats[API_SEATS] = { { .used = false } };

	fill(seats, 0, API_SEATS_UID, OTHER, true);
	cr_assert_eq(api_rule_seat(seats, API_SEATS, OTHER, TREE), API_SEAT_NONE);
	seats[5].busy = false;
	cr_assert_eq(api_rule_seat(seats, API_SEATS, OTHER, TREE), 5);
}

/*
 * Whatever others hold and however busy they are, root gets in, and so does the owner up to his
 * share.
 */
Test(api_rules, others_can_never_take_the_last_places)
{
	struct api_seat seats[API_SEATS] = { { .used = false } };
	size_t used = 0;

	for (uid_t uid = 20000; uid < 20100; uid++)
		for (int i = 0; i < API_SEATS_UID; i++)
			if (api_rule_seat(seats, API_SEATS, uid, TREE) == API_SEAT_FREE)
				fill(seats, used++, 1, uid, true);
	cr_assert_eq(used, API_SEATS_OTHERS);
	for (int i = 0; i < API_SEATS_OWNER; i++) {
		cr_assert_eq(api_rule_seat(seats, API_SEATS, TREE, TREE), API_SEAT_FREE);
		fill(seats, used++, 1, TREE, true);
	}
	cr_assert_eq(api_rule_seat(seats, API_SEATS, TREE, TREE), API_SEAT_NONE);
	cr_assert_eq(api_rule_seat(seats, API_SEATS, ROOT, TREE), API_SEAT_FREE);
}

Test(api_rules, root_gets_in_where_the_house_is_full_of_root)
{
	struct api_seat seats[API_SEATS];

	fill(seats, 0, API_SEATS, ROOT, false);
	cr_assert_eq(api_rule_seat(seats, API_SEATS, ROOT, ROOT), API_SEATS - 1);
}

static enum api_verdict run(enum sv_state state, bool want_up, bool pending, bool noted, int64_t started)
{
	struct api_glimpse g = { .state = state, .want_up = want_up, .exec_pending = pending,
		.noted = noted,
		.started_ns = started };

	return api_rule_wait(WAIT_RUN, 100, &g);
}

Test(api_rules, a_start_is_done_by_another_run_than_the_one_before)
{
	cr_assert_eq(run(SV_UP, true, false, false, 200), VERDICT_DONE);
	cr_assert_eq(run(SV_UP, true, false, false, 100), VERDICT_WAIT, "still the old run");
	cr_assert_eq(run(SV_UP, true, true, false, 200), VERDICT_WAIT,
		"its exec is not known to have worked");
	cr_assert_eq(run(SV_FINISH, true, false, false, 100), VERDICT_WAIT);
	cr_assert_eq(run(SV_DOWN, true, false, false, 100), VERDICT_WAIT,
		"held back by the throttle");
}

Test(api_rules, a_start_that_cannot_be_is_told)
{
	cr_assert_eq(run(SV_DOWN, true, false, true, 100), VERDICT_FAILED);
	cr_assert_eq(run(SV_DOWN, false, false, false, 100), VERDICT_SUPERSEDED,
		"somebody stopped it");
	cr_assert_eq(run(SV_LASTUP, true, false, false, 200), VERDICT_SUPERSEDED);
	cr_assert_eq(run(SV_LASTFINISH, true, false, false, 100), VERDICT_SUPERSEDED);
	cr_assert_eq(run(SV_GONE, true, false, false, 100), VERDICT_SUPERSEDED);
}

Test(api_rules, a_stop_waits_for_finish_too)
{
	for (int state = SV_DOWN; state < SV_STATES; state++) {
		struct api_glimpse g = { .state = (enum sv_state)state };
		enum api_verdict want = state == SV_DOWN || state == SV_GONE ? VERDICT_DONE
			: VERDICT_WAIT;

		cr_assert_eq(api_rule_wait(WAIT_DOWN, 0, &g), want, "%s",
			sv_state_name((enum sv_state)state));
	}
}

Test(api_rules, who_waits_for_nothing_waits)
{
	struct api_glimpse g = { .state = SV_DOWN };

	cr_assert_eq(api_rule_wait(WAIT_NONE, 0, &g), VERDICT_WAIT);
}

static enum api_verdict once(enum sv_state state, bool pending, bool noted, int64_t started)
{
	struct api_glimpse g = { .state = state, .exec_pending = pending, .noted = noted,
		.started_ns = started };

	return api_rule_wait(WAIT_ONCE, 100, &g);
}

Test(api_rules, a_run_that_is_wanted_once_may_be_over_already)
{
	cr_assert_eq(once(SV_UP, false, false, 200), VERDICT_DONE);
	cr_assert_eq(once(SV_FINISH, false, false, 200), VERDICT_DONE);
	cr_assert_eq(once(SV_DOWN, false, false, 200), VERDICT_DONE);
	cr_assert_eq(once(SV_UP, true, false, 200), VERDICT_WAIT, "its exec is not known to have worked");
	cr_assert_eq(once(SV_DOWN, false, false, 100), VERDICT_WAIT, "its predecessor is still there");
	cr_assert_eq(once(SV_DOWN, false, true, 200), VERDICT_FAILED);
	cr_assert_eq(once(SV_GONE, false, false, 200), VERDICT_SUPERSEDED);
}

Test(api_rules, a_reader_of_events_loses_only_what_the_ring_has_lost)
{
	cr_assert_eq(api_rule_events_from(0, 0, 4), 0);
	cr_assert_eq(api_rule_events_from(4, 0, 4), 0, "the ring is just full");
	cr_assert_eq(api_rule_events_from(5, 0, 4), 1);
	cr_assert_eq(api_rule_events_from(50, 45, 4), 46);
	cr_assert_eq(api_rule_events_from(50, 46, 4), 46);
	cr_assert_eq(api_rule_events_from(50, 50, 4), 50);
}
