/* The pure half of control.h. */
#include "control.h"

uint32_t control_allowance(uint32_t *tokens, int64_t *since_ns, int64_t now_ns)
{
	int64_t each = INT64_C(1000000000) / CONTROL_PER_SECOND;
	int64_t more = (now_ns - *since_ns) / each;

	if (*since_ns == 0 || more >= CONTROL_BURST - (int64_t)*tokens) {
		*tokens = CONTROL_BURST;
		*since_ns = now_ns;
	} else if (more > 0) {
		*tokens += (uint32_t)more;
		*since_ns += more * each;
	}
	return *tokens < CONTROL_BYTES ? *tokens : CONTROL_BYTES;
}
