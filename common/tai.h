/*
 * TAI64N stamps <-> struct timespec (UTC, CLOCK_REALTIME). Leap seconds up to 2017 are counted, as
 * skalibs does: a label is 2^62 + seconds since 1970 + 10 + leap seconds so far.
 * Format: 8 bytes big-endian label, 4 bytes big-endian nanoseconds.
 */
#ifndef SV_TAI_H
#define SV_TAI_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define TAI64N_SIZE 12
#define TAI64N_TEXT 25 /* "@" and 24 lower-case hex digits, without the NUL */

void tai64n_pack(uint8_t out[TAI64N_SIZE], const struct timespec *utc);

/* A nanosecond part over 999999999 is read as that: the result is always a valid timespec. */
void tai64n_unpack(const uint8_t in[TAI64N_SIZE], struct timespec *ret);

/* Writes TAI64N_TEXT characters and a NUL. */
void tai64n_format(char out[TAI64N_TEXT + 1], const struct timespec *utc);

/* Parses exactly TAI64N_TEXT characters, hex digits in either case; false if they are no label. */
bool tai64n_parse(const char *text, struct timespec *ret);

/* CLOCK_REALTIME now. */
struct timespec tai_now(void);

#endif
