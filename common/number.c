/* Reading numbers. strtoul would take a sign, blanks and less than the whole text. */
#include "number.h"

#include <string.h>

bool number_parse(const char *text, size_t len, unsigned int base, uint64_t max, uint64_t *ret)
{
	uint64_t n = 0;

	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned int digit = (unsigned char)text[i] - (unsigned int)'0';

		if (digit >= base || digit > max || n > (max - digit) / base)
			return false;
		n = n * base + digit;
	}
	*ret = n;
	return true;
}

bool number_u32(const char *text, uint32_t *ret)
{
	uint64_t n;

	if (!number_parse(text, strlen(text), 10, UINT32_MAX, &n))
		return false;
	*ret = (uint32_t)n;
	return true;
}
