/*
 * The machine of a service against a second statement of the rules that owes nothing to its table: the model that the
 * random operations of tests/compat are made with, and that real s6 was found to agree with. A world of run, finish and
 * files is played around the machine; after each operation letters, status writes, signals and state are what the
 * model says.
 */
#include "service_sm.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace_model.h"
#include "trace_model.c"

#define SEQUENCES 20000
#define OPS 60

struct world {
	struct sv_machine m;
	enum tm_finish finish;
	bool broken, down, stopped, killed;
	int down_signal, reload_signal;
	uint64_t pending, signals;
	char letters[32];
	int writes;
	bool run, finished;   /* a new run, a new finish */
};

static void feed(struct world *w, enum sv_event ev);

static void hear(struct world *w, const char *letters)
{
	strncat(w->letters, letters, sizeof(w->letters) - strlen(w->letters) - 1);
}

/* A signal reaches run, or waits until it is continued. */
static void deliver(struct world *w, int sig)
{
	if (sig == SIGKILL) {
		w->killed = true;
	} else if (sig == SIGSTOP) {
		w->stopped = true;
	} else if (sig == SIGCONT) {
		w->signals |= BIT(SIGCONT) | w->pending;
		w->pending = 0;
		w->stopped = false;
	} else if (w->stopped) {
		w->pending |= BIT(sig);
	} else {
		w->signals |= BIT(sig);
	}
}

static void begin_supervision(struct world *w)
{
	w->m = (struct sv_machine){ .state = SV_DOWN, .want_up = !w->down, .ready = true };
	w->writes++;
	hear(w, "s");
	feed(w, EV_TIMEOUT);
}

static void send_signals(struct world *w, enum sv_event ev, uint32_t did)
{
	if (did & ACT_SIGNAL)
		deliver(w, abs(sv_signal_of(ev))); /* it is alone in its group */
	if (did & ACT_DOWN_SIGNAL)
		deliver(w, w->down_signal);
	if (did & ACT_RELOAD_SIGNAL)
		deliver(w, w->reload_signal);
	if (did & ACT_CONTINUE)
		deliver(w, SIGCONT);
	if (did & ACT_KILL)
		deliver(w, SIGKILL);
}

static void start_run(struct world *w)
{
	if (w->broken) {
		feed(w, EV_SPAWN_FAILED);
		return;
	}
	w->stopped = w->killed = false;
	w->pending = 0;
	w->run = true;
	feed(w, EV_SPAWNED);
}

/* In the order of the bits. */
static void feed(struct world *w, enum sv_event ev)
{
	struct sv_step s = sv_step(&w->m, ev);

	w->m = s.next;
	if (s.actions & ACT_MAKE_DOWN)
		w->down = true;
	if (s.actions & ACT_DROP_DOWN)
		w->down = false;
	send_signals(w, ev, s.actions);
	w->writes += (s.actions & ACT_STATUS) != 0;
	if (s.actions & ACT_NOTIFY)
		hear(w, s.notify);
	if (s.actions & ACT_RUN)
		start_run(w);
	if (s.actions & ACT_FINISH && w->finish == TM_FINISH_RUNS)
		w->finished = true;
	if (s.actions & ACT_FINISH)
		feed(w, w->finish == TM_FINISH_RUNS ? EV_FINISHING : EV_NO_FINISH);
	if (s.actions & ACT_LEAVE)
		hear(w, "x");
}

/* What has died is heard of when the event is over; who has left begins again. */
static void happen(struct world *w, enum sv_event ev)
{
	feed(w, ev);
	if (w->killed) {
		w->killed = false;
		feed(w, EV_DIED);
	}
	if (w->m.state == SV_GONE)
		begin_supervision(w);
}

static void send_bytes(struct world *w, const char *bytes)
{
	for (; *bytes; bytes++) {
		int ev = ctl_event_of(*bytes);

		if (ev >= 0)
			happen(w, (enum sv_event)ev);
	}
}

static bool finishing(const struct world *w)
{
	return w->m.state == SV_FINISH || w->m.state == SV_LASTFINISH;
}

static void play(struct world *w, const struct op *op)
{
	switch (op->kind) {
	case OP_BYTES:
		send_bytes(w, op->bytes);
		break;
	case OP_EXIT:
		happen(w, finishing(w) && op->arg == 125 ? EV_DIED_125 : EV_DIED);
		break;
	case OP_SIGNALED:
	case OP_KILLED:
		happen(w, EV_DIED);
		break;
	case OP_READY:
		happen(w, EV_READY);
		break;
	case OP_READY_EXIT:
		happen(w, EV_READY);
		happen(w, EV_DIED);
		break;
	case OP_FINISH_HANGS:
		happen(w, EV_DIED);
		w->finished = false;
		happen(w, EV_TIMEOUT);
		happen(w, EV_DIED);
		break;
	case OP_KILL_LIMIT:
		happen(w, EV_DOWN);
		happen(w, EV_TIMEOUT);
		w->signals = 0;
		break;
	case OP_RESTART:
		happen(w, EV_TIMEOUT);
		break;
	case OP_FINISH_FILE:
		w->finish = (enum tm_finish)op->arg;
		break;
	case OP_DOWN_FILE:
		w->down = op->arg;
		break;
	case OP_SIGNAL_FILE:
		w->down_signal = op->arg ? op->arg : SIGTERM;
		break;
	case OP_RELOAD_FILE:
		w->reload_signal = op->arg ? op->arg : SIGHUP;
		break;
	case OP_RUN_FILE:
		w->broken = !op->arg;
		break;
	default:
		break; /* a look, a scan, a file that the machine does not know of */
	}
}

static void forget(struct world *w)
{
	w->letters[0] = '\0';
	w->writes = 0;
	w->signals = 0;
	w->run = w->finished = false;
}

static void compare(const struct world *w, const struct model *m, const struct expect *e, uint64_t seed, int n,
	const struct op *op)
{
	static const int states[] = { [SV_DOWN] = TM_DOWN, [SV_UP] = TM_UP, [SV_FINISH] = TM_FINISH,
		[SV_LASTUP] = TM_LASTUP, [SV_LASTFINISH] = TM_LASTFINISH, [SV_GONE] = TM_GONE };
	char where[80];

	snprintf(where, sizeof(where), "sequence %d, operation %d: %s %s %d", (int)seed, n, tm_op_name(op->kind),
		op->bytes, op->arg);
	cr_assert_str_eq(w->letters, e->letters, "%s: letters '%s', not '%s'", where, w->letters, e->letters);
	cr_assert_eq(w->writes, e->writes, "%s: %d status writes, not %d", where, w->writes, e->writes);
	cr_assert_eq(w->signals, e->signals, "%s: signals %llx, not %llx", where, (unsigned long long)w->signals,
		(unsigned long long)e->signals);
	cr_assert_eq(w->run, e->run, "%s: run", where);
	cr_assert_eq(w->finished, e->finish, "%s: finish", where);
	cr_assert_eq(states[w->m.state], (int)m->state, "%s: ends in %s", where,
		sv_state_name((enum sv_state)w->m.state));
	cr_assert_eq(w->m.want_up, m->want, "%s: want", where);
	cr_assert_eq(w->down, m->down, "%s: down file", where);
	cr_assert_eq(w->stopped, m->stopped, "%s: stopped", where);
	cr_assert_eq(w->m.paused, m->stopped, "%s: paused", where);
	if (m->state == TM_UP || m->state == TM_LASTUP)
		cr_assert_eq(w->m.ready, m->ready, "%s: ready", where);
}

/* The supervisor of a directory that was replaced gets SIGTERM, a logger's SIGHUP, and run and finish end. */
static void wind_up(struct world *w, struct model *m, struct expect *e, uint64_t seed, int n)
{
	struct op op = { .kind = OP_REPLACE };
	const char *letters = tm_replaced(m, e);

	feed(w, m->logger ? EV_SUP_HUP : EV_SUP_TERM);
	send_bytes(w, letters);
	compare(w, m, e, seed, n, &op);
	forget(w);
	while (tm_wind_up(m, &op, e)) {
		feed(w, EV_DIED);
		w->stopped = false;
		compare(w, m, e, seed, n, &op);
		forget(w);
	}
}

static void begin(struct world *w, struct model *m, enum tm_kind kind, uint64_t *rng, struct expect *e)
{
	tm_begin(m, kind, rng, e);
	*w = (struct world){ .finish = m->finish, .down = m->down, .down_signal = SIGTERM, .reload_signal = SIGHUP };
	begin_supervision(w);
}

static int sequence(uint64_t seed)
{
	uint64_t rng = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
	struct op op = { .kind = OP_START };
	struct world w;
	struct model m;
	struct expect e;
	enum tm_kind kind = seed % 2 ? TM_LOGGER : TM_ALONE;
	int lives = 1000, replaced = 0;

	begin(&w, &m, kind, &rng, &e);
	for (int n = 0; n < OPS; n++) {
		compare(&w, &m, &e, seed, n, &op);
		forget(&w);
		/* Nothing here costs time. */
		m.lives = m.restarts = m.lingers = lives;
		tm_pick(&m, tm_may_replace(&m, NULL), &rng, &op, &e);
		if (op.kind == OP_REPLACE) {
			wind_up(&w, &m, &e, seed, n);
			begin(&w, &m, kind, &rng, &e);
			replaced++;
			continue;
		}
		play(&w, &op);
		/* Whether it is stopped says nothing of one that is dead. */
		if (w.m.state != SV_UP && w.m.state != SV_LASTUP)
			w.stopped = false;
	}
	return replaced;
}

Test(service_model, agrees_with_the_machine_on_any_sequence)
{
	int replaced = 0;

	for (uint64_t seed = 0; seed < SEQUENCES; seed++)
		replaced += sequence(seed);
	cr_assert_gt(replaced, SEQUENCES / 2);
}

/* All that the model can do is done, in every state that it can be done in. */
Test(service_model, picks_every_operation)
{
	static int count[OP_RUN_FILE + 1][TM_GONE];
	uint64_t rng = 7;
	struct model m;
	struct expect e;
	struct op op;

	for (int i = 0; i < 2000; i++) {
		tm_begin(&m, TM_ALONE, &rng, &e);
		for (int n = 0; n < OPS; n++) {
			enum tm_state before = m.state;

			m.lives = m.restarts = m.lingers = 10;
			tm_pick(&m, tm_may_replace(&m, NULL), &rng, &op, &e);
			count[op.kind][before]++;
			if (op.kind == OP_REPLACE)
				break;
		}
	}
	for (int kind = OP_BYTES; kind <= OP_RUN_FILE; kind++) {
		int all = 0;

		for (int st = 0; st < TM_GONE; st++)
			all += count[kind][st];
		cr_expect_gt(all, 20, "%s", tm_op_name((enum op_kind)kind));
	}
	for (int st = 0; st < TM_GONE; st++) {
		cr_expect_gt(count[OP_BYTES][st], 100);
		cr_expect(st == TM_DOWN || count[OP_EXIT][st] > 100);
	}
}
