/* The list of causes of s6-permafailon: what it takes, what it refuses in s6's words, what matches. */
#include <criterion/criterion.h>
#include <signal.h>

#include "../../shim/death_list.c"

static bool has(const char *text, uint8_t exitcode, uint8_t sig)
{
	struct dtally d = { .exitcode = exitcode, .sig = sig };
	struct death_list list;
	const char *why = death_list_parse(&list, text);

	cr_assert_null(why, "'%s': %s", text, why);
	return death_list_has(&list, &d);
}

Test(death_list, refuses_in_s6_s_words)
{
	static const char *const rows[][2] = {
		{ " ", "invalid status list specification" }, { ",1", "invalid status list specification" },
		{ "x", "invalid status list specification" }, { "1-2-3", "invalid status list specification" },
		{ "TERM-1", "invalid status list specification" }, { "SIG", "invalid status list specification" },
		{ "256", "invalid exit code" }, { "1-256", "invalid exit code" },
		{ "99999999999999999999999", "invalid exit code" }, { "4294967297", "invalid exit code" },
		{ "1-", "invalid interval specification" }, { "1--2", "invalid interval specification" },
		{ "1-x", "invalid interval specification" }, { "2-1", "invalid interval" },
		{ "SIG0", "invalid signal" }, { "SIG65", "invalid signal" }, { "1,SIG99", "invalid signal" },
	};
	struct death_list list;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *why = death_list_parse(&list, rows[i][0]);

		cr_expect_not_null(why, "'%s'", rows[i][0]);
		if (why)
			cr_expect_str_eq(why, rows[i][1], "'%s': %s", rows[i][0], why);
	}
}

Test(death_list, separates_at_any_number_of_blanks)
{
	static const char *const lists[] = { "1,3", "1;3", "1 3", "1\t3", "1\r\n3", "1,; \t3", "3,", "3 ", "1-5", "3TERM" };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		cr_expect(has(lists[i], 3, 0), "'%s'", lists[i]);
		cr_expect_not(has(lists[i], 6, 0), "'%s'", lists[i]);
	}
	cr_expect_not(has("", 0, 0));
}

Test(death_list, ranges_include_both_ends)
{
	for (unsigned int code = 0; code < 256; code++) {
		cr_expect_eq(has("10-20", (uint8_t)code, 0), code >= 10 && code <= 20, "%u", code);
		cr_expect(has("0-255", (uint8_t)code, 0), "%u", code);
	}
}

Test(death_list, a_signal_counts_by_its_name_its_number_and_its_exit_code)
{
	cr_expect(has("TERM", 128 + SIGTERM, SIGTERM));
	cr_expect(has("sigterm", 128 + SIGTERM, SIGTERM));
	cr_expect(has("SIG15", 128 + SIGTERM, SIGTERM));
	cr_expect(has("143", 128 + SIGTERM, SIGTERM));
	cr_expect_not(has("15", 128 + SIGTERM, SIGTERM));
	cr_expect_not(has("TERM", 128 + SIGTERM, 0), "an exit code is no signal");
	cr_expect_not(has("TERM", 128 + SIGKILL, SIGKILL));
	cr_expect(has("SIG64", 192, 64));
	/* A record that no kernel wrote. */
	cr_expect_not(has("1-100,TERM", 200, 80));
	cr_expect_not(has("TERM", 200, 255));
}
