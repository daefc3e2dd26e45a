/* Signal names <-> numbers, Linux's own numbering; no locale, no strsignal. */
#ifndef SV_SIGNAME_H
#define SV_SIGNAME_H

#include <stddef.h>

/* "TERM" for 15; for a number without a name NULL. No prefix. */
const char *signame_of(int sig);

/* Accepts TERM, sigterm, 15, SIG15 in any case, exactly len bytes, no blanks. Returns the number
 * (numbers are not range-checked, as in s6) or -EINVAL. */
int signame_parse(const char *text, size_t len);

#endif
