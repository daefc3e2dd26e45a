/* Numbers as people write them: digits alone, no sign, no blank, no overflow. Pure. */
#ifndef SV_NUMBER_H
#define SV_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* len bytes of text as digits of base (at most 10). False, and *ret as it was, unless it is a number up to max. */
bool number_parse(const char *text, size_t len, unsigned int base, uint64_t max, uint64_t *ret);

/* The same for a whole decimal string, into 32 bits. */
bool number_u32(const char *text, uint32_t *ret);

#endif
