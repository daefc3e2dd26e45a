/* PURE: how long a service that keeps dying is left alone before it is started again. */
#ifndef HEXAD_BACKOFF_H
#define HEXAD_BACKOFF_H

#include <stdint.h>

#define BACKOFF_FIRST_MS 1000u /* s6's own pause: the second short run in a row is the first that waits longer */

/*
 * Milliseconds to wait after the nth short run in a row: doubled each time up to max_ms, and a quarter more or less by
 * random, so that many that died of one cause do not come back as one. Never more than max_ms.
 */
uint32_t backoff_pause_ms(uint32_t nth, uint32_t max_ms, uint32_t random);

#endif
