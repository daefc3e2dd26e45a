/*
 * When a profile's slot that has died is started again, and when it is given up: backoff.h has the rule. Who it is for is
 * decided by the name, since every other service has s6's rule.
 */
#ifndef HEXAD_RETRY_H
#define HEXAD_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl.h"

struct service;

/* A run has ended, which lasted ns: counts it if it was a short one that nobody asked the end of. */
void retry_count(struct service *s, int64_t ns);

/* A control event was handed on: a start begins the count anew, a signal is the reason of the death that follows. */
void retry_note(struct service *s, enum sv_event ev);

/* When to start again, CLOCK_MONOTONIC; 0: as any other service. -1: never, it was given up and says so. */
int64_t retry_due(struct service *s, int64_t now);

/* Has it been given up, and nothing has started it since? */
bool retry_is_given_up(const struct service *s);

/*
 * An exit code of 0 is a wish to stay down where somebody asked for it or the program was past its start-up. Is
 * it none here, although the finish script thinks so?
 */
bool retry_no_stop(const struct service *s);

#endif
