/* The parts of trace: services and their processes, sequences, what they share. See trace.c. */
#ifndef TESTS_TRACE_H
#define TESTS_TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "trace_model.h"

#define LINGER_MS 1100    /* longer than any restart is held back */
#define TICK_MS 100
#define NAME_FORM "s%05d"
#define PAIR_EVERY 4      /* one sequence in so many is about a service and its logger */

struct service;

/* A process of a service, by its connection to us. */
struct child {
	int fd;
	pid_t pid;
	bool finish, mute; /* mute: how much it can still tell depends on when it is killed */
	struct service *service; /* NULL until it has said hello */
};

struct service {
	struct sequence *seq;
	int dirfd, listener, watch;
	ino_t ino;
	struct child *run, *fin;
	unsigned char stamps[24]; /* at the last record */
	/* Since the last record: */
	char letters[32];
	int writes;
	uint64_t signals;
	char hello[512];
	bool run_came, fin_came;
};

/* A service alone, or one of a service and its logger. */
struct part {
	struct model m, old_m;
	struct service *cur, *old;
	struct expect replaced, begun; /* what the replacement of its directory leads to: of the old one, of the new one */
	const char *farewell;          /* letters to the old one */
};

struct sequence {
	int number;
	uint64_t rng;
	struct part part[2];      /* the second is the logger of the first */
	int parts, at;            /* at: whom the operation under way is about */
	unsigned long pipe;       /* between the two */
	bool of_old;              /* it is about the directory that was replaced */
	bool winding;             /* which ends by now */
	bool half;                /* OP_READY_EXIT: the exit has not been ordered yet */
	struct op op;
	struct expect want;
	int done;                 /* operations */
	int settled;              /* parts */
	bool over, lost;
	int64_t since;
	FILE *trace;
	char *text;
	size_t size;
};

struct trace {
	uint64_t seed;
	int count, first, ops, at_once, wait_ms;
	bool old;
	char sock[108];
	int epoll, listen, inotify, top, scan;
	struct service **by_watch;
	int watches;
	struct sequence *seqs;
	int nseqs, left;
	bool ending, missing;
	pid_t svscan;
};

extern struct trace g;

int64_t now_ms(void);
void watch_fd(int fd, void *what);

/* trace_seq.c: a sequence from its directory to its end. */
void seq_begin(struct sequence *q, int number);
void seq_go_on(struct sequence *q);       /* as far as what was seen allows */
void seq_last_look(struct sequence *q);
void seq_end_processes(struct sequence *q);
void seq_print(struct sequence *q);       /* and forgets it */

/* trace_io.c: waits for at most ms, and takes one event. False: none came. */
bool turn(int ms);

#endif
