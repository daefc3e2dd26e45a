/* TAI64N labels: known ones, every leap second, and what is no label. */
#include "tai.h"

#include <criterion/criterion.h>
#include <string.h>

static const long leaps[] = {
	78796800,
	94694400,
	126230400,
	157766400,
	189302400,
	220924800,
	252460800,
	283996800,
	315532800,
	362793600,
	394329600,
	425865600,
	489024000,
	567993600,
	631152000,
	662688000,
	709948800,
	741484800,
	773020800,
	820454400,
	867715200,
	915148800,
	1136073600,
	1230768000,
	1341100800,
	1435708800,
	1483228800,
};

static uint64_t label_of(long sec)
{
	struct timespec t = {.tv_sec = sec};
	uint8_t raw[TAI64N_SIZE];
	uint64_t v = 0;
	int i;

	tai64n_pack(raw, &t);
	for (i = 0; i < 8; i++)
		v = v << 8 | raw[i];
	return v;
}

static struct timespec of_label(uint64_t label)
{
	uint8_t raw[TAI64N_SIZE] = {0};
	struct timespec t;
	int i;

	for (i = 7; i >= 0; i--) {
		raw[i] = (uint8_t)label;
		label >>= 8;
	}
	tai64n_unpack(raw, &t);
	return t;
}

Test(tai, packs_the_label_that_s6_wrote)
{
	/* From s6 2.11 at a known second. */
	static const uint8_t want[] = {
		0x40, 0, 0, 0, 0x6b, 0x04, 0x8c, 0x3f, 0x0c, 0x11, 0x84, 0x23};
	struct timespec t = {1795460122, 0x0c118423};
	uint8_t raw[TAI64N_SIZE];

	tai64n_pack(raw, &t);
	cr_assert_arr_eq(raw, want, sizeof(want));
}

Test(tai, counts_every_leap_second_from_its_second_on)
{
	const uint64_t base = (uint64_t)1 << 62;
	size_t i;

	cr_assert_eq(label_of(0), base + 10);
	for (i = 0; i < sizeof(leaps) / sizeof(leaps[0]); i++) {
		uint64_t at = base + (uint64_t)leaps[i] + 10 + i;

		cr_expect_eq(label_of(leaps[i] - 1), at - 1, "before leap %zu", i);
		cr_expect_eq(label_of(leaps[i]), at + 1, "after leap %zu", i);
	}
	cr_assert_eq(label_of(1800000000), base + 1800000037);
}

Test(tai, reads_a_leap_second_as_the_second_before)
{
	size_t i;

	for (i = 0; i < sizeof(leaps) / sizeof(leaps[0]); i++) {
		uint64_t after = label_of(leaps[i]);

		cr_expect_eq(of_label(after).tv_sec, leaps[i], "after leap %zu", i);
		cr_expect_eq(of_label(after - 1).tv_sec, leaps[i] - 1, "leap %zu", i);
		cr_expect_eq(of_label(after - 2).tv_sec, leaps[i] - 1, "before leap %zu", i);
		cr_expect_eq(of_label(after - 3).tv_sec, leaps[i] - 2, "two before leap %zu", i);
	}
}

Test(tai, reads_back_times_before_1970_and_after_2038)
{
	static const long secs[] = {-1000000000, -11, -10, -1, 0, 1, 4294967296, 253402300799};
	size_t i;

	for (i = 0; i < sizeof(secs) / sizeof(secs[0]); i++)
		cr_expect_eq(of_label(label_of(secs[i])).tv_sec, secs[i], "%ld", secs[i]);
}

Test(tai, never_gives_more_nanoseconds_than_a_second_has)
{
	uint8_t raw[TAI64N_SIZE];
	struct timespec t;

	memset(raw, 0xff, sizeof(raw));
	tai64n_unpack(raw, &t);
	cr_assert_eq(t.tv_nsec, 999999999);
}

Test(tai, formats_and_parses_the_same_text)
{
	struct timespec t = {1795460122, 202474531};
	struct timespec back = {0, 0};
	char text[TAI64N_TEXT + 1];

	tai64n_format(text, &t);
	cr_assert_str_eq(text, "@400000006b048c3f0c118423");
	cr_assert(tai64n_parse(text, &back));
	cr_assert(back.tv_sec == t.tv_sec && back.tv_nsec == t.tv_nsec);
	cr_assert(tai64n_parse("@400000006B048C3F0C118423 and more", &back));
	cr_assert_eq(back.tv_sec, 1795460122);
}

Test(tai, refuses_what_is_no_label_and_leaves_the_result_alone)
{
	static const char *const bad[] = {
		"",
		"@",
		"400000006b048c3f0c118423",
		"@400000006b048c3f0c11842",
		"@400000006b048c3f0c11842g",
		"@g00000006b048c3f0c118423",
		" @400000006b048c3f0c118423",
		"@800000006b048c3f0c118423",
		"@400000006b048c3f3b9aca00",
		"@400000006b048c3fffffffff",
		"@40000000 b048c3f0c118423",
	};
	struct timespec t = {42, 43};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_not(tai64n_parse(bad[i], &t), "'%s'", bad[i]);
	cr_assert(t.tv_sec == 42 && t.tv_nsec == 43);
}

Test(tai, refuses_a_label_cut_at_any_place)
{
	const char whole[] = "@400000006b048c3f0c118423";
	char cut[sizeof(whole)];
	struct timespec t;
	size_t i;

	for (i = 0; i < TAI64N_TEXT; i++) {
		memcpy(cut, whole, i);
		cut[i] = '\0';
		cr_expect_not(tai64n_parse(cut, &t), "%zu characters", i);
	}
}

Test(tai, now_is_the_real_time_clock)
{
	struct timespec before, now, after;

	clock_gettime(CLOCK_REALTIME, &before);
	now = tai_now();
	clock_gettime(CLOCK_REALTIME, &after);
	cr_assert(now.tv_sec >= before.tv_sec && now.tv_sec <= after.tv_sec);
}
