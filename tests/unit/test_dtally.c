/* death_tally records and how a tally grows. */
#include "dtally.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

/* Written by s6 2.11 for a service ended by SIGTERM, then by SIGKILL. */
static const uint8_t two_deaths[] = {
	0x40,
	0,
	0,
	0,
	0x6b,
	0x04,
	0x8c,
	0x3f,
	0x0c,
	0x11,
	0x84,
	0x23,
	0x8f,
	0x0f,
	0x40,
	0,
	0,
	0,
	0x6b,
	0x04,
	0x8c,
	0x3f,
	0x0d,
	0x66,
	0x21,
	0xae,
	0x89,
	0x09,
};

static struct dtally death(long sec)
{
	return (struct dtally){.stamp = {.tv_sec = sec}, .exitcode = (uint8_t)sec};
}

/* The seconds of the records in buf, as a check of which were kept. */
static long second_at(const uint8_t *buf, size_t i)
{
	struct dtally d;

	dtally_unpack(buf + i * DTALLY_RECORD, &d);
	return (long)d.stamp.tv_sec;
}

Test(dtally, packs_what_s6_wrote)
{
	const struct timespec first = {1795460122, 0x0c118423};
	const struct timespec second = {1795460122, 0x0d6621ae};
	uint8_t buf[sizeof(two_deaths)];
	struct dtally a = dtally_of(&first, SIGTERM);
	struct dtally b = dtally_of(&second, SIGKILL);
	size_t len = dtally_append(buf, 0, sizeof(buf), &a, 100);

	len = dtally_append(buf, len, sizeof(buf), &b, 100);
	cr_assert_eq(len, sizeof(two_deaths));
	cr_assert_arr_eq(buf, two_deaths, sizeof(two_deaths));
}

Test(dtally, unpacks_what_s6_wrote)
{
	struct dtally d;

	dtally_unpack(two_deaths + DTALLY_RECORD, &d);
	cr_assert_eq(d.stamp.tv_sec, 1795460122);
	cr_assert_eq(d.stamp.tv_nsec, 0x0d6621ae);
	cr_assert_eq(d.exitcode, 137);
	cr_assert_eq(d.sig, SIGKILL);
}

Test(dtally, reads_wait_statuses)
{
	const struct timespec t = {1, 2};
	struct dtally d = dtally_of(&t, 3 << 8);

	cr_assert(d.exitcode == 3 && d.sig == 0 && d.stamp.tv_sec == 1 && d.stamp.tv_nsec == 2);
	d = dtally_of(&t, 255 << 8);
	cr_assert(d.exitcode == 255 && d.sig == 0);
	d = dtally_of(&t, SIGSEGV | 0x80);
	cr_assert(d.exitcode == 128 + SIGSEGV && d.sig == SIGSEGV);
	d = dtally_of(&t, 0);
	cr_assert(d.exitcode == 0 && d.sig == 0);
}

Test(dtally, keeps_the_newest_records)
{
	uint8_t buf[8 * DTALLY_RECORD];
	size_t len = 0;
	long i;

	for (i = 1; i <= 7; i++) {
		struct dtally d = death(i);

		len = dtally_append(buf, len, sizeof(buf), &d, 3);
		cr_expect_eq(len, (size_t)(i < 3 ? i : 3) * DTALLY_RECORD, "death %ld", i);
		cr_expect_eq(second_at(buf, len / DTALLY_RECORD - 1), i);
	}
	cr_assert(second_at(buf, 0) == 5 && second_at(buf, 1) == 6);
}

Test(dtally, cuts_an_old_tally_when_the_limit_has_shrunk)
{
	uint8_t buf[8 * DTALLY_RECORD];
	struct dtally d;
	size_t len = 0;
	long i;

	for (i = 1; i <= 6; i++) {
		d = death(i);
		len = dtally_append(buf, len, sizeof(buf), &d, 100);
	}
	d = death(7);
	len = dtally_append(buf, len, sizeof(buf), &d, 2);
	cr_assert_eq(len, 2 * DTALLY_RECORD);
	cr_assert(second_at(buf, 0) == 6 && second_at(buf, 1) == 7);
	d = death(8);
	cr_assert_eq(dtally_append(buf, len, sizeof(buf), &d, 1), DTALLY_RECORD);
	cr_assert_eq(second_at(buf, 0), 8);
}

Test(dtally, takes_a_broken_length_for_an_empty_tally)
{
	uint8_t buf[4 * DTALLY_RECORD];
	struct dtally d = death(9);
	size_t len;

	for (len = 1; len < 3 * DTALLY_RECORD; len++) {
		memset(buf, 0x55, sizeof(buf));
		if (len % DTALLY_RECORD == 0)
			continue;
		cr_expect_eq(dtally_append(buf, len, sizeof(buf), &d, 100), DTALLY_RECORD,
			"length %zu", len);
		cr_expect_eq(second_at(buf, 0), 9, "length %zu", len);
	}
}

Test(dtally, never_writes_past_the_buffer)
{
	uint8_t buf[2 * DTALLY_RECORD + 5];
	struct dtally d;
	size_t len = 0;
	long i;

	memset(buf, 0xee, sizeof(buf));
	for (i = 1; i <= 5; i++) {
		d = death(i);
		len = dtally_append(buf, len, 2 * DTALLY_RECORD + 3, &d, 100);
	}
	cr_assert_eq(len, 2 * DTALLY_RECORD);
	cr_assert(second_at(buf, 0) == 4 && second_at(buf, 1) == 5);
	for (i = 0; i < 5; i++)
		cr_expect_eq(buf[2 * DTALLY_RECORD + i], 0xee);
	cr_assert_eq(dtally_append(buf, 0, DTALLY_RECORD - 1, &d, 100), 0);
	cr_assert_eq(dtally_append(buf, len, sizeof(buf), &d, 0), 0);
}

Test(dtally, never_keeps_more_than_4096_records)
{
	static uint8_t buf[(DTALLY_MAX + 2) * DTALLY_RECORD];
	struct dtally d = death(5);
	size_t len = (DTALLY_MAX + 1) * DTALLY_RECORD;

	cr_assert_eq(
		dtally_append(buf, len, sizeof(buf), &d, 4294967295U), DTALLY_MAX * DTALLY_RECORD);
	cr_assert_eq(second_at(buf, DTALLY_MAX - 1), 5);
}
