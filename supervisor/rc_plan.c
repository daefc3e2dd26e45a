/* The table of states, and who is next. */
#include "rc_plan.h"

#include <string.h>

#define SAME RC_STATES /* no such thing can happen */

static const uint8_t table[RC_STATES][RC_EVENTS] = {
	/*               START        STARTED  START_FAILED  STOP         STOPPED  STOP_FAILED */
	[RC_DOWN] =     { RC_STARTING, SAME,    SAME,         SAME,        SAME,    SAME },
	[RC_UP] =       { SAME,        SAME,    SAME,         RC_STOPPING, SAME,    SAME },
	[RC_STARTING] = { SAME,        RC_UP,   RC_DOWN,      RC_STOPPING, SAME,    SAME },
	[RC_STOPPING] = { SAME,        SAME,    SAME,         SAME,        RC_DOWN, RC_UP },
};

bool rc_plan_event(struct rc_plan *p, uint32_t i, enum rc_event ev)
{
	struct rc_mark *m = &p->m[i];
	uint8_t to = m->state < RC_STATES && ev < RC_EVENTS ? table[m->state][ev] : SAME;

	/* A script that runs cannot be taken back; a longrun that is starting can be told to stop. */
	if (to == SAME || (ev == RC_STOP && m->state == RC_STARTING && p->g->node[i].kind != RC_LONGRUN))
		return false;
	m->state = to;
	if (ev == RC_START_FAILED || ev == RC_STOP_FAILED)
		m->mark |= RC_FAILED;
	return true;
}

/* Essential services that are up stay so, and what they depend on. */
static void spare_essential(const struct rc_plan *p, uint8_t *set)
{
	uint8_t keep[RC_NODES_MAX] = { 0 };

	for (uint32_t i = 0; i < p->g->atomics; i++)
		if (set[i] && (p->g->node[i].flags & RC_ESSENTIAL) && p->m[i].state != RC_DOWN) {
			p->m[i].mark = RC_SPARED;
			keep[i] = 1;
		}
	rc_close(p->g, keep, false);
	for (uint32_t i = 0; i < p->g->atomics; i++)
		if (keep[i])
			set[i] = 0;
}

void rc_plan_begin(struct rc_plan *p, bool up, uint8_t *set, bool keep_essential)
{
	p->up = up;
	rc_close(p->g, set, !up);
	for (uint32_t i = 0; i < p->g->atomics; i++)
		p->m[i].mark = 0;
	if (!up && keep_essential)
		spare_essential(p, set);
	for (uint32_t i = 0; i < p->g->atomics; i++)
		p->m[i].mark |= set[i] ? RC_WANTED : 0;
}

static bool all_are(const struct rc_plan *p, const uint32_t *edge, uint32_t n, enum rc_state state)
{
	for (uint32_t i = 0; i < n; i++)
		if (p->m[edge[i]].state != state)
			return false;
	return true;
}

static bool can_begin(const struct rc_plan *p, uint32_t i)
{
	const struct rc_node *n = &p->g->node[i];
	const struct rc_mark *m = &p->m[i];

	if (m->mark != RC_WANTED)
		return false;
	if (p->up)
		return m->state == RC_DOWN && all_are(p, rc_edges(p->g, i), n->count, RC_UP);
	return (m->state == RC_UP || (m->state == RC_STARTING && n->kind == RC_LONGRUN)) &&
		all_are(p, rc_redges(p->g, i), n->rcount, RC_DOWN);
}

uint32_t rc_plan_next(const struct rc_plan *p, uint32_t *cursor)
{
	while (*cursor < p->g->atomics) {
		uint32_t i = (*cursor)++;

		if (can_begin(p, i))
			return i;
	}
	return RC_NONE;
}

uint32_t rc_plan_in_flight(const struct rc_plan *p)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->g->atomics; i++)
		n += p->m[i].state == RC_STARTING || p->m[i].state == RC_STOPPING;
	return n;
}

uint32_t rc_plan_missed(const struct rc_plan *p)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->g->atomics; i++)
		n += (p->m[i].mark & RC_WANTED) && p->m[i].state != (p->up ? RC_UP : RC_DOWN);
	return n;
}

const char *rc_state_name(enum rc_state s)
{
	static const char *const names[RC_STATES] = { "down", "up", "starting", "stopping" };

	return s < RC_STATES ? names[s] : "?";
}
