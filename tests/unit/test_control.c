/* How many letters a second are taken from one FIFO. */
#include <criterion/criterion.h>

#include "control.h"

#define SECOND INT64_C(1000000000)

Test(control, a_burst_is_taken_at_once_and_then_so_many_a_second)
{
	uint32_t tokens = 0, taken = 0, n;
	int64_t since = 0, now = 5 * SECOND;

	while ((n = control_allowance(&tokens, &since, now)) > 0) {
		cr_assert_leq(n, CONTROL_BYTES);
		tokens -= n;
		taken += n;
	}
	cr_expect_eq(taken, CONTROL_BURST);
	for (int i = 0; i < 1000; i++) {
		now += SECOND / 100;
		n = control_allowance(&tokens, &since, now);
		tokens -= n;
		taken += n;
	}
	cr_expect_leq(abs((int)taken - (CONTROL_BURST + 10 * CONTROL_PER_SECOND)), 2, "%u", taken);
}

Test(control, the_store_is_never_fuller_than_a_burst)
{
	uint32_t tokens = 3;
	int64_t since = SECOND;

	(void)control_allowance(&tokens, &since, 1000 * SECOND);
	cr_expect_eq(tokens, CONTROL_BURST);
	(void)control_allowance(&tokens, &since, 1000 * SECOND + 1);
	cr_expect_eq(tokens, CONTROL_BURST);
}

Test(control, less_than_a_letter_s_time_is_not_lost)
{
	uint32_t tokens = 0;
	int64_t since = SECOND, each = SECOND / CONTROL_PER_SECOND;

	cr_expect_eq(control_allowance(&tokens, &since, SECOND + each - 1), 0);
	cr_expect_eq(control_allowance(&tokens, &since, SECOND + each), 1);
	cr_expect_eq(control_allowance(&tokens, &since, SECOND + 2 * each - 1), 1);
	cr_expect_eq(control_allowance(&tokens, &since, SECOND + 2 * each), 2);
}
