/*
 * PURE: what s6-supervise does, said in prose turned into code and not taken from hexad's table: which letters,
 * status writes and signals an operation leads to. It picks operations that are possible and whose outcome no
 * timing can change, and tells the driver what to wait for. It judges nothing: the traces of two
 * supervisors are compared with one another.
 */
#ifndef TESTS_TRACE_MODEL_H
#define TESTS_TRACE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

enum tm_state { TM_DOWN, TM_UP, TM_FINISH, TM_LASTUP, TM_LASTFINISH, TM_GONE };
enum tm_finish { TM_NO_FINISH, TM_FINISH_RUNS, TM_FINISH_NOT_EXECUTABLE };

enum op_kind {
	OP_START,        /* the supervisor's own begin; never picked */
	OP_BYTES,        /* control bytes, in one write */
	OP_EXIT,         /* run or finish ends with the code arg */
	OP_SIGNALED,     /* run or finish dies of the signal arg */
	OP_KILLED,       /* the same, sent from outside */
	OP_READY,        /* run writes a newline to its notification fd */
	OP_READY_EXIT,   /* and ends at once with the code arg */
	OP_UNREADY,      /* run closes that fd without a newline */
	OP_FINISH_HANGS, /* run ends with arg, finish is left to its time limit */
	OP_KILL_LIMIT,   /* d, with a timeout-kill, to a run that does not end */
	OP_RESTART,      /* the restart that is due is waited for */
	OP_LINGER,       /* nothing happens for longer than a second */
	OP_SCAN,         /* the scan directory is scanned */
	OP_REPLACE,      /* another directory takes the place of this one, with a scan and a prune */
	OP_FINISH_FILE,  /* finish becomes enum tm_finish arg */
	OP_NOTIFY_FILE,  /* notification-fd is made (arg) or removed */
	OP_DOWN_FILE,    /* likewise down */
	OP_SIGNAL_FILE,  /* down-signal names the signal arg; 0: removed */
	OP_RELOAD_FILE,  /* likewise reload-signal */
	OP_GROUP_FILE,   /* flag-timeout-killpg is made (arg) or removed */
	OP_RUN_FILE,     /* run becomes one that cannot be executed, or again one that can (arg) */
};

struct op {
	enum op_kind kind;
	int arg;
	char bytes[8];
	char plain[8]; /* what comes to the same for a process that is alone in its group, in letters that 2.11 knows */
};

/* What an operation leads to. Signals are bits: which of two comes first is the kernel's choice. */
struct expect {
	char letters[16];
	int writes;         /* of the status file, as s6 2.15 does them */
	int old_writes;     /* what s6 2.11 does more or less of them */
	int our_writes;     /* and hexad, where a start that works follows the first status at once */
	uint64_t signals;
	bool run, finish;   /* a new process says hello */
};

struct model {
	enum tm_state state;
	enum tm_finish finish;
	bool want, stopped, ready;
	bool can_ready;     /* run holds the notification fd open */
	bool notify, down, broken, group;
	bool logger;        /* the tree ends it by waiting for it */
	bool waiting;       /* a restart is due: within a second, */
	bool slow;          /* or after the longer time that follows a failed start */
	bool trying;        /* a start that fails may still be under way */
	bool fresh;         /* no status write since the first one of this incarnation */
	int down_signal, reload_signal;
	uint64_t pending;   /* sent to a stopped run */
	int restarts, lives, lingers; /* how many more may cost a second */
};

/* The generator of random numbers of one sequence. */
uint32_t tm_random(uint64_t *state, uint32_t below);

/*
 * A directory as it may be found, and what the start of its supervisor leads to. Of a service and its logger each has a
 * model of its own, with half of what may cost time.
 */
enum tm_kind { TM_ALONE, TM_PRODUCER, TM_LOGGER };
void tm_begin(struct model *m, enum tm_kind kind, uint64_t *rng, struct expect *e);

/* Can the directory of these (logger may be NULL) be replaced now, with an outcome that no timing changes? */
bool tm_may_replace(const struct model *m, const struct model *logger);

/* The next operation, with the model moved on by it and *e being what to wait for. */
void tm_pick(struct model *m, bool may_replace, uint64_t *rng, struct op *op, struct expect *e);

/* After the last one: what brings it to a state in which nothing happens by itself. */
void tm_settle(struct model *m, struct op *op, struct expect *e);

/*
 * Its directory was replaced: what its supervisor does, with the letters that it is to be sent besides; then one step after the
 * other, false when it is gone.
 */
const char *tm_replaced(struct model *m, struct expect *e);
bool tm_wind_up(struct model *m, struct op *op, struct expect *e);

const char *tm_op_name(enum op_kind kind);

#endif
