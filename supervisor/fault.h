/*
 * A fault in hexad does not cost a service: on SIGSEGV, SIGBUS, SIGABRT, SIGILL or SIGFPE the handler
 * executes the same binary in place, which reads the pool and carries on with the same children, pipes and
 * locks. After FAULT_MAX faults within FAULT_WINDOW_NS the new image stays in safe mode: it only
 * reaps, and stops everything on SIGTERM; after a quiet minute it tries to be a supervisor again.
 */
#ifndef HEXAD_FAULT_H
#define HEXAD_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "pool.h"
#include "supervisor.h"

#define FAULT_MAX 5
#define FAULT_WINDOW_NS INT64_C(10000000000)
#define FAULT_ENV "HEXAD_RESUME"

/* At once at the start of main: removes FAULT_ENV from envp. The pool's descriptor if this image was
 * executed by the handler, else -1. */
int fault_resume_fd(char **envp);

/* In the new image: what the handler let through its exec is close-on-exec again. */
void fault_reclaim(struct pool *pool);

/*
 * Installs the handlers on a stack of their own. Everything that the handler needs (argv, environment,
 * the binary as an open descriptor) is prepared here. envp is the environment main was called with.
 */
void fault_arm(struct supervisor *sv, char *const *envp);

/* PURE: were there too many lately? */
bool fault_too_many(const struct pool_head *h, int64_t now_ns);

/* Never returns: reaps, waits for a stop, or tries again after a minute. */
void fault_safe_mode(struct supervisor *sv) __attribute__((noreturn));

#endif
