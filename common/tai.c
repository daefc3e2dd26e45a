/* TAI64N labels. Owns the table of leap seconds, which ends where that of skalibs does. */
#include "tai.h"

#include <stddef.h>
#include <string.h>

#define TAI_EPOCH ((uint64_t)1 << 62)
#define TAI_1970 10 /* TAI was that many seconds ahead when the table begins */
#define NSEC_MAX 999999999

/* The first UTC second after each leap second, seconds since 1970. */
static const int64_t leaps[] = {
	78796800, 94694400, 126230400, 157766400, 189302400, 220924800, 252460800,
	283996800, 315532800, 362793600, 394329600, 425865600, 489024000, 567993600,
	631152000, 662688000, 709948800, 741484800, 773020800, 820454400, 867715200,
	915148800, 1136073600, 1230768000, 1341100800, 1435708800, 1483228800,
};

#define NLEAPS (sizeof(leaps) / sizeof(leaps[0]))

static void put_be(uint8_t *out, uint64_t v, size_t n)
{
	while (n-- > 0) {
		out[n] = (uint8_t)v;
		v >>= 8;
	}
}

static uint64_t get_be(const uint8_t *in, size_t n)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < n; i++)
		v = v << 8 | in[i];
	return v;
}

void tai64n_pack(uint8_t out[TAI64N_SIZE], const struct timespec *utc)
{
	uint64_t n = 0;

	while (n < NLEAPS && utc->tv_sec >= leaps[n])
		n++;
	put_be(out, TAI_EPOCH + (uint64_t)(int64_t)utc->tv_sec + TAI_1970 + n, 8);
	put_be(out + 8, (uint64_t)utc->tv_nsec, 4);
}

void tai64n_unpack(const uint8_t in[TAI64N_SIZE], struct timespec *ret)
{
	int64_t sec = (int64_t)(get_be(in, 8) - TAI_EPOCH - TAI_1970);
	uint64_t nsec = get_be(in + 8, 4);
	int64_t n = 0;

	/* The leap second itself counts already, so that 23:59:60 reads as 23:59:59. */
	while (n < (int64_t)NLEAPS && sec >= leaps[n] + n)
		n++;
	ret->tv_sec = sec - n;
	ret->tv_nsec = nsec > NSEC_MAX ? NSEC_MAX : (long)nsec;
}

void tai64n_format(char out[TAI64N_TEXT + 1], const struct timespec *utc)
{
	static const char hex[] = "0123456789abcdef";
	uint8_t raw[TAI64N_SIZE];
	size_t i;

	tai64n_pack(raw, utc);
	out[0] = '@';
	for (i = 0; i < TAI64N_SIZE; i++) {
		out[1 + 2 * i] = hex[raw[i] >> 4];
		out[2 + 2 * i] = hex[raw[i] & 15];
	}
	out[TAI64N_TEXT] = '\0';
}

/* The value of a hex digit in either case, -1 for anything else. */
static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool tai64n_parse(const char *text, struct timespec *ret)
{
	uint8_t raw[TAI64N_SIZE];
	size_t i;

	if (text[0] != '@')
		return false;
	for (i = 0; i < TAI64N_SIZE; i++) {
		/* Digit by digit: a text that ends early is not read past its NUL. */
		int high = hex_value(text[1 + 2 * i]);
		int low = high < 0 ? -1 : hex_value(text[2 + 2 * i]);

		if (low < 0)
			return false;
		raw[i] = (uint8_t)(high << 4 | low);
	}
	/* Labels from 2^63 on are reserved. */
	if (raw[0] & 0x80 || get_be(raw + 8, 4) > NSEC_MAX)
		return false;
	tai64n_unpack(raw, ret);
	return true;
}

struct timespec tai_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now;
}
