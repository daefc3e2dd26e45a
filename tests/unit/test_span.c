/* Lengths of time and stamps as text. */
#include <criterion/criterion.h>

#include "span.h"

Test(span, two_units_at_most)
{
	static const struct {
		int64_t seconds;
		const char *want;
	} rows[] = {
		{ -5, "0s" }, { 0, "0s" }, { 59, "59s" }, { 60, "1m00s" }, { 123, "2m03s" }, { 3599,
			"59m59s" },
		{ 3600, "1h00m" }, { 86399, "23h59m" }, { 86400, "1d00h" }, { 273600, "3d04h" },
		{ 99 * 86400 + 86399, "99d23h" }, { 100 * 86400, "100d" }, { 36525LL * 86400,
			"36525d" },
		{ INT64_MAX, "99999d" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char buf[SPAN_TEXT];

		cr_assert_str_eq(span_format(buf, rows[i].seconds), rows[i].want);
		cr_assert_leq(strlen(buf), 6, "the column is six wide: %s", buf);
	}
}

Test(span, stamps_are_utc)
{
	struct timespec t = { .tv_sec = 0 };
	char buf[STAMP_TEXT];

	cr_assert_str_eq(span_stamp(buf, &t), "1970-01-01T00:00:00Z");
	t.tv_sec = 1767225599;
	t.tv_nsec = 999999999;
	cr_assert_str_eq(span_stamp(buf, &t), "2025-12-31T23:59:59Z");
}

Test(span, a_year_with_five_digits_does_not_break_the_form)
{
	struct timespec t = { .tv_sec = INT64_C(253402300800) };
	char buf[STAMP_TEXT];

	cr_assert_str_eq(span_stamp(buf, &t), "9999-12-31T23:59:59Z");
	t.tv_sec = INT64_MAX;
	cr_assert_str_eq(span_stamp(buf, &t), "9999-12-31T23:59:59Z");
}
