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
#include "msg.h"
#include "port.h"
#include "scandir.h"
#include "service.h"
#include "sys.h"
#include "watch.h"

struct profiles_watch {
	struct supervisor *sv;
	struct watch *change;
	uv_timer_t timer;        /* from the first change to the pass */
	bool passing, again;     /* a child looks; and something has changed since it began */
	profiles_plan_fn *done;  /* of who asked for this pass, or NULL */
	void *owner;
	char **name;             /* profiles that were there, in the order of the plan */
	size_t n;
};

static void on_change(void *data);

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
	w->timer.data = w;
	return sv->profiles = w;
}

static void start_watch(struct profiles_watch *w)
{
	if (!w->change && w->sv->head->profilesfd > 0)
		w->change = watch_start(&w->sv->loop, w->sv->head->profilesfd, on_change, w);
}

static void forget(struct profiles_watch *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->name[i]);
	free(w->name);
	w->name = NULL;
	w->n = 0;
}

static bool is_slot(const struct supervisor *sv, const struct plan_op *op)
{
	return op->action != PLAN_SKIPPED && strcmp(op->profile, sv->config->reserved) != 0;
}

/* Without memory nothing is known to be there, so nothing can vanish: harmless. */
static void remember(struct profiles_watch *w, const struct plan *plan)
{
	forget(w);
	w->name = plan->n ? sys.calloc(plan->n, sizeof(*w->name)) : NULL;
	for (size_t i = 0; w->name && i < plan->n; i++) {
		if (!is_slot(w->sv, &plan->op[i]))
			continue;
		w->name[w->n] = strdup(plan->op[i].profile);
		if (!w->name[w->n])
			return;
		w->n++;
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

/* Both in the order of their bytes. */
static bool is_in(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->n; i++)
		if (strcmp(plan->op[i].profile, name) == 0)
			return true;
	return false;
}

static bool vanished(struct supervisor *sv, const char *profile)
{
	char slot[SV_NAME_FULL + 1];

	if (slot_name(sv->config, profile, slot, sizeof(slot)) < 0 || !has_slot(sv, slot))
		return false;
	if (!api_remove_slot(sv, slot)) {
		msg_warn(0, "profile '%s' has gone, but its slot cannot be removed now", profile);
		return false;
	}
	msg_info("profile '%s' has gone: its slot is stopped and removed", profile);
	return true;
}

static void add_removed(struct plan *changes, const char *profile)
{
	struct plan_op *op = &changes->op[changes->n++];

	memset(op, 0, sizeof(*op));
	memcpy(op->profile, profile, strlen(profile) + 1);
	op->action = PLAN_REMOVED;
}

/* Carries the plan out and puts what was changed into changes, which has room. */
static void carry_out(struct profiles_watch *w, struct plan *plan, struct plan *changes)
{
	struct supervisor *sv = w->sv;
	struct ids owner;
	bool made = false;

	if (sv->head->observing || sv->head->leaving || (sv->boot && boot_stopping(sv)) || profiles_owner(sv, &owner) < 0)
		return;
	for (size_t i = 0; i < plan->n; i++) {
		struct plan_op *op = &plan->op[i];
		bool is_new = op->action != PLAN_SKIPPED && appeared(sv, op, &owner);

		made = made || is_new;
		if (is_new || op->action == PLAN_SKIPPED)
			changes->op[changes->n++] = *op;
	}
	for (size_t i = 0; is_complete(sv, plan) && i < w->n; i++)
		if (!is_in(plan, w->name[i]) && vanished(sv, w->name[i]))
			add_removed(changes, w->name[i]);
	if (made)
		scandir_scan(sv);
	if (is_complete(sv, plan))
		remember(w, plan);
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

static void on_look(void *owner, struct plan *plan, const char *why)
{
	struct profiles_watch *w = owner;
	struct plan changes = { NULL, 0 };

	w->passing = false;
	start_watch(w);
	if (plan)
		changes.op = sys.calloc(plan->n + w->n + 1, sizeof(*changes.op));
	if (changes.op)
		carry_out(w, plan, &changes);
	tell(w, changes.op ? &changes : NULL, plan ? "out of memory" : why);
	plan_finish(&changes);
	if (w->again)
		uv_timer_start(&w->timer, on_time, w->sv->config->watch_ms, 0);
	w->again = false;
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
