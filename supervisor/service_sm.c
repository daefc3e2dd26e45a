/*
 * The rules of a supervised service, two or three lines each, on plain data. The table that picks one
 * is common/service_events.def; what the actions do is service_act.c's business.
 */
#include "service_sm.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

typedef void rule_fn(struct sv_step *s);

/* Compat: every want is announced in the status file, even one that was there already. */
static void announce(struct sv_step *s, uint32_t actions)
{
	s->actions |= actions | ACT_STATUS;
}

static void tell(struct sv_step *s, const char *letters)
{
	strcpy(s->notify, letters);
	s->actions |= ACT_STATUS | ACT_NOTIFY;
}

/* UP becomes FINISH or DOWN, LASTUP becomes LASTFINISH or GONE. */
static bool is_last(const struct sv_step *s)
{
	return s->next.state == SV_LASTUP || s->next.state == SV_LASTFINISH;
}

static void go_down(struct sv_step *s, const char *letters, uint32_t timer)
{
	bool last = is_last(s);

	s->next.ready = true;
	s->next.state = last ? SV_GONE : SV_DOWN;
	s->actions |= ACT_NO_PID | ACT_READY_STAMP | (last ? ACT_DISARM | ACT_LEAVE : timer);
	tell(s, letters);
}

static void ignore(struct sv_step *s)
{
	(void)s;
}

static void down_due(struct sv_step *s)
{
	s->actions |= s->next.want_up ? ACT_RUN : ACT_DISARM;
}

static void came_up(struct sv_step *s)
{
	s->next.state = SV_UP;
	s->next.ready = false;
	s->actions |= ACT_DISARM | ACT_UP_STAMP;
	tell(s, "u");
}

static void not_spawned(struct sv_step *s)
{
	s->actions |= ACT_ARM_RETRY;
}

/* A start that will be refused again until somebody mends the directory: no timer. */
static void refused(struct sv_step *s)
{
	s->actions |= ACT_DISARM;
}

static void up_late(struct sv_step *s)
{
	if (!s->next.dying) {
		s->actions |= ACT_DISARM;
		return;
	}
	s->next.paused = false;
	announce(s, ACT_KILL | ACT_ARM_AGAIN);
}

static void finish_late(struct sv_step *s)
{
	announce(s, ACT_KILL_FINISH | ACT_ARM_AGAIN);
}

static void became_ready(struct sv_step *s)
{
	s->next.ready = true;
	s->actions |= ACT_READY_STAMP;
	tell(s, "U");
}

/* The state changes when it is known whether there is a finish: FINISHING or NO_FINISH follows. */
static void run_died(struct sv_step *s)
{
	s->next.paused = s->next.ready = s->next.dying = false;
	s->actions |= ACT_DIED | ACT_DISARM | ACT_FINISH;
}

static void to_finish(struct sv_step *s)
{
	s->next.state = is_last(s) ? SV_LASTFINISH : SV_FINISH;
	s->actions |= ACT_ARM_FINISH;
	tell(s, "d");
}

static void to_down(struct sv_step *s)
{
	go_down(s, "dD", ACT_ARM_RESTART);
}

static void exec_failed(struct sv_step *s)
{
	s->next.paused = s->next.dying = false;
	s->actions |= ACT_DIED;
	go_down(s, "dD", ACT_ARM_RETRY);
}

static void finish_died(struct sv_step *s)
{
	go_down(s, "D", ACT_ARM_RESTART);
}

static void finish_failed(struct sv_step *s)
{
	s->next.want_up = false;
	go_down(s, "OD", ACT_ARM_RESTART);
}

static void send(struct sv_step *s)
{
	s->actions |= ACT_SIGNAL;
}

static void pause_run(struct sv_step *s)
{
	s->next.paused = true;
	announce(s, ACT_SIGNAL);
}

static void continue_run(struct sv_step *s)
{
	s->next.paused = false;
	announce(s, ACT_SIGNAL);
}

static void send_down(struct sv_step *s)
{
	s->actions |= ACT_DOWN_SIGNAL;
}

static void send_reload(struct sv_step *s)
{
	s->actions |= ACT_RELOAD_SIGNAL;
}

static void want_down(struct sv_step *s)
{
	s->next.want_up = false;
	announce(s, 0);
}

static void want_down_f(struct sv_step *s)
{
	s->next.want_up = false;
	announce(s, ACT_MAKE_DOWN);
}

static void want_up(struct sv_step *s)
{
	s->next.want_up = true;
	announce(s, 0);
}

static void want_up_f(struct sv_step *s)
{
	s->next.want_up = true;
	announce(s, ACT_DROP_DOWN);
}

static void start(struct sv_step *s)
{
	want_up(s);
	s->actions |= ACT_RUN;
}

static void start_f(struct sv_step *s)
{
	want_up_f(s);
	s->actions |= ACT_RUN;
}

static void start_once(struct sv_step *s)
{
	want_down(s);
	s->actions |= ACT_RUN;
}

static void stop(struct sv_step *s)
{
	s->next.want_up = s->next.paused = false;
	s->next.dying = true;
	announce(s, ACT_DOWN_SIGNAL | ACT_CONTINUE | ACT_ARM_KILL);
}

static void stop_f(struct sv_step *s)
{
	stop(s);
	s->actions |= ACT_MAKE_DOWN;
}

static void detach(struct sv_step *s)
{
	s->actions |= ACT_DETACH;
}

static void last_up_io(struct sv_step *s)
{
	s->next.state = SV_LASTUP;
	s->actions |= ACT_DETACH;
}

static void last_up_stop(struct sv_step *s)
{
	stop(s);
	s->next.state = SV_LASTUP;
}

static void last_up_gone(struct sv_step *s)
{
	last_up_stop(s);
	s->actions |= ACT_DETACH;
}

static void last_finish_io(struct sv_step *s)
{
	s->next.state = SV_LASTFINISH;
	s->actions |= ACT_DETACH;
}

static void leave(struct sv_step *s)
{
	s->next.state = SV_GONE;
	s->actions |= ACT_DISARM | ACT_LEAVE;
}

static void leave_int(struct sv_step *s)
{
	s->actions |= ACT_INT_GROUP;
	leave(s);
}

static rule_fn *const rules[EV_COUNT][SV_STATES] = {
#define SV_EVENT(name, letter, down, up, finish, lastup, lastfinish, help) \
	[EV_##name] = { down, up, finish, lastup, lastfinish, ignore },
#include "service_events.def"
#undef SV_EVENT
};

struct sv_step sv_step(const struct sv_machine *m, enum sv_event ev)
{
	struct sv_step s = { .next = *m };

	if ((unsigned int)ev < EV_COUNT && m->state < SV_STATES)
		rules[ev][m->state](&s);
	return s;
}

int sv_signal_of(enum sv_event ev)
{
	static const int signals[EV_COUNT] = {
		[EV_ALRM] = SIGALRM, [EV_ABRT] = SIGABRT, [EV_QUIT] = SIGQUIT, [EV_HUP] = SIGHUP,
		[EV_KILL] = SIGKILL, [EV_TERM] = SIGTERM, [EV_INT] = SIGINT, [EV_USR1] = SIGUSR1,
		[EV_USR2] = SIGUSR2, [EV_STOP] = SIGSTOP, [EV_CONT] = SIGCONT, [EV_WINCH] = SIGWINCH,
		[EV_STOP_GROUP] = -SIGSTOP, [EV_CONT_GROUP] = -SIGCONT, [EV_KILL_GROUP] = -SIGKILL,
	};

	return signals[ev];
}

const char *sv_state_name(enum sv_state s)
{
	static const char *const names[SV_STATES] = { "DOWN", "UP", "FINISH", "LASTUP", "LASTFINISH", "GONE" };

	return s < SV_STATES ? names[s] : "?";
}
