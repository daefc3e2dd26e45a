/* Control letters <-> events <-> help texts, from service_events.def. */
#ifndef SV_CTL_H
#define SV_CTL_H

#include <stddef.h>

enum sv_event {
#define SV_EVENT(name, letter, down, up, finish, lastup, lastfinish, help) EV_##name,
#include "service_events.def"
#undef SV_EVENT
	EV_COUNT
};

/* The event a control byte stands for, or -1: s6 ignores unknown bytes without a word. */
int ctl_event_of(char letter);

/* The letter of an event, 0 if it has none. */
char ctl_letter_of(enum sv_event ev);

/* "UP_FILE"; for logs and traces. */
const char *ctl_event_name(enum sv_event ev);
const char *ctl_event_help(enum sv_event ev);

/* All letters, in the order of the table, NUL-terminated: what s6-svc takes as options. */
const char *ctl_letters(void);

/* The letters a scan directory's control FIFO takes: "zabhitqnN". */
#define CTL_SCAN_LETTERS "zabhitqnN"

#endif
