/* The rows of [access] on plain words; who somebody is comes from a list. */
#include <criterion/criterion.h>

#include <string.h>

#include "access.h"

/* A peer is the words that are true of him. */
static bool is(const void *peer, const struct word *who)
{
	for (const char *const *w = peer; *w; w++)
		if (word_is(who, *w))
			return true;
	return false;
}

static const char *const alice[] = { "alice", "@ops", "10005", NULL };
static const char *const bob[] = { "bob", NULL };

static bool may(const char *row, const char *const *peer, const char *slot)
{
	struct access_grant g;

	access_grant(&g, row, is, peer);
	return access_covers(&g, slot);
}

Test(access, an_empty_row_names_nobody)
{
	cr_expect_not(may("", alice, "web"));
	cr_expect_not(may("", alice, NULL));
}

Test(access, a_user_a_number_a_group_and_everybody)
{
	cr_expect(may("alice", alice, "web"));
	cr_expect(may("10005", alice, NULL));
	cr_expect(may("root, @ops", alice, "web"));
	cr_expect_not(may("root, @ops", bob, "web"));
	cr_expect(may("*", bob, NULL));
	cr_expect_not(may("alic, alicee, @op, ops", alice, "web"));
}

Test(access, a_prefix_limits_a_word_to_slots_that_begin_so)
{
	cr_expect(may("gateway-:alice", alice, "gateway-mail"));
	cr_expect(may("gateway-:alice", alice, "gateway-"));
	cr_expect_not(may("gateway-:alice", alice, "gateway"));
	cr_expect_not(may("gateway-:alice", alice, "web"));
	cr_expect_not(may("gateway-:alice", bob, "gateway-mail"));
	cr_expect_not(may("gateway-:*", bob, NULL), "what is about no slot has no prefix");
	cr_expect(may("web:@ops, gateway-:*", bob, "gateway-mail"));
	cr_expect_not(may("web:@ops, gateway-:*", bob, "web"));
	cr_expect(may("web:@ops, gateway-:*", alice, "web"));
}

Test(access, more_prefixes_than_there_is_room_for_give_less_and_not_more)
{
	char row[40 * 8 + 1] = "";

	for (int i = 0; i < 40; i++)
		strcat(row, "x:*,");
	strcat(row, "y:*");
	cr_expect(may(row, bob, "xy"));
	cr_expect_not(may(row, bob, "y"));
}

Test(access, words_that_are_none)
{
	static const char *const good[] = { "*", "app", "10000", "@ops", "@27", "g-:*", "g-:@ops", "a.b:c_d" };
	static const char *const bad[] = { "", ":", "x:", ":x", "@", "-x", ".x", "x:y:z", "a/b", "**", "x:@", "@-x" };

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		cr_expect(access_word_ok(&(struct word){ good[i], strlen(good[i]) }), "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_expect_not(access_word_ok(&(struct word){ bad[i], strlen(bad[i]) }), "%s", bad[i]);
}
