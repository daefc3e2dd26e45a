#include "profiles_watch.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include "api.h"
#include "boot.h"
#include "config.h"
#include "fdio.h"
#include "msg.h"
#include "port.h"
#include "scandir.h"
#include "service.h"
#include "sys.h"
#include "watch.h"

#define STEP_OPS 64      /* profiles that are compared with the slots in one turn ... */
#define STEP_SLOTS 2     /* ... and slots that are made and taken under supervision in it */
#define REMOVALS_MS 20   /* from one look for room for removals to the next */

struct names {
	char **name;
	size_t n;
};

struct profiles_watch {
	struct supervisor *sv;
	struct watch *change;
	uv_timer_t timer;        /* from the first change to the pass */
	bool passing, again;     /* a pass is under way; and something has changed since it began */
	profiles_plan_fn *done;  /* of who asked for this pass, or NULL */
	void *owner;
	uv_idle_t step;          /* carries out the plan, a bit in each turn */
	struct plan plan, changes;
	size_t at;
	struct names there;      /* profiles that were there */
	struct names gone;       /* profiles that have gone, and whose slots are still to be removed */
	uv_timer_t removals;
};

static void on_change(void *data);
static void on_step(uv_idle_t *idle);
static void on_removals(uv_timer_t *timer);

static struct profiles_watch *make(struct supervisor *sv)
{
	struct profiles_watch *w = sv->profiles;

	if (w)
		return w;
	w = sys.calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	w->sv = sv;
	uv_timer_init(&sv->loop, &w->timer);
	(void)uv_idle_init(&sv->loop, &w->step);
	uv_timer_init(&sv->loop, &w->removals);
	w->timer.data = w->step.data = w->removals.data = w;
	return sv->profiles = w;
}

static void start_watch(struct profiles_watch *w)
{
	if (!w->change && w->sv->head->profilesfd > 0)
		w->change = watch_start(&w->sv->loop, w->sv->head->profilesfd, on_change, w);
}

static void names_free(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->name[i]);
	free(names->name);
	*names = (struct names){ NULL, 0 };
}

static bool is_slot(const struct supervisor *sv, const struct plan_op *op)
{
	return op->action != PLAN_SKIPPED && strcmp(op->profile, sv->config->reserved) != 0;
}

/* Without memory nothing is known to be there, so nothing can vanish: harmless. */
static void remember(struct profiles_watch *w, const struct plan *plan)
{
	struct names *there = &w->there;

	names_free(there);
	there->name = plan->n ? sys.calloc(plan->n, sizeof(*there->name)) : NULL;
	for (size_t i = 0; there->name && i < plan->n; i++) {
		if (!is_slot(w->sv, &plan->op[i]))
			continue;
		there->name[there->n] = strdup(plan->op[i].profile);
		if (!there->name[there->n])
			return;
		there->n++;
	}
}

/* Was the profiles directory read from end to end? */
static bool is_complete(const struct supervisor *sv, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		size_t len = strlen(plan->op[i].profile);

		if (len && plan->op[i].profile[len - 1] == '/')
			return false;
	}
	/* A directory that is not there at all is a volume that is not there, more likely than an empty one. */
	return !sv->profiles_missing;
}

static bool has_slot(struct supervisor *sv, const char *slot)
{
	struct stat st;

	return service_find(sv, slot) || sys.fstatat(sv->head->scandirfd, slot, &st, AT_SYMLINK_NOFOLLOW) == 0
		|| errno != ENOENT;
}

/* True if there is a new slot for the profile now. */
static bool appeared(struct supervisor *sv, struct plan_op *op, const struct ids *owner)
{
	struct slot_spec spec = { .config = sv->config, .profile = op->profile, .down = true, .owner = owner };
	char slot[SV_NAME_FULL + 1];
	int r;

	if (slot_name(sv->config, op->profile, slot, sizeof(slot)) < 0 || has_slot(sv, slot))
		return false;
	r = slot_create(sv->head->scandirfd, &spec, NULL);
	if (r < 0) {
		msg_warn(r, "profile '%s' has appeared, but its slot cannot be made", op->profile);
		return false;
	}
	msg_info("profile '%s' has appeared: its slot is registered, down", op->profile);
	port_check(sv, op->profile);
	op->action = PLAN_REGISTERED;
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char **sorted(const struct plan *plan)
{
	const char **name = sys.calloc(plan->n + 1, sizeof(*name));

	for (size_t i = 0; name && i < plan->n; i++)
		name[i] = plan->op[i].profile;
	if (name)
		qsort(name, plan->n, sizeof(*name), by_name);
	return name;
}

static bool may_change(const struct supervisor *sv)
{
	return !sv->head->observing && !sv->head->leaving && !(sv->boot && boot_stopping(sv));
}

/* Is there something to remove? Not among the services: that would be a walk for each of thousands. */
static bool is_due(const struct supervisor *sv, const char *profile)
{
	char slot[SV_NAME_FULL + 1];
	struct stat st;

	return slot_name(sv->config, profile, slot, sizeof(slot)) == 0
		&& (sys.fstatat(sv->head->scandirfd, slot, &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT);
}

static void remove_gone(struct supervisor *sv, const char *profile)
{
	char slot[SV_NAME_FULL + 1];

	if (slot_name(sv->config, profile, slot, sizeof(slot)) < 0 || !has_slot(sv, slot))
		return;
	if (api_remove_slot(sv, slot))
		msg_info("profile '%s' has gone: its slot is stopped and removed", profile);
	else
		msg_warn(0, "profile '%s' has gone, but its slot cannot be removed", profile);
}

/* Some places are left to those who ask for removals themselves. */
static void on_removals(uv_timer_t *timer)
{
	struct profiles_watch *w = timer->data;
	struct names *gone = &w->gone;

	if (!may_change(w->sv))
		names_free(gone);
	while (gone->n && api_may_remove(w->sv)) {
		gone->n--;
		remove_gone(w->sv, gone->name[gone->n]);
		free(gone->name[gone->n]);
	}
	if (gone->n)
		uv_timer_start(timer, on_removals, REMOVALS_MS, 0);
	else
		names_free(gone);
}

static void add_removed(struct plan *changes, const char *profile)
{
	struct plan_op *op = &changes->op[changes->n++];

	memset(op, 0, sizeof(*op));
	memcpy(op->profile, profile, strlen(profile) + 1);
	op->action = PLAN_REMOVED;
}

/* Those of names that the plan does not have go to gone, and into changes where that is given. */
static void sort_out(struct profiles_watch *w, struct names *names, const char **in_plan, struct names *gone,
	struct plan *changes)
{
	for (size_t i = 0; i < names->n; i++) {
		const char *name = names->name[i];

		if (bsearch(&name, in_plan, w->plan.n, sizeof(*in_plan), by_name) || !is_due(w->sv, name))
			continue;
		if (changes)
			add_removed(changes, name);
		gone->name[gone->n++] = names->name[i];
		names->name[i] = NULL;
	}
}

/* What has vanished since the last pass, and what had before and has not come back. */
static void find_gone(struct profiles_watch *w)
{
	const char **in_plan = sorted(&w->plan);
	struct names gone = { sys.calloc(w->there.n + w->gone.n + 1, sizeof(*gone.name)), 0 };

	if (in_plan && gone.name) {
		sort_out(w, &w->gone, in_plan, &gone, NULL);
		sort_out(w, &w->there, in_plan, &gone, &w->changes);
		names_free(&w->gone);
		w->gone = gone;
	} else {
		free(gone.name);
	}
	free(in_plan);
	if (w->gone.n)
		on_removals(&w->removals);
}

static void on_time(uv_timer_t *timer);

static void tell(struct profiles_watch *w, struct plan *changes, const char *why)
{
	profiles_plan_fn *done = w->done;

	w->done = NULL;
	if (done)
		done(w->owner, changes, why);
	else if (!changes)
		msg_warn(0, "the profiles could not be looked at: %s", why);
}

static void pass_over(struct profiles_watch *w, struct plan *changes, const char *why)
{
	w->passing = false;
	tell(w, changes, why);
	plan_finish(&w->plan);
	plan_finish(&w->changes);
	if (w->again)
		uv_timer_start(&w->timer, on_time, w->sv->config->watch_ms, 0);
	w->again = false;
}

static void carried_out(struct profiles_watch *w)
{
	if (is_complete(w->sv, &w->plan) && may_change(w->sv)) {
		find_gone(w);
		remember(w, &w->plan);
	}
	pass_over(w, &w->changes, NULL);
}

/* A bit of the plan: whoever makes thousands of profiles must not keep the others waiting. */
static void on_step(uv_idle_t *idle)
{
	struct profiles_watch *w = idle->data;
	struct supervisor *sv = w->sv;
	struct ids owner;
	bool may = may_change(sv) && profiles_owner(sv, &owner) == 0;
	unsigned int made = 0;

	for (size_t end = w->at + STEP_OPS; may && w->at < w->plan.n && w->at < end && made < STEP_SLOTS; w->at++) {
		struct plan_op *op = &w->plan.op[w->at];
		bool is_new = op->action != PLAN_SKIPPED && appeared(sv, op, &owner);

		made += is_new;
		if (is_new || op->action == PLAN_SKIPPED)
			w->changes.op[w->changes.n++] = *op;
	}
	if (made)
		scandir_scan(sv);
	if (may && w->at < w->plan.n)
		return;
	(void)uv_idle_stop(idle);
	carried_out(w);
}

static void on_look(void *owner, struct plan *plan, const char *why)
{
	struct profiles_watch *w = owner;

	start_watch(w);
	if (plan)
		w->changes.op = sys.calloc(plan->n + w->there.n + 1, sizeof(*w->changes.op));
	if (!w->changes.op) {
		pass_over(w, NULL, plan ? "out of memory" : why);
		return;
	}
	w->plan = *plan;
	*plan = (struct plan){ NULL, 0 };
	w->at = 0;
	(void)uv_idle_start(&w->step, on_step);
}

static int look(struct profiles_watch *w)
{
	int r = profiles_plan(w->sv, PROFILES_LOOK, NULL, on_look, w);

	w->passing = r >= 0;
	return r;
}

static void on_time(uv_timer_t *timer)
{
	struct profiles_watch *w = timer->data;
	int r;

	if (w->passing) {
		w->again = true;
		return;
	}
	r = look(w);
	if (r < 0)
		msg_warn(r, "unable to look at the profiles");
}

/* Of what happens in the home itself only the coming of the profiles directory counts. */
static bool counts(const struct supervisor *sv, const struct inotify_event *e)
{
	const char *dir = sv->config->profiles_dir;
	size_t len = strcspn(dir, "/");

	if (e->wd != sv->head->home_wd || e->mask & (IN_Q_OVERFLOW | IN_IGNORED))
		return true;
	return e->len > len && strncmp(e->name, dir, len) == 0 && e->name[len] == '\0';
}

static void on_change(void *data)
{
	struct profiles_watch *w = data;
	char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n = sys.read(w->sv->head->profilesfd, buf, sizeof(buf));
	bool due = false;

	for (char *at = buf; n > 0 && at < buf + n;) {
		const struct inotify_event *e = (const struct inotify_event *)(void *)at;

		due = due || counts(w->sv, e);
		at += sizeof(*e) + e->len;
	}
	/* From the first change on: a storm of them does not put the pass off for ever. */
	if (due && !uv_is_active((uv_handle_t *)&w->timer))
		uv_timer_start(&w->timer, on_time, w->sv->config->watch_ms, 0);
}

void profiles_watch_begin(struct supervisor *sv, const struct plan *plan)
{
	struct profiles_watch *w = make(sv);

	if (!w)
		return;
	if (plan)
		remember(w, plan);
	start_watch(w);
}

void profiles_watch_resume(struct supervisor *sv)
{
	struct profiles_watch *w = sv->head->profilesfd > 0 ? make(sv) : NULL;

	if (!w)
		return;
	start_watch(w);
	/* Which profiles there were is not known any more: a look tells. */
	uv_timer_start(&w->timer, on_time, sv->config->watch_ms, 0);
}

void profiles_watch_renew(struct supervisor *sv)
{
	if (sv->profiles)
		watch_stop(&sv->profiles->change);
	fdio_close(&sv->head->profilesfd);
	sv->profiles_wd = 0;
}

void profiles_registered(struct supervisor *sv, const char *profile)
{
	struct names *gone = sv->profiles ? &sv->profiles->gone : NULL;

	for (size_t i = 0; gone && i < gone->n; i++) {
		if (strcmp(gone->name[i], profile) != 0)
			continue;
		free(gone->name[i]);
		gone->name[i] = gone->name[--gone->n];
		return;
	}
}

int profiles_pass(struct supervisor *sv, profiles_plan_fn *done, void *owner)
{
	struct profiles_watch *w = make(sv);
	int r;

	if (!w)
		return -ENOMEM;
	if (w->passing)
		return -EBUSY;
	w->done = done;
	w->owner = owner;
	r = look(w);
	if (r < 0)
		w->done = NULL;
	return r;
}
