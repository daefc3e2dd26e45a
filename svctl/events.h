/* Events of services, whoever supervises them, and how they are printed. */
#ifndef SVCTL_EVENTS_H
#define SVCTL_EVENTS_H

#include <stdbool.h>
#include <time.h>

#include "client.h"
#include "svcdir.h"

struct event {
	struct timespec stamp;
	char name[SV_NAME_FULL + 1];
	char what[16];  /* common/evname.h */
	int pid;        /* 0: none */
	int code, sig;  /* how the run ended; -1: nothing is known */
};

/* 0, or -EBADMSG for a row that is no event. */
int event_of_row(const struct proto_frame *f, struct event *ret);

/* One line, text or JSON, flushed. 0, or -EPIPE. */
int event_print(const struct event *e, bool json);

#endif
