/* Death tally records. Works on bytes; who reads and replaces the file is the supervisor. */
#include "dtally.h"

#include "tai.h"

#include <string.h>
#include <sys/wait.h>

void dtally_pack(uint8_t out[DTALLY_RECORD], const struct dtally *d)
{
	tai64n_pack(out, &d->stamp);
	out[TAI64N_SIZE] = d->exitcode;
	out[TAI64N_SIZE + 1] = d->sig;
}

void dtally_unpack(const uint8_t in[DTALLY_RECORD], struct dtally *ret)
{
	tai64n_unpack(in, &ret->stamp);
	ret->exitcode = in[TAI64N_SIZE];
	ret->sig = in[TAI64N_SIZE + 1];
}

struct dtally dtally_of(const struct timespec *stamp, int wstat)
{
	struct dtally d = { .stamp = *stamp };

	if (WIFSIGNALED(wstat)) {
		d.sig = (uint8_t)WTERMSIG(wstat);
		d.exitcode = (uint8_t)(128 + d.sig);
	} else {
		d.exitcode = (uint8_t)WEXITSTATUS(wstat);
	}
	return d;
}

size_t dtally_append(uint8_t *buf, size_t len, size_t cap, const struct dtally *rec,
	unsigned int max)
{
	size_t keep = cap / DTALLY_RECORD;
	size_t drop = 0;

	if (keep > DTALLY_MAX)
		keep = DTALLY_MAX;
	if (keep > max)
		keep = max;
	if (keep == 0)
		return 0;
	if (len > cap || len % DTALLY_RECORD != 0)
		len = 0;
	if (len > (keep - 1) * DTALLY_RECORD)
		drop = len - (keep - 1) * DTALLY_RECORD;
	memmove(buf, buf + drop, len - drop);
	dtally_pack(buf + len - drop, rec);
	return len - drop + DTALLY_RECORD;
}
