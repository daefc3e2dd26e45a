/*
 * The way to a tree: its control socket, or, under a supervisor without one (s6), its files. Finds
 * out which it is, makes requests, reconnects once when the supervisor was renewed meanwhile.
 */
#ifndef SVCTL_CLIENT_H
#define SVCTL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "proto.h"

#define SENTENCE_MAX 1024

struct client {
	const char *scandir;
	int dirfd;          /* the scan directory */
	uid_t owner;        /* of it */
	int sock;           /* -1 under s6 */
	int timeout_ms;     /* as given */
	int64_t end_ms;     /* when the time is over, monotonic */
	bool out_of_step;   /* an answer that was not waited for may still come on sock */
};
#define CLIENT_INIT { NULL, -1, 0, -1, 0, 0, false }

struct client_row {
	struct proto_frame frame;
	char *buf; /* frame points into it */
};

struct client_reply {
	int code;                    /* an exit code; 0: done */
	char sentence[SENTENCE_MAX]; /* as it came: escape it when printing */
	/* it was asked twice: the first time may have had its effect */
	bool retried;
	struct client_row *row;
	size_t nrows;
};

/*
 * Finds the supervisor. Returns 0, or the exit code after printing why not. Close in either case.
 */
int client_open(struct client *c, const char *scandir, int timeout_ms);
void client_close(struct client *c);

/* Milliseconds left, at least 0. */
int client_left(const struct client *c);

/*
 * Makes one request; verb and up to 14 arguments, NULL-ended. Returns ret->code. Finish ret in
 * either case.
 */
int client_call(struct client *c, const char *const *words, struct client_reply *ret);
void client_reply_finish(struct client_reply *r);

/*
 * One request whose rows are handed to fn as they come: for ever where there is no end to them, or until the
 * time is over. fn returns 0 to go on, 1 when it has enough (the connection is closed then), or -errno. When the
 * supervisor was renewed meanwhile fn is called with NULL and the request is made again. Returns ret->code.
 */
typedef int client_row_fn(void *arg, const struct proto_frame *f);
int client_stream(struct client *c, const char *const *words, bool for_ever, client_row_fn *fn, void *arg,
	struct client_reply *ret);

/* The most names that one request has room for, behind n other words. */
#define CLIENT_NAMES(n) (PROTO_FIELDS - 2 - (n))

/* Prints the sentence of a failed answer; returns its code. */
int client_failed(const struct client_reply *reply);

/* Says that a command needs hexad where s6 supervises; true if it was said. */
bool client_needs_hexad(const struct client *c, const char *command);

#endif
