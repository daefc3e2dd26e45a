/* What is found wrong, or fine, and how to mend it. */
#ifndef SVCTL_DOCTOR_H
#define SVCTL_DOCTOR_H

#include <stdint.h>

#include "client.h"
#include "services.h"

enum finding_level { FINDING_FINE, FINDING_NOTE, FINDING_WARNING, FINDING_BAD };

struct finding {
	enum finding_level level;
	char about[64];  /* what was looked at: "scandir", "service web" */
	char what[512];  /* a sentence without a full stop */
	char mend[512];  /* the same, or empty */
};

struct findings {
	struct finding *v;
	size_t n;
};

/* Adds one, without a mend; NULL without memory, which doctor_mend takes too. */
struct finding *doctor_add(struct findings *f, enum finding_level level, const char *about, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void doctor_mend(struct finding *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void doctor_finish(struct findings *f);

/* What supervisor says of itself under "info". */
struct doctor_info {
	int64_t uid, slots_used, slots_max, fd_limit, faults, fault_signal;
	bool known, pid1, init, shared, leaving;
	char profiles[256]; /* why there are none */
};

/* doctor_host.c: identity, mounts, space, limits of the machine or container. */
void doctor_host(struct findings *f, const struct client *c);

/* PURE: what follows from the supervisor's own figures. */
void doctor_supervisor(struct findings *f, const struct doctor_info *info);

/* doctor_services.c: each service's directory, program and state; whether the caller may control it. */
void doctor_services(struct findings *f, struct client *c, const struct services *list);

#endif
