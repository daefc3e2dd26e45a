/*
 * PURE: what is to become of one profile, from what was found of it; and the lines in which the
 * reading child hands its plan to PID 1.
 */
#ifndef HEXAD_PLAN_H
#define HEXAD_PLAN_H

#include "intent.h"
#include "reconcile.h"
#include "state.h"

enum state_file { STATE_ABSENT, STATE_UNUSABLE, STATE_READ };

struct profile_facts {
	const char *name;        /* of the directory; the reserved name for the home itself */
	bool root;               /* it is the home itself */
	bool multiplex;          /* only the root profile may start */
	int lookup_err;          /* negative errno: it could not be looked into */
	enum state_file file;
	char file_why[80];       /* STATE_UNUSABLE: what is wrong with it */
	struct state_value desired, runtime, phase; /* phase: of the lifecycle file */
	bool has_stamp;          /* of the state file, as a number */
	int64_t stamp;
	struct intent intent;    /* of the supervisor's own record */
};

/* Decides, by the rules of docs/profiles.md. */
struct plan_op plan_profile(const struct config *c, const struct profile_facts *f);

/* The word that stands for "running" where nothing else names it: the first one of autostart, or "". */
void plan_running_word(const struct config *c, char *buf, size_t cap);

/* Writes an op as a line with its newline into buf (PLAN_LINE_MAX + 1). Returns its length. */
size_t plan_line(const struct plan_op *op, char *buf);

/* "started", "registered", "skipped"; "clean", "unclean", "unknown". */
const char *plan_action_name(enum plan_action a);
const char *plan_exit_name(enum plan_exit e);

#endif
