/* supervise/status against records that s6 2.11 wrote, every truncation, and the layout of 2.13. */
#include "svstatus.h"

#include "scratch.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>

struct row {
	const char *what;
	uint8_t raw[SVSTATUS_SIZE];
	struct svstatus st;
};

/* Captured from s6-supervise 2.11.3.2. */
static const struct row rows[] = {
	{"fresh, normally down",
		{0x40, 0, 0, 0, 0x6b, 0x04, 0x8c, 0x3e, 0x32, 0xb8, 0x34, 0x86, 0x40, 0, 0, 0, 0x6b,
			0x04, 0x8c, 0x3e, 0x32, 0xb8, 0x34, 0x86, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			0x08},
		{{1795460121, 0x32b83486}, {1795460121, 0x32b83486}, 0, 0, false, false, false,
			true}},
	{"up once",
		{0x40, 0, 0, 0, 0x6b, 0x04, 0x8c, 0x3e, 0x33, 0xda, 0x6f, 0x1d, 0x40, 0, 0, 0, 0x6b,
			0x04, 0x8c, 0x3e, 0x32, 0xb8, 0x34, 0x86, 0, 0, 0, 0, 0, 0, 0x64, 0xf6, 0,
			0, 0x04},
		{{1795460121, 0x33da6f1d}, {1795460121, 0x32b83486}, 25846, 0, false, false, true,
			false}},
	{"paused",
		{0x40, 0, 0, 0, 0x6b, 0x04, 0x8c, 0x3e, 0x33, 0xda, 0x6f, 0x1d, 0x40, 0, 0, 0, 0x6b,
			0x04, 0x8c, 0x3e, 0x32, 0xb8, 0x34, 0x86, 0, 0, 0, 0, 0, 0, 0x64, 0xf6, 0,
			0, 0x05},
		{{1795460121, 0x33da6f1d}, {1795460121, 0x32b83486}, 25846, 0, true, false, true,
			false}},
	{"down after SIGTERM",
		{0x40, 0, 0, 0, 0x6b, 0x04, 0x8c, 0x3f, 0x0c, 0x11, 0x84, 0x23, 0x40, 0, 0, 0, 0x6b,
			0x04, 0x8c, 0x3f, 0x0c, 0x2a, 0x44, 0x53, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0f,
			0x08},
		{{1795460122, 0x0c118423}, {1795460122, 0x0c2a4453}, 0, 15, false, false, false,
			true}},
	{"finishing after SIGKILL",
		{0x40, 0, 0, 0, 0x6b, 0x04, 0x8c, 0xae, 0x1b, 0xaf, 0x24, 0xdd, 0x40, 0, 0, 0, 0x6b,
			0x04, 0x8c, 0xae, 0x1a, 0x4b, 0xc1, 0xd2, 0, 0, 0, 0, 0, 0, 0x7d, 0x79, 0,
			0x09, 0x06},
		{{1795460233, 0x1baf24dd}, {1795460233, 0x1a4bc1d2}, 32121, 9, false, true, true,
			false}},
};

#define NROWS (sizeof(rows) / sizeof(rows[0]))

static bool same(const struct svstatus *a, const struct svstatus *b)
{
	return a->stamp.tv_sec == b->stamp.tv_sec && a->stamp.tv_nsec == b->stamp.tv_nsec &&
	       a->readystamp.tv_sec == b->readystamp.tv_sec &&
	       a->readystamp.tv_nsec == b->readystamp.tv_nsec && a->pid == b->pid &&
	       a->wstat == b->wstat && a->paused == b->paused && a->finishing == b->finishing &&
	       a->want_up == b->want_up && a->ready == b->ready;
}

/* The record as s6 2.13 would have written it, with a group id that is no part of what we read. */
static void as_213(uint8_t out[SVSTATUS_SIZE_213], const uint8_t in[SVSTATUS_SIZE])
{
	memcpy(out, in, 32);
	memset(out + 32, 0x77, 8);
	memcpy(out + 40, in + 32, 3);
}

Test(svstatus, packs_what_s6_wrote)
{
	uint8_t raw[SVSTATUS_SIZE];
	size_t i;

	for (i = 0; i < NROWS; i++) {
		svstatus_pack(raw, &rows[i].st);
		cr_expect_arr_eq(raw, rows[i].raw, SVSTATUS_SIZE, "%s", rows[i].what);
	}
}

Test(svstatus, unpacks_what_s6_wrote)
{
	struct svstatus st;
	size_t i;

	for (i = 0; i < NROWS; i++) {
		cr_assert_eq(
			svstatus_unpack(rows[i].raw, SVSTATUS_SIZE, &st), 0, "%s", rows[i].what);
		cr_expect(same(&st, &rows[i].st), "%s", rows[i].what);
	}
}

Test(svstatus, packs_flags_low_bit_first)
{
	int flags;

	for (flags = 0; flags < 16; flags++) {
		struct svstatus st = {.paused = flags & 1,
			.finishing = flags & 2,
			.want_up = flags & 4,
			.ready = flags & 8};
		struct svstatus back;
		uint8_t raw[SVSTATUS_SIZE];

		svstatus_pack(raw, &st);
		cr_expect_eq(raw[34], flags);
		cr_assert_eq(svstatus_unpack(raw, sizeof(raw), &back), 0);
		cr_expect(same(&st, &back), "flags %d", flags);
	}
}

Test(svstatus, refuses_every_truncation)
{
	struct svstatus st = rows[0].st;
	size_t len;

	for (len = 0; len < SVSTATUS_SIZE; len++)
		cr_expect_eq(svstatus_unpack(rows[1].raw, len, &st), -EPIPE, "%zu bytes", len);
	cr_assert(same(&st, &rows[0].st));
}

Test(svstatus, ignores_bytes_behind_the_record)
{
	uint8_t raw[60];
	struct svstatus st;
	size_t len;

	memset(raw, 0xff, sizeof(raw));
	memcpy(raw, rows[4].raw, SVSTATUS_SIZE);
	for (len = SVSTATUS_SIZE; len <= sizeof(raw); len++) {
		if (len == SVSTATUS_SIZE_213)
			continue;
		cr_assert_eq(svstatus_unpack(raw, len, &st), 0, "%zu bytes", len);
		cr_expect(same(&st, &rows[4].st), "%zu bytes", len);
	}
}

Test(svstatus, reads_the_layout_of_s6_2_13)
{
	uint8_t raw[SVSTATUS_SIZE_213];
	struct svstatus st;
	size_t i;

	for (i = 0; i < NROWS; i++) {
		as_213(raw, rows[i].raw);
		cr_assert_eq(svstatus_unpack(raw, sizeof(raw), &st), 0);
		cr_expect(same(&st, &rows[i].st), "%s", rows[i].what);
	}
}

Test(svstatus, refuses_a_pid_that_cannot_be_one)
{
	uint8_t raw[SVSTATUS_SIZE];
	struct svstatus st;

	memcpy(raw, rows[1].raw, sizeof(raw));
	memcpy(raw + 24, "\0\0\0\0\x7f\xff\xff\xff", 8);
	cr_assert_eq(svstatus_unpack(raw, sizeof(raw), &st), 0);
	cr_assert_eq(st.pid, INT_MAX);
	memcpy(raw + 24, "\0\0\0\0\x80\0\0\0", 8);
	cr_assert_eq(svstatus_unpack(raw, sizeof(raw), &st), -EINVAL);
	memset(raw + 24, 0xff, 8);
	cr_assert_eq(svstatus_unpack(raw, sizeof(raw), &st), -EINVAL);
	memcpy(raw + 24, "\1\0\0\0\0\0\0\1", 8);
	cr_assert_eq(svstatus_unpack(raw, sizeof(raw), &st), -EINVAL);
}

Test(svstatus, tells_up_finishing_and_not_started_apart)
{
	struct svstatus st = {.pid = 5};

	cr_assert(svstatus_is_up(&st) && !svstatus_is_not_started(&st));
	st.paused = true;
	cr_assert(svstatus_is_up(&st) && !svstatus_is_not_started(&st));
	st.finishing = true;
	cr_assert(!svstatus_is_up(&st) && !svstatus_is_not_started(&st));
	st.pid = 0;
	cr_assert(!svstatus_is_up(&st) && !svstatus_is_not_started(&st));
	st.finishing = false;
	cr_assert(!svstatus_is_up(&st) && svstatus_is_not_started(&st));
	st.paused = false;
	cr_assert(!svstatus_is_up(&st) && !svstatus_is_not_started(&st));
}

Test(svstatus, reads_the_file_of_a_service_directory)
{
	struct scratch s = scratch_make();
	uint8_t raw[SVSTATUS_SIZE_213 + 1] = {0};
	struct svstatus st;

	cr_assert_eq(svstatus_read(s.fd, &st), -ENOENT);
	cr_assert_eq(mkdirat(s.fd, "supervise", 0700), 0);
	cr_assert_eq(svstatus_read(s.fd, &st), -ENOENT);
	scratch_put(&s, SVSTATUS_FILE, rows[4].raw, SVSTATUS_SIZE);
	cr_assert_eq(svstatus_read(s.fd, &st), 0);
	cr_assert(same(&st, &rows[4].st));
	as_213(raw, rows[4].raw);
	scratch_put(&s, SVSTATUS_FILE, raw, SVSTATUS_SIZE_213);
	cr_assert_eq(svstatus_read(s.fd, &st), 0);
	cr_assert(same(&st, &rows[4].st));
	/* One byte longer, it is the short layout with something behind. */
	memcpy(raw, rows[4].raw, SVSTATUS_SIZE);
	scratch_put(&s, SVSTATUS_FILE, raw, sizeof(raw));
	cr_assert_eq(svstatus_read(s.fd, &st), 0);
	cr_assert(same(&st, &rows[4].st));
	scratch_put(&s, SVSTATUS_FILE, raw, 34);
	cr_assert_eq(svstatus_read(s.fd, &st), -EPIPE);
	scratch_remove(&s);
}
