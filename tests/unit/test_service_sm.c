/*
 * The machine of a service. The tables of s6's documentation are written down a second time, as sparse
 * lines in words, and every cell is compared with them; what must hold for all cells, and on any walk
 * through them, is said once more without a table.
 */
#include "service_sm.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALL_FLAGS 16

static const uint32_t signals = ACT_SIGNAL | ACT_DOWN_SIGNAL | ACT_RELOAD_SIGNAL | ACT_CONTINUE | ACT_KILL |
				ACT_KILL_FINISH | ACT_INT_GROUP;

/* What is said of a service to s6-svc, in lines: in these states, this makes it do exactly that. */
struct line {
	const char *states;
	const char *cause; /* a control letter or the name of an event; then, perhaps, "if want" and the like */
	const char *effects;
};

/* A cell that no line names does nothing at all. */
static const struct line lines[] = {
	/* Control bytes: signals go to a living run and to nothing else. */
	{"up lastup", "a", "SIGALRM"},
	{"up lastup", "b", "SIGABRT"},
	{"up lastup", "q", "SIGQUIT"},
	{"up lastup", "h", "SIGHUP"},
	{"up lastup", "k", "SIGKILL"},
	{"up lastup", "t", "SIGTERM"},
	{"up lastup", "i", "SIGINT"},
	{"up lastup", "1", "SIGUSR1"},
	{"up lastup", "2", "SIGUSR2"},
	{"up lastup", "y", "SIGWINCH"},
	{"up lastup", "p", "SIGSTOP paused+ status"},
	{"up lastup", "c", "SIGCONT paused- status"},
	{"up lastup", "P", "-SIGSTOP paused+ status"},
	{"up lastup", "C", "-SIGCONT paused- status"},
	{"up lastup", "K", "-SIGKILL"},
	{"up lastup", "r", "down-signal"},
	{"up lastup", "l", "reload-signal"},
	/* Control bytes: wants. */
	{"down", "o", "want- status run"},
	{"up finish lastup lastfinish", "o", "want- status"},
	{"down finish lastfinish", "d", "want- status"},
	{"up lastup", "d", "want- paused- dying+ down-signal continue arm-kill status"},
	{"down", "u", "want+ status run"},
	{"up finish lastup lastfinish", "u", "want+ status"},
	{"down finish lastfinish", "D", "make-down want- status"},
	{"up lastup", "D", "make-down want- paused- dying+ down-signal continue arm-kill status"},
	{"down", "U", "drop-down want+ status run"},
	{"up finish lastup lastfinish", "U", "drop-down want+ status"},
	{"down up finish lastup lastfinish", "O", "want- status"},
	{"down up finish lastup lastfinish", "Q", "make-down want- status"},
	{"down", "x", ">gone disarm leave"},
	{"up", "x", ">lastup detach"},
	{"finish", "x", ">lastfinish detach"},
	{"lastup lastfinish", "x", "detach"},
	/* Signals to the supervisor itself. */
	{"down", "SUP_TERM", ">gone disarm leave"},
	{"up", "SUP_TERM", ">lastup want- paused- dying+ down-signal continue arm-kill status"},
	{"finish", "SUP_TERM", ">lastfinish detach"},
	{"lastup", "SUP_TERM", "want- paused- dying+ down-signal continue arm-kill status"},
	{"down", "SUP_HUP", ">gone disarm leave"},
	{"up", "SUP_HUP", ">lastup detach"},
	{"finish", "SUP_HUP", ">lastfinish detach"},
	{"lastup lastfinish", "SUP_HUP", "detach"},
	{"down up finish lastup lastfinish", "SUP_QUIT", ">gone disarm leave"},
	{"down", "SUP_INT", ">gone disarm leave"},
	{"up finish lastup lastfinish", "SUP_INT", "int-group >gone disarm leave"},
	/* The directory is gone: as SIGTERM and "x" together. */
	{"down", "VANISHED", ">gone disarm leave"},
	{"up lastup", "VANISHED", ">lastup want- paused- dying+ detach down-signal continue arm-kill status"},
	{"finish", "VANISHED", ">lastfinish detach"},
	/* The timer. */
	{"down", "TIMEOUT if want", "run"},
	{"down", "TIMEOUT if no want", "disarm"},
	{"up lastup", "TIMEOUT if dying", "kill paused- status arm-again"},
	{"up lastup", "TIMEOUT if no dying", "disarm"},
	{"finish lastfinish", "TIMEOUT", "kill-finish status arm-again"},
	/* Starts. */
	{"down", "SPAWNED", ">up ready- up-stamp disarm status tell=u"},
	{"down", "SPAWN_FAILED", "arm-retry"},
	{"down", "SPAWN_REFUSED", "disarm"},
	{"up lastup", "READY", "ready+ ready-stamp status tell=U"},
	{"up", "EXEC_FAILED",
		">down paused- ready+ dying- died no-pid ready-stamp arm-retry status tell=dD"},
	{"lastup", "EXEC_FAILED",
		">gone paused- ready+ dying- died no-pid ready-stamp disarm status tell=dD leave"},
	/* Deaths: run's first half, which finish decides about ... */
	{"up lastup", "DIED", "paused- ready- dying- died disarm finish"},
	{"up lastup", "DIED_125", "paused- ready- dying- died disarm finish"},
	{"up", "FINISHING", ">finish arm-finish status tell=d"},
	{"lastup", "FINISHING", ">lastfinish arm-finish status tell=d"},
	{"up", "NO_FINISH", ">down ready+ no-pid ready-stamp arm-restart status tell=dD"},
	{"lastup", "NO_FINISH", ">gone ready+ no-pid ready-stamp disarm status tell=dD leave"},
	/* ... and finish's. 125 is a permanent failure. */
	{"finish", "DIED", ">down ready+ no-pid ready-stamp arm-restart status tell=D"},
	{"lastfinish", "DIED", ">gone ready+ no-pid ready-stamp disarm status tell=D leave"},
	{"finish", "DIED_125", ">down want- ready+ no-pid ready-stamp arm-restart status tell=OD"},
	{"lastfinish", "DIED_125", ">gone want- ready+ no-pid ready-stamp disarm status tell=OD leave"},
};

static const struct {
	const char *word;
	uint32_t action;
} actions[] = {
	{"make-down", ACT_MAKE_DOWN}, {"drop-down", ACT_DROP_DOWN}, {"detach", ACT_DETACH},
	{"down-signal", ACT_DOWN_SIGNAL}, {"reload-signal", ACT_RELOAD_SIGNAL},
	{"continue", ACT_CONTINUE}, {"kill", ACT_KILL}, {"kill-finish", ACT_KILL_FINISH},
	{"int-group", ACT_INT_GROUP}, {"died", ACT_DIED}, {"no-pid", ACT_NO_PID},
	{"up-stamp", ACT_UP_STAMP}, {"ready-stamp", ACT_READY_STAMP}, {"disarm", ACT_DISARM},
	{"arm-kill", ACT_ARM_KILL}, {"arm-again", ACT_ARM_AGAIN}, {"arm-finish", ACT_ARM_FINISH},
	{"arm-restart", ACT_ARM_RESTART}, {"arm-retry", ACT_ARM_RETRY}, {"status", ACT_STATUS},
	{"run", ACT_RUN}, {"finish", ACT_FINISH}, {"leave", ACT_LEAVE},
};

static const struct {
	const char *name;
	int sig;
} signal_words[] = {
	{"SIGALRM", SIGALRM}, {"SIGABRT", SIGABRT}, {"SIGQUIT", SIGQUIT}, {"SIGHUP", SIGHUP},
	{"SIGKILL", SIGKILL}, {"SIGTERM", SIGTERM}, {"SIGINT", SIGINT}, {"SIGUSR1", SIGUSR1},
	{"SIGUSR2", SIGUSR2}, {"SIGWINCH", SIGWINCH}, {"SIGSTOP", SIGSTOP}, {"SIGCONT", SIGCONT},
	{"-SIGSTOP", -SIGSTOP}, {"-SIGCONT", -SIGCONT}, {"-SIGKILL", -SIGKILL},
};

static const char *const state_words[SV_STATES] = {"down", "up", "finish", "lastup", "lastfinish", "gone"};

/* What a line says, worked out for one machine. */
struct expected {
	struct sv_step step;
	int sig;
};

static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);
	const char *p = list;

	while ((p = strstr(p, word))) {
		if ((p == list || p[-1] == ' ') && (p[len] == ' ' || p[len] == '\0'))
			return true;
		p += len;
	}
	return false;
}

static bool set_flag(struct sv_machine *m, const char *word)
{
	bool on = word[strlen(word) - 1] == '+';

	if (!on && word[strlen(word) - 1] != '-')
		return false;
	if (strncmp(word, "want", 4) == 0)
		m->want_up = on;
	else if (strncmp(word, "paused", 6) == 0)
		m->paused = on;
	else if (strncmp(word, "ready", 5) == 0)
		m->ready = on;
	else if (strncmp(word, "dying", 5) == 0)
		m->dying = on;
	else
		return false;
	return true;
}

static bool set_signal(struct expected *e, const char *word)
{
	for (size_t i = 0; i < sizeof(signal_words) / sizeof(*signal_words); i++) {
		if (strcmp(word, signal_words[i].name) != 0)
			continue;
		e->sig = signal_words[i].sig;
		e->step.actions |= ACT_SIGNAL;
		return true;
	}
	return false;
}

static bool set_state(struct sv_machine *m, const char *word)
{
	for (int st = 0; word[0] == '>' && st < SV_STATES; st++)
		if (strcmp(word + 1, state_words[st]) == 0) {
			m->state = (uint8_t)st;
			return true;
		}
	return false;
}

static bool set_action(struct sv_step *s, const char *word)
{
	if (strncmp(word, "tell=", 5) == 0) {
		s->actions |= ACT_NOTIFY;
		snprintf(s->notify, sizeof(s->notify), "%s", word + 5);
		return true;
	}
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (strcmp(word, actions[i].word) == 0) {
			s->actions |= actions[i].action;
			return true;
		}
	return false;
}

static void add_effects(struct expected *e, const char *effects)
{
	char buf[160], *save = NULL;

	cr_assert_lt(strlen(effects), sizeof(buf));
	strcpy(buf, effects);
	for (char *w = strtok_r(buf, " ", &save); w; w = strtok_r(NULL, " ", &save))
		cr_assert(set_state(&e->step.next, w) || set_flag(&e->step.next, w) || set_signal(e, w) ||
			set_action(&e->step, w), "'%s' is no word", w);
}

/* Is this the cause of that line, with its condition met? */
static bool is_cause(const struct line *l, const struct sv_machine *m, enum sv_event ev)
{
	char letter[2] = {ctl_letter_of(ev), '\0'};
	const char *name = letter[0] ? letter : ctl_event_name(ev);
	size_t len = strlen(name);

	if (strncmp(l->cause, name, len) != 0 || (l->cause[len] != '\0' && l->cause[len] != ' '))
		return false;
	if (l->cause[len] == '\0')
		return true;
	if (strcmp(l->cause + len, " if want") == 0)
		return m->want_up;
	if (strcmp(l->cause + len, " if no want") == 0)
		return !m->want_up;
	if (strcmp(l->cause + len, " if dying") == 0)
		return m->dying;
	cr_assert_str_eq(l->cause + len, " if no dying");
	return !m->dying;
}

static struct expected expect(const struct sv_machine *m, enum sv_event ev)
{
	struct expected e = {.step = {.next = *m}};
	int found = 0;

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		if (!has_word(lines[i].states, state_words[m->state]) || !is_cause(&lines[i], m, ev))
			continue;
		add_effects(&e, lines[i].effects);
		found++;
	}
	cr_assert_leq(found, 1, "%s in %s is said twice", ctl_event_name(ev), state_words[m->state]);
	return e;
}

static struct sv_machine machine(int state, int flags)
{
	return (struct sv_machine){
		.state = (uint8_t)state,
		.want_up = flags & 1,
		.paused = flags & 2,
		.ready = flags & 4,
		.dying = flags & 8,
	};
}

static bool same(const struct sv_machine *a, const struct sv_machine *b)
{
	return a->state == b->state && a->want_up == b->want_up && a->paused == b->paused &&
	       a->ready == b->ready && a->dying == b->dying;
}

/* Every state with every setting of the flags, and every event. */
#define EACH_CELL(m, ev) \
	for (int st_ = 0; st_ < SV_STATES; st_++) \
		for (int flags_ = 0; flags_ < ALL_FLAGS; flags_++) \
			for (struct sv_machine m = machine(st_, flags_), *once_ = &m; once_; once_ = NULL) \
				for (int ev = 0; ev < EV_COUNT; ev++)

#define CELL "%s in %s (want %d paused %d ready %d dying %d)"
#define CELL_ARGS(m, ev) \
	ctl_event_name((enum sv_event)(ev)), sv_state_name((enum sv_state)(m).state), (m).want_up, (m).paused, \
		(m).ready, (m).dying

Test(service_sm, does_in_every_cell_what_s6_supervise_does)
{
	EACH_CELL(m, ev) {
		struct sv_step got = sv_step(&m, (enum sv_event)ev);
		struct expected want = expect(&m, (enum sv_event)ev);

		cr_expect_eq(got.actions, want.step.actions, CELL ": actions %x, not %x", CELL_ARGS(m, ev),
			got.actions, want.step.actions);
		cr_expect(same(&got.next, &want.step.next), CELL ": ends in %s", CELL_ARGS(m, ev),
			sv_state_name((enum sv_state)got.next.state));
		cr_expect_str_eq(got.notify, want.step.notify, CELL, CELL_ARGS(m, ev));
		if (got.actions & ACT_SIGNAL)
			cr_expect_eq(sv_signal_of((enum sv_event)ev), want.sig, CELL, CELL_ARGS(m, ev));
	}
}

/* A line with a misspelt cause or state would be a line nobody compares. */
Test(service_sm, is_described_by_lines_that_all_apply)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		int cells = 0;

		EACH_CELL(m, ev)
			cells += has_word(lines[i].states, state_words[m.state]) &&
				 is_cause(&lines[i], &m, (enum sv_event)ev);
		cr_expect_gt(cells, 0, "'%s' in %s", lines[i].cause, lines[i].states);
	}
}

Test(service_sm, has_a_signal_for_exactly_the_events_that_send_it)
{
	for (int ev = 0; ev < EV_COUNT; ev++) {
		struct sv_machine m = machine(SV_UP, 0);
		bool sends = sv_step(&m, (enum sv_event)ev).actions & ACT_SIGNAL;

		cr_expect_eq(sv_signal_of((enum sv_event)ev) != 0, sends, "%s", ctl_event_name((enum sv_event)ev));
	}
}

Test(service_sm, writes_the_status_at_every_visible_change)
{
	EACH_CELL(m, ev) {
		struct sv_step s = sv_step(&m, (enum sv_event)ev);
		bool visible = s.next.want_up != m.want_up || s.next.paused != m.paused ||
			       s.next.ready != m.ready || s.next.state != m.state;

		/* A death shows when finish is known about; LAST states and what is gone look no different. */
		if (s.actions & (ACT_FINISH | ACT_DETACH | ACT_LEAVE))
			continue;
		cr_expect(!visible || s.actions & ACT_STATUS, CELL, CELL_ARGS(m, ev));
	}
}

Test(service_sm, tells_nobody_before_the_status_is_written)
{
	cr_assert_lt(ACT_STATUS, ACT_NOTIFY);
	EACH_CELL(m, ev) {
		struct sv_step s = sv_step(&m, (enum sv_event)ev);

		cr_expect(!(s.actions & ACT_NOTIFY) || s.actions & ACT_STATUS, CELL, CELL_ARGS(m, ev));
		cr_expect_eq(s.notify[0] != '\0', (s.actions & ACT_NOTIFY) != 0, CELL, CELL_ARGS(m, ev));
	}
}

Test(service_sm, signals_nothing_where_there_can_be_no_pid)
{
	EACH_CELL(m, ev) {
		struct sv_step s = sv_step(&m, (enum sv_event)ev);

		if (m.state == SV_DOWN || m.state == SV_GONE)
			cr_expect_eq(s.actions & signals, 0, CELL, CELL_ARGS(m, ev));
	}
}

/* Letters and signals are for run: finish is killed by its time limit alone, or by a SIGINT from a terminal. */
Test(service_sm, leaves_finish_alone_but_for_its_time_limit)
{
	EACH_CELL(m, ev) {
		uint32_t sent = sv_step(&m, (enum sv_event)ev).actions & signals;

		if (m.state != SV_FINISH && m.state != SV_LASTFINISH)
			cr_expect_eq(sent & ACT_KILL_FINISH, 0, CELL, CELL_ARGS(m, ev));
		else if (ev == EV_TIMEOUT)
			cr_expect_eq(sent, ACT_KILL_FINISH, CELL, CELL_ARGS(m, ev));
		else
			cr_expect_eq(sent, ev == EV_SUP_INT ? ACT_INT_GROUP : 0, CELL, CELL_ARGS(m, ev));
	}
}

Test(service_sm, starts_run_only_where_nothing_runs)
{
	EACH_CELL(m, ev) {
		struct sv_step s = sv_step(&m, (enum sv_event)ev);

		cr_expect(!(s.actions & ACT_RUN) || m.state == SV_DOWN, CELL, CELL_ARGS(m, ev));
		cr_expect(!(s.actions & ACT_FINISH) || m.state == SV_UP || m.state == SV_LASTUP, CELL,
			CELL_ARGS(m, ev));
	}
}

Test(service_sm, leaves_a_last_state_only_towards_its_end)
{
	EACH_CELL(m, ev) {
		int next = sv_step(&m, (enum sv_event)ev).next.state;

		if (m.state == SV_LASTUP)
			cr_expect(next == SV_LASTUP || next == SV_LASTFINISH || next == SV_GONE, CELL,
				CELL_ARGS(m, ev));
		if (m.state == SV_LASTFINISH)
			cr_expect(next == SV_LASTFINISH || next == SV_GONE, CELL, CELL_ARGS(m, ev));
	}
}

Test(service_sm, leaves_exactly_when_it_is_gone)
{
	EACH_CELL(m, ev) {
		struct sv_step s = sv_step(&m, (enum sv_event)ev);
		bool gone = m.state != SV_GONE && s.next.state == SV_GONE;

		cr_expect_eq((s.actions & ACT_LEAVE) != 0, gone, CELL, CELL_ARGS(m, ev));
		cr_expect(!gone || s.actions & ACT_DISARM, CELL, CELL_ARGS(m, ev));
	}
}

Test(service_sm, answers_nothing_when_it_is_gone)
{
	for (int flags = 0; flags < ALL_FLAGS; flags++)
		for (int ev = 0; ev < EV_COUNT; ev++) {
			struct sv_machine m = machine(SV_GONE, flags);
			struct sv_step s = sv_step(&m, (enum sv_event)ev);

			cr_expect_eq(s.actions, 0, CELL, CELL_ARGS(m, ev));
			cr_expect(same(&s.next, &m), CELL, CELL_ARGS(m, ev));
		}
}

Test(service_sm, sets_one_timer_at_most)
{
	static const uint32_t timers = ACT_DISARM | ACT_ARM_KILL | ACT_ARM_AGAIN | ACT_ARM_FINISH |
				       ACT_ARM_RESTART | ACT_ARM_RETRY;

	EACH_CELL(m, ev) {
		uint32_t set = sv_step(&m, (enum sv_event)ev).actions & timers;

		/* A restart that is due at once is armed for now, so disarming is never mixed with it. */
		cr_expect_eq(set & (set - 1), 0, CELL, CELL_ARGS(m, ev));
	}
}

Test(service_sm, ignores_what_it_does_not_know)
{
	static const int unknown[] = {EV_COUNT, EV_COUNT + 1, 255, -1, -EV_COUNT};

	for (int state = 0; state < SV_STATES; state++)
		for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
			struct sv_machine m = machine(state, 5);
			struct sv_step s = sv_step(&m, (enum sv_event)unknown[i]);

			cr_expect_eq(s.actions, 0);
			cr_expect(same(&s.next, &m));
		}
	for (int ev = 0; ev < EV_COUNT; ev++) {
		struct sv_machine m = machine(SV_STATES, 5);
		struct sv_step s = sv_step(&m, (enum sv_event)ev);

		cr_expect_eq(s.actions, 0);
		cr_expect(same(&s.next, &m));
	}
}

Test(service_sm, names_every_state)
{
	for (int a = 0; a < SV_STATES; a++)
		for (int b = 0; b < a; b++)
			cr_expect_str_neq(sv_state_name((enum sv_state)a), sv_state_name((enum sv_state)b));
	cr_assert_str_eq(sv_state_name(SV_LASTFINISH), "LASTFINISH");
	cr_assert_str_eq(sv_state_name(SV_STATES), "?");
}

/* A service with a run and perhaps a finish that work: actions come back as the events they lead to. */
struct play {
	struct sv_machine m;
	bool finish;
	uint32_t did;      /* all actions of the last event */
	char letters[64];
};

static void play_event(struct play *p, enum sv_event ev)
{
	struct sv_step s = sv_step(&p->m, ev);

	p->m = s.next;
	p->did |= s.actions;
	strncat(p->letters, s.notify, sizeof(p->letters) - strlen(p->letters) - 1);
	if (s.actions & ACT_RUN)
		play_event(p, EV_SPAWNED);
	if (s.actions & ACT_FINISH)
		play_event(p, p->finish ? EV_FINISHING : EV_NO_FINISH);
	if (s.actions & ACT_LEAVE)
		strncat(p->letters, "x", sizeof(p->letters) - strlen(p->letters) - 1);
}

static void feed(struct play *p, enum sv_event ev)
{
	p->did = 0;
	play_event(p, ev);
}

static struct play begin(bool want_up, bool finish)
{
	struct play p = {.m = {.state = SV_DOWN, .want_up = want_up, .ready = true}, .finish = finish};

	feed(&p, EV_TIMEOUT);
	return p;
}

Test(service_sm, scene_a_crash_is_followed_by_a_restart)
{
	struct play p = begin(true, true);

	feed(&p, EV_DIED);
	cr_assert_eq(p.m.state, SV_FINISH);
	feed(&p, EV_DIED);
	cr_assert_eq(p.m.state, SV_DOWN);
	cr_assert(p.did & ACT_ARM_RESTART);
	feed(&p, EV_TIMEOUT);
	cr_assert_eq(p.m.state, SV_UP);
	cr_assert_str_eq(p.letters, "udDu");
}

Test(service_sm, scene_without_finish_both_letters_of_a_death_come_together)
{
	struct play p = begin(true, false);

	feed(&p, EV_READY);
	feed(&p, EV_RESTART);
	cr_assert_eq(p.did, ACT_DOWN_SIGNAL);
	feed(&p, EV_DIED);
	feed(&p, EV_TIMEOUT);
	feed(&p, EV_READY);
	cr_assert_str_eq(p.letters, "uUdDuU");
}

Test(service_sm, scene_down_while_finishing_prevents_the_restart)
{
	struct play p = begin(true, true);

	feed(&p, EV_DIED);
	feed(&p, EV_DOWN);
	cr_assert_eq(p.did & signals, 0);
	feed(&p, EV_DIED);
	feed(&p, EV_TIMEOUT);
	cr_assert_eq(p.m.state, SV_DOWN);
	cr_assert_eq(p.did, ACT_DISARM);
	feed(&p, EV_UP);
	cr_assert_eq(p.m.state, SV_UP);
	cr_assert_str_eq(p.letters, "udDu");
}

Test(service_sm, scene_up_does_not_call_off_a_kill_that_is_due)
{
	struct play p = begin(true, true);

	feed(&p, EV_DOWN);
	feed(&p, EV_UP);
	feed(&p, EV_TIMEOUT);
	cr_assert(p.did & ACT_KILL);
	feed(&p, EV_TIMEOUT);
	cr_assert(p.did & ACT_KILL);
	feed(&p, EV_DIED);
	feed(&p, EV_DIED);
	feed(&p, EV_TIMEOUT);
	cr_assert_eq(p.m.state, SV_UP);
	cr_assert_not(p.m.dying);
	cr_assert_str_eq(p.letters, "udDu");
}

Test(service_sm, scene_once_starts_a_service_that_is_not_restarted)
{
	struct play p = begin(false, true);

	cr_assert_eq(p.m.state, SV_DOWN);
	feed(&p, EV_ONCE);
	feed(&p, EV_DIED);
	feed(&p, EV_DIED);
	feed(&p, EV_TIMEOUT);
	cr_assert_eq(p.m.state, SV_DOWN);
	cr_assert_str_eq(p.letters, "udD");
}

Test(service_sm, scene_finish_with_125_is_a_permanent_failure)
{
	struct play p = begin(true, true);

	feed(&p, EV_DIED_125);
	cr_assert(p.m.want_up, "run's own 125 means nothing");
	feed(&p, EV_DIED_125);
	cr_assert_not(p.m.want_up);
	feed(&p, EV_TIMEOUT);
	cr_assert_str_eq(p.letters, "udOD");
}

Test(service_sm, scene_exit_lets_a_running_service_run)
{
	struct play p = begin(true, false);

	feed(&p, EV_EXIT);
	cr_assert_eq(p.did, ACT_DETACH);
	cr_assert_eq(p.m.state, SV_LASTUP);
	feed(&p, EV_READY);
	feed(&p, EV_DIED);
	cr_assert_str_eq(p.letters, "uUdDx");
	cr_assert_eq(p.m.state, SV_GONE);
}

Test(service_sm, scene_exit_and_down_in_one_write_stop_and_leave)
{
	struct play p = begin(true, true);

	feed(&p, EV_EXIT);
	feed(&p, EV_DOWN);
	cr_assert(p.did & ACT_DOWN_SIGNAL);
	feed(&p, EV_DIED);
	cr_assert_eq(p.m.state, SV_LASTFINISH);
	feed(&p, EV_UP);
	feed(&p, EV_DIED);
	cr_assert_str_eq(p.letters, "udDx");
}

Test(service_sm, scene_exit_while_down_says_no_d)
{
	struct play p = begin(false, true);

	feed(&p, EV_EXIT);
	cr_assert_str_eq(p.letters, "x");
}

Test(service_sm, scene_sigquit_leaves_at_once_and_touches_nothing)
{
	struct play p = begin(true, true);

	feed(&p, EV_SUP_QUIT);
	cr_assert_eq(p.did & signals, 0);
	cr_assert_eq(p.did & ACT_STATUS, 0);
	cr_assert_str_eq(p.letters, "ux");
}

Test(service_sm, scene_a_stopped_service_is_continued_when_it_is_to_die)
{
	struct play p = begin(true, true);

	feed(&p, EV_STOP);
	cr_assert(p.m.paused);
	feed(&p, EV_DOWN);
	cr_assert(p.did & ACT_CONTINUE);
	cr_assert_lt(ACT_DOWN_SIGNAL, ACT_CONTINUE);
	cr_assert_not(p.m.paused);
}

/* One of the events that can really come next: deaths only of what lives, "ready" once. */
static enum sv_event pick(const struct sv_machine *m, bool pid, unsigned int *seed)
{
	for (;;) {
		enum sv_event ev = (enum sv_event)(rand_r(seed) % EV_COUNT);

		switch (ev) {
		case EV_SPAWNED:
		case EV_SPAWN_FAILED:
		case EV_SPAWN_REFUSED:
		case EV_FINISHING:
		case EV_NO_FINISH:
			continue;
		case EV_READY:
			if (m->ready)
				continue;
			return ev;
		case EV_DIED:
		case EV_DIED_125:
			if (!pid)
				continue;
			return ev;
		case EV_EXEC_FAILED:
			if (m->state != SV_UP && m->state != SV_LASTUP)
				continue;
			return ev;
		case EV_SUP_QUIT:
		case EV_SUP_INT:
			/* Rarely: they end the walk. */
			if (rand_r(seed) % 8)
				continue;
			return ev;
		default:
			return ev;
		}
	}
}

/* What listeners may hear after what they heard last; '.' is the beginning. */
static bool follows(char last, char letter)
{
	switch (letter) {
	case 'u': return strchr(".D", last);
	case 'U': return last == 'u';
	case 'd': return last == 'u' || last == 'U';
	case 'O': return last == 'd';
	case 'D': return last == 'd' || last == 'O';
	default: return false;
	}
}

struct walk {
	struct sv_machine m;
	bool pid, closing, shown_want;
	char last;
	unsigned int seed;
};

static void walk_step(struct walk *w, enum sv_event ev);

static void walk_on(struct walk *w, uint32_t did)
{
	static const enum sv_event starts[] = {EV_SPAWNED, EV_SPAWNED, EV_SPAWN_FAILED, EV_SPAWN_REFUSED};

	if (did & ACT_RUN) {
		enum sv_event ev = starts[rand_r(&w->seed) % 4];

		w->pid = ev == EV_SPAWNED;
		walk_step(w, ev);
	}
	if (did & ACT_FINISH) {
		enum sv_event ev = rand_r(&w->seed) % 2 ? EV_FINISHING : EV_NO_FINISH;

		w->pid = ev == EV_FINISHING;
		walk_step(w, ev);
	}
}

static void walk_step(struct walk *w, enum sv_event ev)
{
	struct sv_step s = sv_step(&w->m, ev);

	cr_assert(!(s.actions & signals) || w->pid, CELL, CELL_ARGS(w->m, ev));
	cr_assert(!(s.actions & ACT_RUN) || (!w->pid && !w->closing), CELL, CELL_ARGS(w->m, ev));
	for (const char *p = s.notify; *p; w->last = *p++)
		cr_assert(follows(w->last, *p), CELL ": '%c' after '%c'", CELL_ARGS(w->m, ev), *p, w->last);
	if (s.actions & ACT_STATUS)
		w->shown_want = s.next.want_up;
	if (s.actions & (ACT_NO_PID | ACT_LEAVE))
		w->pid = false;
	w->m = s.next;
	w->closing = w->closing || w->m.state >= SV_LASTUP;
	walk_on(w, s.actions);
	cr_assert_eq(w->shown_want, w->m.want_up, CELL, CELL_ARGS(w->m, ev));
	cr_assert_eq(w->pid, w->m.state != SV_DOWN && w->m.state != SV_GONE, CELL, CELL_ARGS(w->m, ev));
	cr_assert(!w->closing || w->m.state >= SV_LASTUP, CELL, CELL_ARGS(w->m, ev));
}

Test(service_sm, keeps_what_must_hold_on_any_walk)
{
	int ends = 0;

	for (unsigned int seed = 1; seed <= 2000; seed++) {
		struct walk w = {.m = {.state = SV_DOWN, .want_up = seed & 1, .ready = true},
			.shown_want = seed & 1, .last = '.', .seed = seed};

		for (int i = 0; i < 200 && w.m.state != SV_GONE; i++)
			walk_step(&w, pick(&w.m, w.pid, &w.seed));
		ends += w.m.state == SV_GONE;
	}
	cr_assert_gt(ends, 1000, "only %d walks came to an end", ends);
}
