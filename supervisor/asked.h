/*
 * Who wanted a service to be as it is wanted: kept with the service's record, so that it outlives a fault.
 * Whoever hands events over on somebody's behalf names him in sv->asker for that long; without a name
 * the supervisor itself is meant.
 */
#ifndef HEXAD_ASKED_H
#define HEXAD_ASKED_H

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "ctl.h"

enum asked_by {
	ASKED_HEXAD,     /* a stop of the tree, a scan, a removal that goes on without its client */
	ASKED_DIRECTORY, /* the down file, or that there is none, when supervision began */
	ASKED_FIFO,      /* supervise/control, which has no sender */
	ASKED_SOCKET,    /* a client of the control socket */
	ASKED_FINISH,    /* the finish script, by exit code 125 */
};

struct asked {
	uint8_t by;   /* enum asked_by */
	uint8_t what; /* the event, enum sv_event */
	uid_t uid;  /* these three: ASKED_SOCKET */
	pid_t pid;
	char comm[17];
	struct timespec stamp;
};

struct service;

/* service.c: ev is about to be handed to the machine. Remembers it if it says what is wanted. */
void asked_note(struct service *s, enum sv_event ev);

/* The same for the beginning of an incarnation. */
void asked_begin(struct service *s);

/* "socket" and so on. */
const char *asked_by_name(uint8_t by);

#endif
