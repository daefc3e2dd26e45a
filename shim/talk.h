/* One request to the supervisor that is this container's /init, and its answer. */
#ifndef SV_TALK_H
#define SV_TALK_H

#include <stddef.h>

/*
 * Sends fields (without the version) and waits for the end of the answer, rows being passed over. 0: done. Positive:
 * the supervisor's refusal, an exit code, and its sentence in why. -errno: nobody to talk to, or no answer in time.
 */
int talk_init(const char *const *fields, unsigned int n, int timeout_ms, char *why, size_t cap);

/*
 * The connection alone: a descriptor or -errno. HEXAD_SCANDIR names the scan directory; else it is /run/service, or
 * where /init has it when nothing in /run can be written.
 */
int talk_connect(void);

#endif
