#include "backoff.h"

uint32_t backoff_pause_ms(uint32_t nth, uint32_t max_ms, uint32_t random)
{
	uint64_t ms = BACKOFF_FIRST_MS;

	for (uint32_t i = 1; i < nth && ms < max_ms; i++)
		ms *= 2;
	if (ms > max_ms)
		ms = max_ms;
	/* From three quarters to five quarters. */
	ms = ms - ms / 4 + (ms / 2 * random >> 32);
	return (uint32_t)(ms > max_ms ? max_ms : ms);
}
