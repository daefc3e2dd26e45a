/* The decisions of the control socket. See api_rules.h; nothing here touches the system. */
#include "api_rules.h"

const char *api_right_name(enum api_right right)
{
	static const char *const names[] = { "any", "observe", "operate", "register", "admin" };

	return names[right];
}

bool api_rule_allows(enum api_right right, uid_t peer, uid_t tree, uid_t slot)
{
	if (right == RIGHT_ANY || peer == 0 || peer == tree)
		return true;
	return right != RIGHT_ADMIN && peer == slot;
}

/* Root and the tree's owner have shares of their own; all others also share one. */
static bool is_other(uid_t uid, uid_t tree)
{
	return uid != 0 && uid != tree;
}

/*
 * The idle client that has waited longest: of uid, or (all_others) of any uid without a share of
 * its own.
 */
static int longest_idle(const struct api_seat *seats, size_t n, uid_t uid, uid_t tree, bool all_others)
{
	int found = API_SEAT_NONE;

	for (size_t i = 0; i < n; i++) {
		const struct api_seat *s = &seats[i];

		if (!s->used || s->busy)
			continue;
		if (all_others ? !is_other(s->uid, tree) : s->uid != uid)
			continue;
		if (found < 0 || s->since < seats[found].since)
			found = (int)i;
	}
	return found;
}

int api_rule_seat(const struct api_seat *seats, size_t n, uid_t uid, uid_t tree)
{
	unsigned int used = 0, own = 0, others = 0;
	unsigned int share = uid == 0 ? API_SEATS : uid == tree ? API_SEATS_OWNER : API_SEATS_UID;
	int victim;

	for (size_t i = 0; i < n; i++) {
		if (!seats[i].used)
			continue;
		used++;
		own += seats[i].uid == uid;
		others += is_other(seats[i].uid, tree);
	}
	if (own >= share)
		return longest_idle(seats, n, uid, tree, false);
	if (is_other(uid, tree) && others >= API_SEATS_OTHERS)
		return longest_idle(seats, n, uid, tree, true);
	if (used < API_SEATS)
		return API_SEAT_FREE;
	victim = longest_idle(seats, n, uid, tree, true);
	return victim >= 0 ? victim : longest_idle(seats, n, uid, tree, false);
}

static enum api_verdict wait_run(int64_t old_started_ns, const struct api_glimpse *now)
{
	if (now->state == SV_UP && !now->exec_pending && now->started_ns != old_started_ns)
		return VERDICT_DONE;
	if (now->state >= SV_LASTUP)
		return VERDICT_SUPERSEDED;
	if (now->state == SV_DOWN && now->noted)
		return VERDICT_FAILED;
	if (now->state == SV_DOWN && !now->want_up)
		return VERDICT_SUPERSEDED;
	return VERDICT_WAIT;
}

/* Nothing wants it up, so that being down again says nothing. */
static enum api_verdict wait_once(int64_t old_started_ns, const struct api_glimpse *now)
{
	if (now->exec_pending)
		return VERDICT_WAIT;
	if (now->state == SV_DOWN && now->noted)
		return VERDICT_FAILED;
	if (now->started_ns != old_started_ns && now->state != SV_GONE)
		return VERDICT_DONE;
	return now->state >= SV_LASTUP ? VERDICT_SUPERSEDED : VERDICT_WAIT;
}

enum api_verdict api_rule_wait(enum api_wait kind, int64_t old_started_ns, const struct api_glimpse *now)
{
	switch (kind) {
	case WAIT_RUN:
		return wait_run(old_started_ns, now);
	case WAIT_DOWN:
		return now->state == SV_DOWN || now->state == SV_GONE ? VERDICT_DONE : VERDICT_WAIT;
	case WAIT_ONCE:
		return wait_once(old_started_ns, now);
	case WAIT_NONE:
		break;
	}
	return VERDICT_WAIT;
}

uint64_t api_rule_events_from(uint64_t next, uint64_t at, uint64_t cap)
{
	return next > cap && at < next - cap ? next - cap : at;
}
