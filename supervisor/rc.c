/*
 * Changes of the service graph: begun, carried on whenever something comes to its end, over when nothing is in flight
 * and nothing more can be begun. Owns the marks and the deadlines; how one service is started or stopped is rc_run.c's.
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boot_int.h"
#include "execp.h"
#include "fdio.h"
#include "msg.h"
#include "rc_int.h"
#include "service.h"

#define MS INT64_C(1000000)
#define HASTE_MS 1000

const char *rc_shown(const struct rc *rc, uint32_t i)
{
	static char buf[4 * SV_NAME_FULL + 1];
	const char *name = rc_name(rc->g, i);

	return msg_escape(buf, sizeof(buf), name, strlen(name));
}

/* Compat: overlay-boot 13: the lines people look for. */
static void print(const struct rc *rc, unsigned int level, const char *text)
{
	const char *prog = msg_prog;

	if (level > boot_number(rc->sv, "S6_VERBOSITY", 2))
		return;
	msg_prog = "s6-rc";
	if (level == 1)
		msg_warn(0, "%s", text);
	else
		msg_info("%s", text);
	msg_prog = prog;
}

void rc_tell(struct rc *rc, unsigned int level, const char *fmt, ...)
{
	char text[1536];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!rc->asker)
		print(rc, level, text);
	else if (level <= rc->asker_v)
		api_rc_say(rc, level, text);
}

void rc_close_io(struct rc *rc)
{
	for (size_t i = 0; i < sizeof(rc->io) / sizeof(*rc->io); i++)
		fdio_close(&rc->io[i]);
}

static void settle(struct rc *rc);

static void on_turn(uv_timer_t *t)
{
	settle(t->data);
}

static void on_deadline(uv_timer_t *t)
{
	settle(t->data);
}

static void open_timers(struct rc *rc)
{
	if (rc->open)
		return;
	rc->open = true;
	(void)uv_timer_init(&rc->sv->loop, &rc->timer);
	(void)uv_timer_init(&rc->sv->loop, &rc->turn);
	rc->timer.data = rc->turn.data = rc;
}

void rc_look(struct rc *rc)
{
	open_timers(rc);
	(void)uv_timer_start(&rc->turn, on_turn, 0, 0);
}

void rc_service_changed(struct supervisor *sv)
{
	if (sv->rc && sv->rc->g && sv->rc->live->goal != RC_IDLE)
		rc_look(sv->rc);
}

static bool in_flight(const struct rc *rc, uint32_t i)
{
	return rc->plan.m[i].state == RC_STARTING || rc->plan.m[i].state == RC_STOPPING;
}

static void earlier(int64_t *min, int64_t ns)
{
	if (ns && (!*min || ns < *min))
		*min = ns;
}

void rc_arm(struct rc *rc)
{
	int64_t min = 0, left;

	open_timers(rc);
	earlier(&min, rc->live->deadline_ns);
	earlier(&min, rc->live->budget_ns);
	for (uint32_t i = 0; i < rc->g->atomics; i++)
		if (in_flight(rc, i))
			earlier(&min, rc->cell[i].deadline_ns);
	if (!min) {
		(void)uv_timer_stop(&rc->timer);
		return;
	}
	left = min - mono_ns();
	uv_update_time(&rc->sv->loop);
	(void)uv_timer_start(&rc->timer, on_deadline, left > 0 ? (uint64_t)(left / MS) + 1 : 0, 0);
}

/* A container without services of its own boots without a word, unless somebody has asked for words. */
unsigned int rc_info(const struct rc *rc, uint32_t i)
{
	bool asked = rc->asker || env_get(rc->sv->boot->env, "S6_VERBOSITY");

	return rc->g->node[i].builtin && !asked ? 3 : 2;
}

/* Compat: s6-rc's words. why is NULL, or what went wrong. */
static void tell_end(struct rc *rc, uint32_t i, bool up, const char *why)
{
	if (!why)
		rc_tell(rc, rc_info(rc, i), "service %s successfully %s", rc_shown(rc, i), up ? "started" : "stopped");
	else
		rc_tell(rc, 1, "unable to %s service %s: %s", up ? "start" : "stop", rc_shown(rc, i), why);
}

void rc_done(struct rc *rc, uint32_t i, bool ok, const char *why)
{
	bool up = rc->plan.m[i].state == RC_STARTING;
	enum rc_event ev = up ? ok ? RC_STARTED : RC_START_FAILED : ok ? RC_STOPPED : RC_STOP_FAILED;

	if (!rc_plan_event(&rc->plan, i, ev))
		return;
	rc->cell[i].deadline_ns = 0;
	rc->cell[i].pid = 0;
	tell_end(rc, i, up, ok ? NULL : why);
	rc_look(rc);
}

static void check_all(struct rc *rc)
{
	int64_t now = mono_ns();

	for (uint32_t i = 0; i < rc->g->atomics; i++) {
		if (in_flight(rc, i))
			rc_check(rc, i);
		if (in_flight(rc, i) && rc->cell[i].deadline_ns && rc->cell[i].deadline_ns <= now) {
			rc->cell[i].deadline_ns = 0;
			rc_late(rc, i);
		}
	}
}

/* Until a whole round begins nothing: what ends at once lets others begin. */
static void begin_all(struct rc *rc)
{
	uint32_t cursor, i;
	bool again = true;

	while (again && !rc->live->out_of_time) {
		again = false;
		cursor = 0;
		while ((i = rc_plan_next(&rc->plan, &cursor)) != RC_NONE) {
			again = true;
			rc_begin(rc, i);
		}
	}
}

/* Compat: -t: what is in flight is left alone, and its state is the old one. */
static void give_up(struct rc *rc)
{
	rc->live->out_of_time = true;
	for (uint32_t i = 0; i < rc->g->atomics; i++) {
		if (!in_flight(rc, i))
			continue;
		(void)rc_plan_event(&rc->plan, i, rc->plan.m[i].state == RC_STARTING ? RC_START_FAILED : RC_STOP_FAILED);
		rc->cell[i].pid = 0;
		rc->cell[i].deadline_ns = 0;
	}
}

/* The second half of s6-rc -p. False: there is none. */
static bool begin_second(struct rc *rc)
{
	int64_t left = rc->live->deadline_ns ? rc->live->deadline_ns - mono_ns() : 0;

	if (!rc->live->prune_first || rc->live->out_of_time || rc_plan_missed(&rc->plan))
		return false;
	rc->live->prune_first = false;
	rc->live->goal = RC_IDLE;
	return rc_change(rc, true, rc->keep, false, left > 0 ? (uint32_t)(left / MS) + 1 : 0) == 0;
}

void rc_over(struct rc *rc, int code)
{
	bool boot = rc->live->boot;

	rc->live->goal = RC_IDLE;
	rc->live->prune_first = rc->live->boot = false;
	rc->live->deadline_ns = rc->live->budget_ns = 0;
	(void)uv_timer_stop(&rc->timer);
	if (rc_update_goes_on(rc, code))
		return;
	rc_close_io(rc);
	if (boot)
		boot_rc_over(rc->sv, code);
	api_rc_over(rc, code);
}

static void over(struct rc *rc)
{
	int code = rc->live->out_of_time ? 2 : rc_plan_missed(&rc->plan) ? 1 : 0;

	if (!begin_second(rc))
		rc_over(rc, code);
}

/* The budget of the stop is spent: what is in flight is killed, and the rest has a second for each step. */
static void spend(struct rc *rc)
{
	rc->live->budget_ns = mono_ns() + HASTE_MS * MS;
	for (uint32_t i = 0; i < rc->g->atomics; i++)
		if (in_flight(rc, i))
			rc_kill(rc, i);
}

static void settle(struct rc *rc)
{
	struct rc_live *l = rc->live;

	if (!rc->g || l->goal == RC_IDLE || l->goal >= RC_GOAL_RELOAD || rc->settling)
		return;
	rc->settling = true;
	check_all(rc);
	if (l->deadline_ns && l->deadline_ns <= mono_ns() && (rc_plan_in_flight(&rc->plan) || l->goal == RC_GOAL_UP))
		give_up(rc);
	begin_all(rc);
	if (l->budget_ns && l->budget_ns <= mono_ns())
		spend(rc);
	rc->settling = false;
	if (!rc_plan_in_flight(&rc->plan))
		over(rc);
	else
		rc_arm(rc);
}

int rc_change(struct rc *rc, bool up, uint8_t *set, bool keep_essential, uint32_t timeout_ms)
{
	struct rc_live *l = rc->live;

	if (!rc->g)
		return -ENOENT;
	if (l->goal != RC_IDLE)
		return -EBUSY;
	l->goal = up ? RC_GOAL_UP : RC_GOAL_DOWN;
	l->out_of_time = false;
	l->deadline_ns = timeout_ms ? mono_ns() + timeout_ms * MS : 0;
	rc_plan_begin(&rc->plan, up, set, keep_essential);
	for (uint32_t i = 0; i < rc->g->atomics; i++)
		if (rc->plan.m[i].mark & RC_SPARED)
			rc_tell(rc, 1, "service %s is marked as essential, not stopping it", rc_shown(rc, i));
	rc_look(rc);
	return 0;
}

int rc_up(struct supervisor *sv, const char *name, uint32_t timeout_ms)
{
	uint8_t set[RC_NODES_MAX] = { 0 };
	struct rc *rc = sv->rc;
	uint32_t node;
	int r;

	if (!rc || !rc->g)
		return -ENOENT;
	node = rc_find(rc->g, name);
	if (node == RC_NONE)
		return -ENOENT;
	rc_select(rc->g, node, set);
	r = rc_change(rc, true, set, false, timeout_ms);
	if (r == 0)
		rc->live->boot = true;
	return r;
}

static bool any_up(const struct rc *rc)
{
	for (uint32_t i = 0; i < rc->g->atomics; i++)
		if (rc->plan.m[i].state != RC_DOWN)
			return true;
	return false;
}

bool rc_down(struct supervisor *sv, uint32_t budget_ms)
{
	uint8_t set[RC_NODES_MAX];
	struct rc *rc = sv->rc;
	struct rc_live *l;

	if (!rc || !rc->g || !any_up(rc))
		return false;
	l = rc->live;
	if (l->last)
		return l->goal != RC_IDLE;
	api_rc_interrupted(rc);
	rc->update = RC_NO_UPDATE;
	l->last = l->boot = true;
	l->goal = RC_GOAL_DOWN;
	l->out_of_time = l->prune_first = false;
	l->deadline_ns = 0;
	l->budget_ns = budget_ms ? mono_ns() + budget_ms * MS : 0;
	memset(set, 1, sizeof(set));
	rc_plan_begin(&rc->plan, false, set, false);
	for (uint32_t i = 0; i < rc->g->atomics; i++)
		if (rc->plan.m[i].state == RC_STARTING)
			rc_interrupt(rc, i);
	rc_look(rc);
	return true;
}

void rc_hasten(struct supervisor *sv, uint32_t ms)
{
	struct rc *rc = sv->rc;
	int64_t at = mono_ns() + ms * MS;

	if (!rc || !rc->g || !rc->live->last || rc->live->goal == RC_IDLE)
		return;
	if (!rc->live->budget_ns || at < rc->live->budget_ns)
		rc->live->budget_ns = at;
	rc->live->hurried = true;
	rc_look(rc);
}

void rc_builtin_done(struct supervisor *sv, enum rc_builtin which, int code)
{
	struct rc *rc = sv->rc;
	char why[64];

	if (!rc || !rc->g)
		return;
	(void)snprintf(why, sizeof(why), "command exited %d", code);
	for (uint32_t i = 0; i < rc->g->atomics; i++)
		if (rc->g->node[i].builtin == which && in_flight(rc, i))
			rc_done(rc, i, code == 0, why);
}

bool rc_busy(const struct supervisor *sv)
{
	return sv->rc && sv->rc->g && sv->rc->live->goal != RC_IDLE;
}

static bool is_place(const struct rc_place *p, dev_t dev, ino_t ino)
{
	return p->ino && p->ino == ino && p->dev == dev;
}

bool rc_legacy_has(const struct rc *rc, const struct rc_place *p)
{
	for (uint32_t i = 0; i < rc->live->nlegacy; i++)
		if (is_place(&rc->legacy[i], p->dev, p->ino))
			return true;
	return false;
}

static bool placed(const struct supervisor *sv, dev_t dev, ino_t ino)
{
	const struct rc *rc = sv->rc;
	const struct rc_place p = { dev, ino };

	if (!rc || !rc->g)
		return false;
	for (uint32_t i = 0; i < rc->g->longruns; i++)
		if (is_place(&rc->cell[i].dir, dev, ino))
			return true;
	return rc_legacy_has(rc, &p);
}

bool rc_placed(const struct supervisor *sv, const struct stat *st)
{
	return placed(sv, st->st_dev, st->st_ino);
}

bool rc_owns(const struct supervisor *sv, const struct service *s)
{
	const struct service *partner = s->id->is_log && s->d->partner != POOL_NONE ? sv->services[s->d->partner] : NULL;

	return placed(sv, s->id->dev, s->id->ino) || (partner && placed(sv, partner->id->dev, partner->id->ino));
}

/* The asker is gone with the former image; boot's change and a client's go on to their end. */
void rc_recover(struct supervisor *sv)
{
	struct rc *rc = sv->rc;

	if (!rc || !rc->g)
		return;
	for (uint32_t i = 0; i < rc->g->atomics; i++)
		if (in_flight(rc, i))
			rc_again(rc, i);
	if (rc->live->goal >= RC_GOAL_RELOAD)
		rc->live->goal = RC_IDLE; /* who waited for it is gone */
	if (rc->live->goal != RC_IDLE)
		rc_look(rc);
}
