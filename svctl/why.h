/*
 * Why a service is as it is: what is known, whoever supervises it, and what follows from that. Gathering is why.c's,
 * the conclusions are pure.
 */
#ifndef SVCTL_WHY_H
#define SVCTL_WHY_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"
#include "dtally.h"
#include "services.h"

#define WHY_DEATHS 10
#define WHY_LINES 5 /* of its log */
#define WHY_ADVICE 512

struct why {
	struct service s;
	char waits[16];          /* docs/protocol.md; "unknown" under s6 */
	int64_t due_ms;          /* until something happens by itself, -1: nothing does */
	char asked_by[16];       /* empty: nobody knows */
	char asked_what[24], asked_comm[20];
	struct timespec asked_at;
	long asked_uid, asked_pid; /* -1: not known */
	struct dtally death[WHY_DEATHS];
	size_t ndeaths;          /* the newest, oldest first */
	char log_dir[4096];      /* empty: not known */
	char *log;               /* its last lines, or NULL */
	size_t log_len, line_len; /* the second: of its last line, as it came */
};

/* Gathers it. 0, or an exit code after saying why not. Finish it in either case. */
int why_load(struct client *c, const char *name, struct why *ret);
void why_finish(struct why *w);

/* PURE: sentences without a full stop, each into buf (returned). */
const char *why_summary(const struct why *w, char *buf, size_t cap); /* "web is down and wanted up" */
const char *why_asked(const struct why *w, char *buf, size_t cap);   /* "up, by uid 3 (svctl, pid 7)"; without when */
const char *why_waits(const struct why *w, char *buf, size_t cap);   /* "the next try to start it, in 42s"; or empty */
const char *why_advice(const struct why *w, char *buf, size_t cap);  /* what to do; or empty */

#endif
