/* Looking for readiness in a datagram. */
#include <string.h>

#include "notify_text.h"

bool notify_text_is_ready(const char *text, size_t len)
{
	static const char ready[] = "READY=1";
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((newline ? newline : end) - text);

		if (n == sizeof(ready) - 1 && memcmp(text, ready, n) == 0)
			return true;
		text += n + 1;
	}
	return false;
}
