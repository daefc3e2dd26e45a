/* Numbers: digits alone, up to the greatest and no further. */
#include "number.h"

#include <criterion/criterion.h>
#include <string.h>

Test(number, takes_digits_up_to_the_greatest)
{
	static const struct {
		const char *text;
		unsigned int base;
		uint64_t max, n;
		bool ok;
	} rows[] = {
		{ "0", 10, 0, 0, true },
		{ "1", 10, 0, 0, false },
		{ "007", 10, 7, 7, true },
		{ "8", 10, 7, 0, false },
		{ "10", 10, 9, 0, false },
		{ "18446744073709551615", 10, UINT64_MAX, UINT64_MAX, true },
		{ "18446744073709551616", 10, UINT64_MAX, 0, false },
		{ "99999999999999999999", 10, UINT64_MAX, 0, false },
		{ "7777", 8, 07777, 07777, true },
		{ "10000", 8, 07777, 0, false },
		{ "8", 8, 07777, 0, false },
		{ "", 10, 9, 0, false },
		{ " 1", 10, 9, 0, false },
		{ "1 ", 10, 9, 0, false },
		{ "+1", 10, 9, 0, false },
		{ "-1", 10, 9, 0, false },
		{ "1x", 10, 9, 0, false },
		{ ":", 10, 99, 0, false },
		{ "/", 10, 99, 0, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t n = 4711;
		bool ok = number_parse(rows[i].text, strlen(rows[i].text), rows[i].base, rows[i].max, &n);

		cr_expect_eq(ok, rows[i].ok, "'%s'", rows[i].text);
		cr_expect_eq(n, rows[i].ok ? rows[i].n : 4711, "'%s'", rows[i].text);
	}
}

Test(number, reads_a_piece_of_a_text)
{
	uint64_t n = 0;
	uint32_t n32 = 7;

	cr_expect(number_parse("12:34", 2, 10, 99, &n));
	cr_expect_eq(n, 12);
	cr_expect(number_u32("4294967295", &n32));
	cr_expect_eq(n32, 4294967295U);
	cr_expect_not(number_u32("4294967296", &n32));
	cr_expect_eq(n32, 4294967295U);
}
