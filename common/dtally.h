/*
 * supervise/death_tally: 14-byte records, oldest first, no header:
 *   0 stamp 12 (TAI64N of the death) | 12 exit code, or 128 + signal | 13 signal, 0 if it exited
 */
#ifndef SV_DTALLY_H
#define SV_DTALLY_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define DTALLY_RECORD 14
#define DTALLY_MAX 4096   /* records ever kept */
#define DTALLY_DEFAULT 100
#define DTALLY_FILE "supervise/death_tally"

struct dtally {
	struct timespec stamp;
	uint8_t exitcode;
	uint8_t sig;
};

void dtally_pack(uint8_t out[DTALLY_RECORD], const struct dtally *d);
void dtally_unpack(const uint8_t in[DTALLY_RECORD], struct dtally *ret);

/* The record for a wait status as waitpid gives it. */
struct dtally dtally_of(const struct timespec *stamp, int wstat);

/*
 * Appends rec to the len bytes of an old tally in buf (cap bytes) and keeps the newest max records.
 * A len that is no multiple of 14 counts as empty, as in s6. Returns the new length in bytes.
 */
size_t dtally_append(uint8_t *buf, size_t len, size_t cap, const struct dtally *rec,
	unsigned int max);

#endif
