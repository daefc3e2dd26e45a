/* SHA-256 of a short text, as FIPS 180-4 has it. Pure. */
#ifndef SV_SHA256_H
#define SV_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

void sha256(uint8_t out[SHA256_SIZE], const void *data, size_t len);

#endif
