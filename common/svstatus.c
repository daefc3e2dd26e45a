/* The supervise/status record. Judges nothing but its length and a pid that cannot be one. */
#include "svstatus.h"

#include "fdio.h"
#include "tai.h"

#include <errno.h>
#include <limits.h>

#define AT_STAMP 0
#define AT_READYSTAMP 12
#define AT_PID SVSTATUS_PID_AT
#define AT_WSTAT 32
#define AT_FLAGS 34
#define PGID_213 8 /* s6 2.13 has a process group id between pid and wait status */

#define FLAG_PAUSED 1
#define FLAG_FINISHING 2
#define FLAG_WANT_UP 4
#define FLAG_READY 8

void svstatus_pack_pid(uint8_t out[SVSTATUS_PID_BYTES], pid_t pid)
{
	uint64_t left = (uint64_t)pid;

	for (int i = SVSTATUS_PID_BYTES - 1; i >= 0; i--) {
		out[i] = (uint8_t)left;
		left >>= 8;
	}
}

void svstatus_pack(uint8_t out[SVSTATUS_SIZE], const struct svstatus *st)
{
	tai64n_pack(out + AT_STAMP, &st->stamp);
	tai64n_pack(out + AT_READYSTAMP, &st->readystamp);
	svstatus_pack_pid(out + AT_PID, st->pid);
	out[AT_WSTAT] = (uint8_t)(st->wstat >> 8);
	out[AT_WSTAT + 1] = (uint8_t)st->wstat;
	out[AT_FLAGS] = (uint8_t)((st->paused ? FLAG_PAUSED : 0) |
		(st->finishing ? FLAG_FINISHING : 0) |
		(st->want_up ? FLAG_WANT_UP : 0) | (st->ready ? FLAG_READY : 0));
}

int svstatus_unpack(const uint8_t *in, size_t len, struct svstatus *ret)
{
	const uint8_t *tail = in + AT_WSTAT + (len == SVSTATUS_SIZE_213 ? PGID_213 : 0);
	uint64_t pid = 0;
	uint8_t flags;
	int i;

	if (len < SVSTATUS_SIZE)
		return -EPIPE;
	for (i = 0; i < 8; i++)
		pid = pid << 8 | in[AT_PID + i];
	if (pid > INT_MAX)
		return -EINVAL;
	flags = tail[AT_FLAGS - AT_WSTAT];
	tai64n_unpack(in + AT_STAMP, &ret->stamp);
	tai64n_unpack(in + AT_READYSTAMP, &ret->readystamp);
	ret->pid = (pid_t)pid;
	ret->wstat = (uint16_t)(tail[0] << 8 | tail[1]);
	ret->paused = flags & FLAG_PAUSED;
	ret->finishing = flags & FLAG_FINISHING;
	ret->want_up = flags & FLAG_WANT_UP;
	ret->ready = flags & FLAG_READY;
	return 0;
}

int svstatus_read(int dirfd, struct svstatus *ret)
{
	/* One byte more than the longer layout, to tell "exactly 43" from a longer file. */
	uint8_t buf[SVSTATUS_SIZE_213 + 1];
	ssize_t n = fdio_read_file(dirfd, SVSTATUS_FILE, buf, sizeof(buf));

	return n < 0 ? (int)n : svstatus_unpack(buf, (size_t)n, ret);
}

bool svstatus_is_up(const struct svstatus *st)
{
	return st->pid != 0 && !st->finishing;
}

bool svstatus_is_not_started(const struct svstatus *st)
{
	return st->pid == 0 && !st->finishing && st->paused;
}
