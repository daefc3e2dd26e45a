/* Reading supervise/death_tally as a client. */
#ifndef SV_TALLY_H
#define SV_TALLY_H

#include "dtally.h"

#define TALLY_BYTES (DTALLY_MAX * DTALLY_RECORD)

/*
 * Reads the newest max records (at most DTALLY_MAX) of an open file into buf. Returns how many; -EINVAL if its size is no
 * multiple of a record, or another -errno.
 */
int tally_read(int fd, uint8_t buf[TALLY_BYTES], unsigned int max);

#endif
