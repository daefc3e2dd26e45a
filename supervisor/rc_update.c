/*
 * s6-rc-update: another graph takes the place of the live one. What is in both under the same name and of the same kind
 * keeps its state and its process; what is not is stopped first, with what depends on it. A fault in between ends the
 * update where it is: the old graph or the new one is live, whole.
 */
#include <errno.h>
#include <string.h>

#include "api_client.h"
#include "boot_int.h"
#include "fdio.h"
#include "msg.h"
#include "rc_int.h"
#include "scandir.h"
#include "service.h"
#include "sys.h"

/* The same service in another graph. */
static uint32_t same_in(const struct rc_graph *other, const struct rc_graph *g, uint32_t i)
{
	uint32_t k = rc_find(other, rc_name(g, i));

	return k != RC_NONE && other->node[k].kind == g->node[i].kind ? k : RC_NONE;
}

static void end(struct rc *rc, int code)
{
	rc->update = RC_NO_UPDATE;
	rc_unmap(&rc->next, &rc->nextfd);
	rc_over(rc, code);
}

/* Out of the scan directory; its process is gone already. */
static void let_go(struct rc *rc, uint32_t i)
{
	struct supervisor *sv = rc->sv;
	struct service *s = rc_slot(rc, i);

	(void)sys.unlinkat(sv->head->scandirfd, rc_name(rc->g, i), 0);
	if (!s)
		return;
	s->d->active = false;
	scandir_dismiss(s, false);
}

/* From here on the new graph is live. */
static void take_place(struct rc *rc)
{
	struct supervisor *sv = rc->sv;
	struct rc old = *rc;
	int oldfd = sv->head->rcfd;

	for (uint32_t i = 0; i < old.g->longruns; i++)
		if (same_in((const struct rc_graph *)(const void *)((char *)rc->next + rc->next->graph), old.g, i) == RC_NONE)
			let_go(rc, i);
	(void)rc_look_in(rc, rc->next);
	for (uint32_t i = 0; i < rc->g->atomics; i++) {
		uint32_t k = same_in(old.g, rc->g, i);

		if (k == RC_NONE)
			continue;
		rc->plan.m[i].state = old.plan.m[k].state;
		rc->cell[i].dir = old.cell[k].dir;
	}
	memcpy(rc->legacy, old.legacy, old.live->nlegacy * sizeof(*rc->legacy));
	rc->live->nlegacy = old.live->nlegacy;
	rc->live->legacy_linked = old.live->legacy_linked;
	memcpy(rc->live->legacy_dir, old.live->legacy_dir, sizeof(rc->live->legacy_dir));
	rc->live->serial = old.live->serial;
	rc->live->adopted = true;
	sv->head->rcfd = rc->nextfd;
	pool_commit_head(sv->pool);
	rc->next = NULL;
	rc->nextfd = -1;
	rc_unmap(&old.live, &oldfd);
	rc_adopt(rc);
}

/* What was up stays up: what it depends on now is started. */
static void start_needed(struct rc *rc)
{
	uint8_t set[RC_NODES_MAX] = { 0 };

	for (uint32_t i = 0; i < rc->g->atomics; i++)
		set[i] = rc->plan.m[i].state == RC_UP;
	rc->update = RC_UPDATE_STARTING;
	(void)rc_change(rc, true, set, false, rc->update_ms);
}

/* Compat: 9 and 10: something did not stop, and nothing was switched. */
bool rc_update_goes_on(struct rc *rc, int code)
{
	if (rc->update == RC_UPDATE_STARTING)
		rc->update = RC_NO_UPDATE;
	if (rc->update != RC_UPDATE_STOPPING)
		return false;
	if (code) {
		end(rc, code + 8);
		return true;
	}
	take_place(rc);
	start_needed(rc);
	return true;
}

static void on_filled(void *owner, int wstatus, const char *out, size_t len)
{
	struct rc *rc = owner;
	struct rc probe = *rc;
	uint8_t set[RC_NODES_MAX] = { 0 };

	(void)out;
	(void)len;
	/* The container's stop came meanwhile, and nobody wants it any more. */
	if (rc->update != RC_UPDATE_LOADING) {
		rc_unmap(&rc->next, &rc->nextfd);
		return;
	}
	rc->live->goal = RC_IDLE;
	if (wstatus != 0 || !rc_look_in(&probe, rc->next)) {
		end(rc, 4);
		return;
	}
	for (uint32_t i = 0; i < rc->g->atomics; i++)
		set[i] = rc->plan.m[i].state == RC_UP && same_in(probe.g, rc->g, i) == RC_NONE;
	rc->update = RC_UPDATE_STOPPING;
	(void)rc_change(rc, false, set, false, rc->update_ms);
}

int rc_update(struct rc *rc, const char *database, uint32_t timeout_ms)
{
	int r = rc_fill(rc, database, &rc->next, &rc->nextfd, on_filled);

	if (r < 0) {
		rc_unmap(&rc->next, &rc->nextfd);
		return r;
	}
	rc->update = RC_UPDATE_LOADING;
	rc->update_ms = timeout_ms;
	rc->live->goal = RC_GOAL_LOAD;
	return 0;
}
