/* The clock that deadlines are told by. */
#ifndef SV_CLOCK_H
#define SV_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC in milliseconds. */
int64_t clock_ms(void);

#endif
