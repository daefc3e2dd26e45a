/* The pause after short runs, on plain numbers. */
#include <criterion/criterion.h>

#include "backoff.h"

#define HALF (UINT32_MAX / 2)

Test(backoff, doubles_from_a_second_to_the_cap)
{
	static const uint32_t want[] = { 1000, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000 };

	for (uint32_t n = 0; n < sizeof(want) / sizeof(*want); n++)
		cr_expect_leq(labs((long)backoff_pause_ms(n, 60000, HALF) - (long)want[n]), 2, "%u", n);
}

Test(backoff, chance_makes_it_a_quarter_more_or_less_and_never_more_than_the_cap)
{
	cr_expect_eq(backoff_pause_ms(3, 60000, 0), 3000);
	cr_expect_eq(backoff_pause_ms(3, 60000, UINT32_MAX), 4999);
	cr_expect_eq(backoff_pause_ms(50, 60000, 0), 45000);
	cr_expect_eq(backoff_pause_ms(50, 60000, UINT32_MAX), 60000);
}

Test(backoff, any_number_of_runs_is_fine)
{
	cr_expect_eq(backoff_pause_ms(UINT32_MAX, 3600000, UINT32_MAX), 3600000);
	cr_expect_eq(backoff_pause_ms(UINT32_MAX, 500, HALF) <= 500, 1);
	cr_expect_eq(backoff_pause_ms(5, 0, HALF), 0);
}
