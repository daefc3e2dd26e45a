/* The rules, as the documentation of s6-supervise and s6-svc states them, and the choice of operations. */
#include "trace_model.h"

#include <signal.h>
#include <string.h>

#define BIT(sig) (UINT64_C(1) << (sig))

uint32_t tm_random(uint64_t *state, uint32_t below)
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return (uint32_t)((x * UINT64_C(2685821657736338717)) >> 33) % below;
}

static bool one_in(uint64_t *rng, uint32_t n)
{
	return tm_random(rng, n) == 0;
}

static bool runs(const struct model *m)
{
	return m->state == TM_UP || m->state == TM_LASTUP;
}

static bool finishes(const struct model *m)
{
	return m->state == TM_FINISH || m->state == TM_LASTFINISH;
}

static void tell(struct expect *e, const char *letters)
{
	strncat(e->letters, letters, sizeof(e->letters) - strlen(e->letters) - 1);
}

static void announce(struct model *m, struct expect *e)
{
	m->fresh = m->trying = false;
	e->writes++;
}

/* run is executed; if it cannot be, nothing shows at all. */
static void start(struct model *m, struct expect *e)
{
	m->waiting = m->slow = false;
	m->trying = m->broken;
	if (m->broken)
		return;
	m->state = TM_UP;
	m->stopped = m->ready = false;
	m->pending = 0;
	m->can_ready = m->notify;
	announce(m, e);
	tell(e, "u");
	e->run = true;
}

/* A supervisor begins: "s" after the first status, then the start if it is wanted up. */
static void incarnate(struct model *m, struct expect *e)
{
	m->state = TM_DOWN;
	m->want = !m->down;
	m->waiting = m->slow = m->stopped = m->ready = false;
	m->pending = 0;
	e->writes++;
	m->fresh = true;
	tell(e, "s");
	if (m->want && !m->broken)
		e->our_writes--;
	if (m->want)
		start(m, e);
}

static void leave(struct model *m, struct expect *e)
{
	tell(e, "x");
	m->lives--;
	incarnate(m, e);
}

static void go_down(struct model *m, struct expect *e)
{
	bool last = m->state == TM_LASTUP || m->state == TM_LASTFINISH;

	announce(m, e);
	tell(e, "D");
	m->state = TM_DOWN;
	if (last) {
		leave(m, e);
		return;
	}
	m->waiting = m->want && !m->broken;
}

static void run_dies(struct model *m, struct expect *e)
{
	m->stopped = m->ready = m->can_ready = false;
	m->pending = 0;
	tell(e, "d");
	if (m->finish != TM_FINISH_RUNS) {
		e->old_writes++;
		go_down(m, e);
		return;
	}
	m->state = m->state == TM_UP ? TM_FINISH : TM_LASTFINISH;
	announce(m, e);
	e->finish = true;
}

static void finish_dies(struct model *m, int code, struct expect *e)
{
	if (code == 125) {
		m->want = false;
		tell(e, "O");
	}
	go_down(m, e);
}

static void send(struct model *m, int sig, struct expect *e)
{
	if (sig == SIGCONT) {
		e->signals |= m->pending | BIT(SIGCONT);
		m->pending = 0;
		m->stopped = false;
	} else if (m->stopped) {
		m->pending |= BIT(sig);
	} else {
		e->signals |= BIT(sig);
	}
}

static void stop(struct model *m, struct expect *e)
{
	m->want = false;
	send(m, m->down_signal, e);
	send(m, SIGCONT, e);
	announce(m, e);
}

static const char signal_letters[] = "abqhti12yc";
static const int letter_signals[] = { SIGALRM, SIGABRT, SIGQUIT, SIGHUP, SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGWINCH,
	SIGCONT };

static int signal_of(char byte)
{
	const char *at = byte ? strchr(signal_letters, byte) : NULL;

	return at ? letter_signals[at - signal_letters] : 0;
}

static char letter_of(int sig)
{
	size_t i = 0;

	while (letter_signals[i] != sig)
		i++;
	return signal_letters[i];
}

static void want(struct model *m, bool up, struct expect *e)
{
	m->want = up;
	announce(m, e);
}

static void byte_while_running(struct model *m, char byte, struct expect *e)
{
	switch (byte) {
	case 'd':
	case 'D':
		stop(m, e);
		return;
	case 'p':
		m->stopped = true;
		announce(m, e);
		return;
	case 'k':
		run_dies(m, e);
		return;
	case 'r':
		send(m, m->down_signal, e);
		return;
	case 'x':
		m->state = TM_LASTUP;
		return;
	default:
		if (signal_of(byte))
			send(m, signal_of(byte), e);
		if (byte == 'c')
			announce(m, e);
	}
}

static void want_byte(struct model *m, char byte, struct expect *e)
{
	bool down = m->state == TM_DOWN;

	if (byte == 'D' || byte == 'Q')
		m->down = true;
	if (byte == 'U')
		m->down = false;
	if (strchr("dD", byte) && runs(m))
		return;
	want(m, byte == 'u' || byte == 'U', e);
	if (down && strchr("ouU", byte))
		start(m, e);
}

static void take_byte(struct model *m, char byte, struct expect *e)
{
	bool down = m->state == TM_DOWN;

	if (strchr("ouOQUdD", byte))
		want_byte(m, byte, e);
	if (runs(m) && !(down && strchr("ouU", byte)))
		byte_while_running(m, byte, e);
	else if (byte == 'x' && m->state == TM_FINISH)
		m->state = TM_LASTFINISH;
	else if (byte == 'x' && down)
		leave(m, e);
}

/* Would the outcome of this byte depend on whether the restart that is due comes first? */
static bool is_certain(const struct model *m, char byte)
{
	if (byte == 'x' && m->lives <= 0)
		return false;
	return !m->waiting || strchr("ouU", byte);
}

/* The signal that this byte would send to run, SIGCONT but for "c" left out. */
static uint64_t own_signal(const struct model *m, char byte)
{
	if (!runs(m))
		return 0;
	if (strchr("dDr", byte))
		return BIT(m->down_signal);
	return signal_of(byte) ? BIT(signal_of(byte)) : 0;
}

/* All that run would get. */
static uint64_t sends(const struct model *m, char byte)
{
	bool continues = runs(m) && strchr("dDc", byte);

	return own_signal(m, byte) | (continues ? BIT(SIGCONT) | m->pending : 0);
}

/*
 * A byte may follow in the same write where the ones before it have surely been carried out when it is: not
 * to a run that has just been started or killed, and no signal twice, since the kernel may merge the two: in one
 * write or while run is stopped.
 */
static bool may_follow(const struct model *m, char byte, const struct expect *e, uint64_t sent)
{
	if (strchr(e->letters, 'x') || strchr(e->letters, 'd') || !is_certain(m, byte))
		return false;
	if (e->run)
		return strchr("oOuUQ", byte) != NULL;
	if (m->stopped && own_signal(m, byte) & m->pending)
		return false;
	if (strchr("kp", byte) && runs(m))
		return sent == 0; /* what was sent before may not be delivered any more */
	return !(sends(m, byte) & sent);
}

static char random_byte(const struct model *m, uint64_t *rng)
{
	static const char up[] = "abqhti12ycprcpkdDdoOuUQxrPCKlC", other[] = "oOuUQdDuUodOxtkpZPCKl\n";

	if (runs(m))
		return up[tm_random(rng, sizeof(up) - 1)];
	return other[tm_random(rng, sizeof(other) - 1)];
}

/* P, C, K and l are unknown to 2.11. */
static char plain(const struct model *m, char byte)
{
	if (byte == 'l')
		return letter_of(m->reload_signal);
	return byte == 'P' ? 'p' : byte == 'C' ? 'c' : byte == 'K' ? 'k' : byte;
}

static void add_byte(struct model *m, char byte, struct op *op, struct expect *e)
{
	size_t n = strlen(op->bytes);

	op->bytes[n] = byte;
	op->plain[n] = plain(m, byte);
	take_byte(m, op->plain[n], e);
}

static bool shows(const struct expect *e, const struct expect *before)
{
	return e->writes != before->writes || e->signals != before->signals || strcmp(e->letters, before->letters) != 0;
}

static void pick_bytes(struct model *m, uint64_t *rng, struct op *op, struct expect *e)
{
	size_t n = 0, many = one_in(rng, 4) ? 2 + tm_random(rng, 3) : 1;
	uint64_t sent = 0;
	bool shown = false;

	op->kind = OP_BYTES;
	for (int tries = 0; n < many && tries < 20; tries++) {
		struct expect before = *e;
		char byte = random_byte(m, rng);

		if (!may_follow(m, plain(m, byte), e, sent))
			continue;
		sent |= sends(m, plain(m, byte));
		add_byte(m, byte, op, e);
		n++;
		shown = shows(e, &before);
	}
	/* One that shows itself tells that those before it are done with. */
	if (!shown)
		add_byte(m, m->want ? 'u' : 'O', op, e);
}

static const int exit_codes[] = { 0, 0, 1, 3, 100, 111, 125, 126, 127, 200, 255 };
static const int death_signals[] = { SIGTERM, SIGKILL, SIGHUP, SIGINT, SIGUSR2 };

static int random_code(uint64_t *rng)
{
	return exit_codes[tm_random(rng, sizeof(exit_codes) / sizeof(*exit_codes))];
}

static int random_death(uint64_t *rng)
{
	return death_signals[tm_random(rng, sizeof(death_signals) / sizeof(*death_signals))];
}

static void finish_end(struct model *m, uint64_t *rng, struct op *op, struct expect *e)
{
	int code = one_in(rng, 3) ? 125 : random_code(rng);

	if (one_in(rng, 4)) {
		op->kind = one_in(rng, 2) ? OP_SIGNALED : OP_KILLED;
		op->arg = op->kind == OP_KILLED ? SIGKILL : random_death(rng);
		code = 0;
	} else {
		op->kind = OP_EXIT;
		op->arg = code;
	}
	finish_dies(m, code, e);
}

static void run_end(struct model *m, uint64_t *rng, struct op *op, struct expect *e)
{
	if (m->stopped || one_in(rng, 4)) {
		op->kind = OP_KILLED;
		op->arg = SIGKILL;
	} else if (one_in(rng, 3)) {
		op->kind = OP_SIGNALED;
		op->arg = random_death(rng);
	} else {
		op->kind = OP_EXIT;
		op->arg = random_code(rng);
	}
	run_dies(m, e);
}

static void get_ready(struct model *m, uint64_t *rng, struct op *op, struct expect *e)
{
	m->can_ready = false;
	op->kind = OP_UNREADY;
	if (one_in(rng, 5))
		return;
	op->kind = one_in(rng, 5) ? OP_READY_EXIT : OP_READY;
	m->ready = true;
	announce(m, e);
	tell(e, "U");
	if (op->kind == OP_READY)
		return;
	op->arg = random_code(rng);
	run_dies(m, e);
}

/* finish is killed when its time is over, and the status is written for the SIGCONT before that. */
static void finish_hangs(struct model *m, uint64_t *rng, struct op *op, struct expect *e)
{
	op->kind = OP_FINISH_HANGS;
	op->arg = random_code(rng);
	run_dies(m, e);
	e->finish = false;
	announce(m, e);
	go_down(m, e);
}

static void kill_limit(struct model *m, struct op *op, struct expect *e)
{
	op->kind = OP_KILL_LIMIT;
	stop(m, e);
	e->signals = 0;
	announce(m, e);
	e->old_writes--;
	run_dies(m, e);
}

/* What becomes of a file shows when it is read the next time. */
static void change_file(struct model *m, uint64_t *rng, struct op *op)
{
	static const int signals[] = { 0, 0, SIGHUP, SIGUSR1, SIGINT }, reload[] = { 0, SIGHUP, SIGUSR2, SIGALRM, SIGWINCH };

	switch (tm_random(rng, 6)) {
	case 0:
		op->kind = OP_FINISH_FILE;
		op->arg = (int)tm_random(rng, 3);
		m->finish = (enum tm_finish)op->arg;
		break;
	case 1:
		op->kind = OP_NOTIFY_FILE;
		m->notify = !m->notify;
		op->arg = m->notify;
		break;
	case 2:
		op->kind = OP_DOWN_FILE;
		m->down = !m->down;
		op->arg = m->down;
		break;
	case 3:
		op->kind = OP_RELOAD_FILE;
		op->arg = reload[tm_random(rng, sizeof(reload) / sizeof(*reload))];
		m->reload_signal = op->arg ? op->arg : SIGHUP;
		break;
	case 4:
		op->kind = OP_GROUP_FILE;
		m->group = !m->group;
		op->arg = m->group;
		break;
	default:
		op->kind = OP_SIGNAL_FILE;
		op->arg = signals[tm_random(rng, sizeof(signals) / sizeof(*signals))];
		m->down_signal = op->arg ? op->arg : SIGTERM;
	}
}

/* A file that the restart that is due would read is left alone until that has come. */
static bool may_change_files(const struct model *m)
{
	return !m->waiting;
}

static bool may_go(const struct model *m)
{
	return m->lives > 0 && !m->waiting && !m->broken && !m->stopped &&
	       (m->state == TM_UP || m->state == TM_DOWN || (m->state == TM_FINISH && !m->want));
}

/* A logger is waited for only so long once its producer is gone: here that goes last. */
bool tm_may_replace(const struct model *m, const struct model *logger)
{
	if (!logger)
		return may_go(m);
	return may_go(m) && may_go(logger) && (m->state != TM_DOWN || logger->state != TM_UP);
}

static bool pick_common(struct model *m, bool may_replace, uint64_t *rng, struct op *op)
{
	if (may_change_files(m) && one_in(rng, 6)) {
		change_file(m, rng, op);
		return true;
	}
	if (one_in(rng, 30)) {
		op->kind = OP_SCAN;
		return true;
	}
	if (may_replace && one_in(rng, m->lives > 1 ? 40 : 20)) {
		op->kind = OP_REPLACE;
		return true;
	}
	return false;
}

static void wait_for_restart(struct model *m, struct op *op, struct expect *e)
{
	op->kind = OP_RESTART;
	start(m, e);
}

static bool pick_while_down(struct model *m, uint64_t *rng, struct op *op, struct expect *e)
{
	if (m->waiting && !m->slow && m->restarts > 0 && one_in(rng, 4)) {
		m->restarts--;
		wait_for_restart(m, op, e);
		return true;
	}
	if (m->waiting)
		return false;
	if (m->lingers > 0 && !m->want && one_in(rng, 20)) {
		op->kind = OP_LINGER;
		m->lingers--;
		return true;
	}
	/* Without a run, wanted up and down can be told apart for long: the next try is ten seconds away. */
	if (!m->trying && one_in(rng, m->broken ? 3 : 8)) {
		op->kind = OP_RUN_FILE;
		op->arg = m->broken;
		m->broken = !m->broken;
		/* It may be started by itself from now on. */
		m->waiting = m->slow = !m->broken && m->want;
		return true;
	}
	return false;
}

static bool pick_while_up(struct model *m, uint64_t *rng, struct op *op, struct expect *e)
{
	if (m->can_ready && !m->stopped && one_in(rng, 3)) {
		get_ready(m, rng, op, e);
		return true;
	}
	if (m->finish == TM_FINISH_RUNS && !m->stopped && one_in(rng, 25)) {
		finish_hangs(m, rng, op, e);
		return true;
	}
	if (one_in(rng, 40)) {
		kill_limit(m, op, e);
		return true;
	}
	if (one_in(rng, 6)) {
		run_end(m, rng, op, e);
		return true;
	}
	return false;
}

void tm_pick(struct model *m, bool may_replace, uint64_t *rng, struct op *op, struct expect *e)
{
	*op = (struct op){ .kind = OP_BYTES };
	*e = (struct expect){ .writes = 0 };
	if (pick_common(m, may_replace, rng, op))
		return;
	if (m->state == TM_DOWN && pick_while_down(m, rng, op, e))
		return;
	if (runs(m) && pick_while_up(m, rng, op, e))
		return;
	if (finishes(m) && one_in(rng, 3)) {
		finish_end(m, rng, op, e);
		return;
	}
	pick_bytes(m, rng, op, e);
}

void tm_begin(struct model *m, enum tm_kind kind, uint64_t *rng, struct expect *e)
{
	int each = kind == TM_ALONE ? 2 : 1;

	*m = (struct model){
		.finish = (enum tm_finish)tm_random(rng, 3),
		.notify = one_in(rng, 2),
		.down = one_in(rng, 3),
		.down_signal = SIGTERM, .reload_signal = SIGHUP,
		.logger = kind == TM_LOGGER,
		.restarts = each, .lives = each, .lingers = kind != TM_LOGGER,
	};
	*e = (struct expect){ .writes = 0 };
	incarnate(m, e);
}

void tm_settle(struct model *m, struct op *op, struct expect *e)
{
	*op = (struct op){ .kind = OP_BYTES };
	*e = (struct expect){ .writes = 0 };
	if (m->waiting && !m->slow) {
		wait_for_restart(m, op, e);
		return;
	}
	add_byte(m, m->want ? 'u' : 'O', op, e);
}

/*
 * The supervisor of a pruned directory gets SIGTERM, a logger's SIGHUP: that it waits for the end of its run from then on
 * shows nowhere, so letters are to say the same once more.
 */
const char *tm_replaced(struct model *m, struct expect *e)
{
	const char *bytes = "";

	*e = (struct expect){ .writes = 0 };
	if (m->state == TM_UP && m->logger) {
		m->state = TM_LASTUP;
		bytes = "xO";
		want(m, false, e);
	} else if (m->state == TM_UP) {
		m->state = TM_LASTUP;
		stop(m, e);
	} else if (m->state == TM_FINISH) {
		m->state = TM_LASTFINISH;
	} else {
		tell(e, "x");
		m->state = TM_GONE;
	}
	return bytes;
}

bool tm_wind_up(struct model *m, struct op *op, struct expect *e)
{
	*op = (struct op){ .kind = OP_EXIT };
	*e = (struct expect){ .writes = 0 };
	if (m->state == TM_GONE)
		return false;
	if (m->state == TM_LASTUP && m->finish == TM_FINISH_RUNS) {
		run_dies(m, e);
		return true;
	}
	if (m->state == TM_LASTUP)
		e->old_writes++;
	announce(m, e);
	tell(e, m->state == TM_LASTUP ? "dDx" : "Dx");
	m->state = TM_GONE;
	return true;
}

const char *tm_op_name(enum op_kind kind)
{
	static const char *const names[] = {
		[OP_START] = "start", [OP_BYTES] = "bytes", [OP_EXIT] = "exit", [OP_SIGNALED] = "signaled",
		[OP_KILLED] = "killed", [OP_READY] = "ready", [OP_READY_EXIT] = "ready-exit",
		[OP_UNREADY] = "unready", [OP_FINISH_HANGS] = "finish-hangs", [OP_KILL_LIMIT] = "kill-limit",
		[OP_RESTART] = "restart", [OP_LINGER] = "linger", [OP_SCAN] = "scan", [OP_REPLACE] = "replace",
		[OP_FINISH_FILE] = "finish-file", [OP_NOTIFY_FILE] = "notify-file", [OP_DOWN_FILE] = "down-file",
		[OP_SIGNAL_FILE] = "signal-file", [OP_RELOAD_FILE] = "reload-file", [OP_GROUP_FILE] = "group-file",
		[OP_RUN_FILE] = "run-file",
	};

	return names[kind];
}
