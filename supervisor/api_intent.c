/*
 * What is done about a profile's wish while a verb is in flight: the marker before a stop, the record after the fact, the
 * forgetting with the slot. All of it by children as the application user; a home that does not answer holds
 * up its own child, and the client for a moment, but neither the service nor anybody else.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api_client.h"
#include "boot.h"
#include "child.h"
#include "config.h"
#include "intent.h"
#include "msg.h"
#include "profiles.h"

#define PATIENCE_MS 2000 /* of a client, and of a stop, with the volume */
#define LATE_MAX 8       /* children that the volume keeps: it is asked for nothing more then */
#define ALONE_MAX 16     /* records at a time that no client waits for */
#define AGAIN_MS 1000    /* after a process could not be had */

enum intent_due { DUE = 1, DUE_MAKE = 2 };

static bool record(struct api_job *j);

/* Is anything to be written for that slot? Not while the container ends, nor where another one writes the volume. */
static bool is_kept(const struct supervisor *sv, const char *slot)
{
	const struct config *c = sv->config;

	if (!c->profiles_enabled || *c->app_user == '\0' || api_profile_of(sv, slot) == NULL || sv->head->observing)
		return false;
	return !sv->head->leaving && !(sv->boot != NULL && boot_stopping(sv));
}

/* Does the volume keep so many children that another one would only be one more? Said once. */
static bool is_hung(struct api *api)
{
	unsigned int n = 0;

	for (size_t i = 0; i < API_PLACES_JOBS; i++)
		n += api->job[i].late && api->job[i].children > 0;
	if (n >= LATE_MAX && !api->hung_said)
		msg_warn(0, "the volume does not answer: what is wanted of profiles is not written down until it does");
	api->hung_said = n >= LATE_MAX;
	return n >= LATE_MAX;
}

/* A child for the job; done is called later, and the memory stays until then. */
static bool start_child(struct api_job *j, struct intent_input *in, child_done_fn *done)
{
	struct supervisor *sv = j->api->sv;
	struct ids ids;
	struct child_spec spec = { .title = "hexad-intent", .main_fn = intent_child, .arg = in, .stdin_fd = -1 };
	int r = profiles_owner(sv, &ids);

	if (is_hung(j->api))
		return false;
	in->config = sv->config;
	in->home = reconcile_home(sv->config, environ);
	in->profile = api_profile_of(sv, j->slot);
	spec.as = geteuid() == 0 ? &ids : NULL;
	if (r == 0)
		r = child_start(sv, &spec, done, j);
	if (r < 0) {
		msg_warn(r, "%s: what is wanted of it could not be written down", j->slot);
		return false;
	}
	j->api->handles++;
	j->children++;
	return true;
}

/* True if the job goes on; else it is over, or was over and has only waited for this child. */
static bool child_back(struct api_job *j)
{
	bool closing = j->api->closing;

	j->children--;
	api_handle_gone(j->api);
	if (closing)
		return false;
	if (j->phase == JOB_OVER && j->children == 0)
		api_job_end(j);
	return j->phase != JOB_OVER && j->phase != JOB_FREE;
}

static void answer(struct api_job *j)
{
	struct api_client *c = j->client;

	j->client = NULL;
	if (c == NULL)
		return;
	c->job = NULL;
	api_answer(c, j->code, "%s", j->sentence);
}

void api_intent_over(struct api_job *j)
{
	uv_timer_stop(&j->timer);
	answer(j);
	j->phase = JOB_OVER;
	if (j->children == 0)
		api_job_end(j);
}

/* The same without an answer: the client waits for something else, or hears of it otherwise. */
static void let_go(struct api_job *j)
{
	if (j->client != NULL)
		j->client->job = NULL;
	j->client = NULL;
	api_intent_over(j);
}

void api_intent_drop(struct api_client *c)
{
	if (c->job != NULL && c->job->phase == JOB_SETTLING)
		let_go(c->job);
}

/* Is a wish of that slot being written down? */
static bool is_recorded(const struct api *api, const char *slot)
{
	for (size_t i = 0; i < API_PLACES_JOBS; i++)
		if (api->job[i].phase == JOB_RECORDING && strcmp(api->job[i].slot, slot) == 0)
			return true;
	return false;
}

/* The wishes of one slot are written in the order in which they were fulfilled. */
static struct api_job *first_queued(struct api *api, const char *slot)
{
	struct api_job *first = NULL;

	for (size_t i = 0; i < API_PLACES_JOBS; i++) {
		struct api_job *j = &api->job[i];

		if (j->phase == JOB_QUEUED && strcmp(j->slot, slot) == 0 && (first == NULL || j->seq < first->seq))
			first = j;
	}
	return first;
}

static void next_in_turn(struct api *api, const char *slot)
{
	struct api_job *first;
	struct service *s;

	while ((first = first_queued(api, slot)) != NULL)
		if (record(first))
			return;
	s = service_find(api->sv, slot);
	if (s != NULL)
		api_intent_due(s);
}

static void on_again(uv_timer_t *timer)
{
	struct api *api = timer->data;

	api->put_off = false;
	for (struct service *s = service_next(api->sv, NULL); s && !api->put_off; s = service_next(api->sv, s))
		api_intent_due(s);
}

static void put_off(struct api *api, unsigned int ms)
{
	api->put_off = true;
	if (ms > 0)
		uv_timer_start(&api->again, on_again, ms, 0);
}

void api_intent_place(struct api *api)
{
	if (api->put_off && !api->closing && !uv_is_active((uv_handle_t *)&api->again))
		uv_timer_start(&api->again, on_again, 0, 0);
}

/* Nobody waits for it any more: the service itself is to remember. */
static void leave_to_service(struct api_job *j)
{
	struct service *s = api_ref_get(j->api->sv, &j->ref[0]);

	if (s != NULL && s->d->m.want_up == j->up)
		s->intent_due |= j->only_if_there ? DUE : DUE | DUE_MAKE;
	api_intent_over(j);
	if (s != NULL)
		api_intent_due(s);
}

void api_intent_left(struct api_job *j)
{
	if (j->phase == JOB_SETTLING || j->phase == JOB_QUEUED)
		leave_to_service(j);
}

static void on_recorded(void *owner, int wstatus, const char *out, size_t len)
{
	struct api_job *j = owner;
	struct api *api = j->api;
	char slot[SV_NAME_FULL + 1];

	(void)out;
	(void)len;
	memcpy(slot, j->slot, sizeof slot);
	if (!child_back(j))
		return;
	if (wstatus != 0)
		msg_warn(0, "%s: what is wanted of it could not be written down", slot);
	api_intent_over(j);
	next_in_turn(api, slot);
}

/* A volume that takes too long: the answer does not wait for it, the record does. */
static void on_impatient(uv_timer_t *timer)
{
	struct api_job *j = timer->data;

	j->late = true;
	if (j->client != NULL)
		msg_warn(0, "%s: the volume does not answer, what is wanted of it is not written down yet", j->slot);
	answer(j);
	if (j->phase == JOB_QUEUED)
		leave_to_service(j);
}

/* False, and the job is over: it was left to the service to have it written down later. */
static bool record(struct api_job *j)
{
	struct intent_input in = { .what = INTENT_RECORD, .up = j->up, .only_if_there = j->only_if_there };
	struct service *s = api_ref_get(j->api->sv, &j->ref[0]);

	uv_timer_start(&j->timer, on_impatient, PATIENCE_MS, 0);
	j->seq = ++j->api->job_seq;
	if (is_recorded(j->api, j->slot)) {
		j->phase = JOB_QUEUED;
		return true;
	}
	j->phase = JOB_RECORDING;
	if (start_child(j, &in, on_recorded))
		return true;
	if (s != NULL)
		s->intent_due |= j->only_if_there ? DUE : DUE | DUE_MAKE;
	put_off(j->api, AGAIN_MS);
	api_intent_over(j);
	return false;
}

static struct api_job *intent_job(struct api *api, struct api_client *c, const struct service *s, bool up)
{
	struct api_job *j = api_job_new(api, c, JOB_SETTLING);

	if (j == NULL)
		return NULL;
	snprintf(j->slot, sizeof j->slot, "%s", s->id->name);
	api_ref_set(&j->ref[0], s);
	j->up = up;
	return j;
}

static bool is_recorder(const struct supervisor *sv, const char *slot)
{
	return *sv->config->intent_file != '\0' && is_kept(sv, slot);
}

void api_intent_begin(struct api_client *c, struct service *s, bool up)
{
	if (c->job != NULL || !is_recorder(s->sv, s->id->name))
		return;
	/* What was wanted before counts no more, whether it was fulfilled or not. */
	s->intent_due = 0;
	if (is_hung(c->api) || intent_job(c->api, c, s, up) == NULL) {
		s->intent_due = DUE | DUE_MAKE;
		put_off(c->api, 0);
	}
}

bool api_intent_settled(struct api_client *c, const char *sentence)
{
	struct api_job *j = c->job;

	if (j == NULL || j->phase != JOB_SETTLING)
		return false;
	snprintf(j->sentence, sizeof j->sentence, "%s", sentence);
	(void)record(j);
	return true;
}

static unsigned int alone(const struct api *api)
{
	unsigned int n = 0;

	for (size_t i = 0; i < API_PLACES_JOBS; i++)
		n += api->job[i].phase == JOB_RECORDING && api->job[i].client == NULL;
	return n;
}

/* What a service remembers is written down when it is fulfilled and there is a place. */
void api_intent_due(struct service *s)
{
	bool up = s->d->m.want_up, is_up = s->d->m.state == SV_UP && !s->d->exec_pending;
	struct api *api = s->sv->api;
	struct api_job *j;

	if (s->intent_due == 0 || api == NULL)
		return;
	if (!is_recorder(s->sv, s->id->name)) {
		s->intent_due = 0;
		return;
	}
	if (up ? !is_up : s->d->m.state != SV_DOWN && s->d->m.state != SV_GONE)
		return;
	if (is_recorded(api, s->id->name)) /* which looks here when it is over */
		return;
	j = is_hung(api) || alone(api) >= ALONE_MAX ? NULL : intent_job(api, NULL, s, up);
	if (j == NULL) {
		put_off(api, 0);
		return;
	}
	j->only_if_there = !(s->intent_due & DUE_MAKE);
	s->intent_due = 0;
	(void)record(j);
}

void api_intent_letter(struct service *s, enum sv_event ev)
{
	bool up = ev == EV_UP || ev == EV_UP_FILE;

	if (s->sv->api == NULL || (!up && ev != EV_DOWN && ev != EV_DOWN_FILE) || !is_recorder(s->sv, s->id->name))
		return;
	s->intent_due |= DUE;
	api_intent_due(s);
}

/* The marker is there, or will not be: the stop itself. */
static void go_on_stopping(struct api_job *j)
{
	struct service *s = api_ref_get(j->api->sv, &j->ref[0]);
	struct api_client *c = j->client;

	uv_timer_stop(&j->timer);
	if (j->phase == JOB_ANNOUNCING) {
		api_removal_stop(j);
		return;
	}
	j->phase = JOB_SETTLING;
	if (*j->api->sv->config->intent_file == '\0')
		let_go(j);
	if (c != NULL) {
		api_stop_now(c, s);
		return;
	}
	if (s != NULL)
		service_feed(s, EV_DOWN);
	api_intent_left(j);
}

static void on_marked(void *owner, int wstatus, const char *out, size_t len)
{
	struct api_job *j = owner;

	(void)wstatus;
	(void)out;
	(void)len;
	if (child_back(j) && (j->phase == JOB_MARKING || j->phase == JOB_ANNOUNCING))
		go_on_stopping(j);
}

static void on_not_marked(uv_timer_t *timer)
{
	struct api_job *j = timer->data;

	j->late = true;
	msg_warn(0, "%s: the volume does not answer, it is stopped without a word that this is meant", j->slot);
	go_on_stopping(j);
}

/* Is it somebody's wish that ends the run, and is he to say so? */
static bool is_marked(const struct supervisor *sv, const struct service *s)
{
	return *sv->config->planned_stop_file != '\0' && is_kept(sv, s->id->name) && s->d->m.state == SV_UP;
}

static bool start_marking(struct api_job *j, const struct service *s)
{
	struct intent_input in = { .what = INTENT_MARK, .pid = s->d->pid,
		.stopper = j->client != NULL ? j->client->pid : getpid() };

	uv_timer_start(&j->timer, on_not_marked, PATIENCE_MS, 0);
	return start_child(j, &in, on_marked);
}

bool api_intent_mark(struct api_client *c, const struct service *s)
{
	struct api_job *j = is_marked(c->api->sv, s) ? api_job_new(c->api, c, JOB_MARKING) : NULL;

	if (j == NULL)
		return false;
	snprintf(j->slot, sizeof j->slot, "%s", s->id->name);
	api_ref_set(&j->ref[0], s);
	if (start_marking(j, s))
		return true;
	let_go(j);
	return false;
}

bool api_intent_announce(struct api_job *j, const struct service *s)
{
	j->phase = JOB_ANNOUNCING;
	return is_marked(j->api->sv, s) && start_marking(j, s);
}

static void on_forgotten(void *owner, int wstatus, const char *out, size_t len)
{
	struct api_job *j = owner;

	(void)wstatus;
	(void)out;
	(void)len;
	if (child_back(j))
		api_intent_over(j);
}

bool api_intent_forget(struct api_job *j)
{
	struct intent_input in = { .what = INTENT_FORGET };

	if (j->code != 0 || *j->slot == '\0' || !is_kept(j->api->sv, j->slot)
			|| *j->api->sv->config->intent_file == '\0')
		return false;
	j->phase = JOB_FORGETTING;
	if (!start_child(j, &in, on_forgotten))
		return false;
	uv_timer_start(&j->timer, on_impatient, PATIENCE_MS, 0);
	return true;
}
