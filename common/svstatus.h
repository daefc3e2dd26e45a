/*
 * The supervise/status record: 35 bytes, big-endian (s6 2.0-2.12 and 2.14 on; s6 2.13 wrote 43).
 *   0 stamp 12 | 12 readystamp 12 | 24 pid 8 | 32 wait status 2 | 34 flags
 * flags: 1 paused, 2 finishing, 4 want up, 8 ready. "Not started yet" is pid 0 with paused set.
 */
#ifndef SV_SVSTATUS_H
#define SV_SVSTATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define SVSTATUS_SIZE 35
#define SVSTATUS_SIZE_213 43
#define SVSTATUS_FILE "supervise/status"
#define SVSTATUS_PID_AT 24
#define SVSTATUS_PID_BYTES 8

struct svstatus {
	struct timespec stamp;      /* last transition between up and down, UTC */
	struct timespec readystamp; /* last change of readiness, UTC */
	pid_t pid;                  /* run when up, finish while finishing, else 0 */
	uint16_t wstat;             /* low 16 bits of the last run's wait status, first 0 */
	bool paused, finishing, want_up, ready;
};

void svstatus_pack(uint8_t out[SVSTATUS_SIZE], const struct svstatus *st);

/* The bytes at SVSTATUS_PID_AT alone. Safe between fork and exec. */
void svstatus_pack_pid(uint8_t out[SVSTATUS_PID_BYTES], pid_t pid);

/* Accepts 35 bytes or more; exactly 43 are read as s6 2.13's layout. -EPIPE if shorter than 35,
 * -EINVAL if the pid is no pid: what another wrote must not end in a kill of the wrong process. */
int svstatus_unpack(const uint8_t *in, size_t len, struct svstatus *ret);

/* Reads dirfd/supervise/status, dirfd being the service directory. 0 or -errno. */
int svstatus_read(int dirfd, struct svstatus *ret);

/* run is alive: pid is not 0 and it is not finish's. */
bool svstatus_is_up(const struct svstatus *st);
bool svstatus_is_not_started(const struct svstatus *st);

#endif
