/*
 * start, stop, restart, once: an event for the service now, the answer when it has become what was asked
 * for. Who waits is looked at after every step of his service (api.c); nothing here polls or keeps
 * time.
 */
#include <stdio.h>

#include "api_client.h"
#include "boot.h"

struct service *api_ref_get(struct supervisor *sv, const struct api_ref *ref)
{
	struct service *s = ref->idx < sv->services_max ? sv->services[ref->idx] : NULL;

	return s != NULL && s->d->gen == ref->gen ? s : NULL;
}

void api_ref_set(struct api_ref *ref, const struct service *s)
{
	ref->idx = s->idx;
	ref->gen = s->d->gen;
}

static struct api_glimpse glimpse(const struct service *s)
{
	if (s == NULL)
		return (struct api_glimpse){ .state = SV_GONE };
	return (struct api_glimpse){
		.state = (enum sv_state)s->d->m.state,
		.want_up = s->d->m.want_up,
		.dying = s->d->m.dying,
		.exec_pending = s->d->exec_pending,
		.noted = s->d->note[0] != '\0',
		.started_ns = s->d->started_ns,
	};
}

static void answer_done(struct api_client *c, const struct service *s)
{
	char sentence[API_SENTENCE];

	if (c->wait == WAIT_DOWN)
		snprintf(sentence, sizeof sentence, "%s is down", c->subject);
	else if (c->wait == WAIT_ONCE && s->d->m.state != SV_UP)
		snprintf(sentence, sizeof sentence, "%s was started once and has ended", c->subject);
	else if (c->wait == WAIT_ONCE)
		snprintf(sentence, sizeof sentence, "%s was started once (pid %d)", c->subject, (int)s->d->pid);
	else
		snprintf(sentence, sizeof sentence, "%s is up (pid %d)", c->subject, (int)s->d->pid);
	c->wait = WAIT_NONE;
	c->api->waiting--;
	if (!api_intent_settled(c, sentence))
		api_answer(c, 0, "%s", sentence);
}

void api_wait_check(struct api_client *c)
{
	struct service *s = api_ref_get(c->api->sv, &c->ref);
	struct api_glimpse now = glimpse(s);

	switch (api_rule_wait(c->wait, c->old_started_ns, &now)) {
	case VERDICT_WAIT:
		break;
	case VERDICT_DONE:
		answer_done(c, s);
		break;
	case VERDICT_FAILED:
		api_intent_drop(c);
		api_answer(c, 1, "%s could not be started: %s", c->subject, s->d->note);
		break;
	case VERDICT_SUPERSEDED:
		api_intent_drop(c);
		if (now.state >= SV_LASTUP)
			api_answer(c, 1, "%s is leaving supervision and is not started again",
				c->subject);
		else
			api_answer(c, 1, "%s was told to stay down before it was up", c->subject);
		break;
	}
}

static void wait_for(struct api_client *c, enum api_wait kind)
{
	c->wait = kind;
	c->api->waiting++;
	api_wait_check(c);
}

bool api_tree_leaves(struct api_client *c)
{
	struct supervisor *sv = c->api->sv;

	if (!sv->head->leaving && (sv->boot == NULL || !boot_stopping(sv)))
		return false;
	c->refused = true;
	api_answer(c, 1, "refused: the supervisor is shutting down");
	return true;
}

/* A run that is up and not about to end. */
static bool is_steady(const struct service *s)
{
	return s->d->m.state == SV_UP && !s->d->exec_pending && !s->d->m.dying;
}

/* Common to start and restart: remembers the life of the run that does not count. */
static struct service *begin_run(struct api_client *c, const char *name)
{
	struct service *s = api_tree_leaves(c) ? NULL : api_slot_of(c, name);

	if (s == NULL)
		return NULL;
	if (!s->d->begun) {
		api_answer(c, 1, "%s cannot be supervised: %s", c->subject,
			s->d->note[0] != '\0' ? s->d->note : "it is about to leave");
		return NULL;
	}
	api_ref_set(&c->ref, s);
	c->old_started_ns = s->d->m.state == SV_UP && s->d->exec_pending ? -1 : s->d->started_ns;
	if (s->d->m.state == SV_DOWN)
		/* of an earlier attempt: what is there after this one is this one's */
		s->d->note[0] = '\0';
	return s;
}

void api_verb_start(struct api_client *c, const struct proto_frame *f)
{
	struct service *s = begin_run(c, f->field[2]);

	if (s == NULL)
		return;
	api_intent_begin(c, s, true);
	if (is_steady(s)) {
		char sentence[API_SENTENCE];

		if (!s->d->m.want_up)
			service_feed(s, EV_UP);
		snprintf(sentence, sizeof sentence, "%s is up already (pid %d)", c->subject, (int)s->d->pid);
		if (!api_intent_settled(c, sentence))
			api_answer(c, 0, "%s", sentence);
		return;
	}
	service_feed(s, EV_UP);
	wait_for(c, WAIT_RUN);
}

void api_verb_once(struct api_client *c, const struct proto_frame *f)
{
	struct service *s = begin_run(c, f->field[2]);

	if (s == NULL)
		return;
	if (s->d->m.state == SV_FINISH) {
		api_answer(c, 1, "%s still runs its finish script; ask again when it is down", c->subject);
		return;
	}
	service_feed(s, EV_ONCE);
	if (is_steady(s) && s->d->started_ns == c->old_started_ns)
		api_answer(c, 0, "%s is up already (pid %d) and is not started again", c->subject,
			(int)s->d->pid);
	else
		wait_for(c, WAIT_ONCE);
}

void api_verb_restart(struct api_client *c, const struct proto_frame *f)
{
	struct service *s = begin_run(c, f->field[2]);

	if (s == NULL)
		return;
	api_intent_begin(c, s, true);
	service_feed(s, EV_UP);
	if (is_steady(s) && s->d->started_ns == c->old_started_ns) {
		service_feed(s, EV_RESTART);
		if (s->d->m.paused)
			service_feed(s, EV_CONT);
	}
	wait_for(c, WAIT_RUN);
}

void api_stop_now(struct api_client *c, struct service *s)
{
	struct supervisor *sv = c->api->sv;

	/* A stop that has waited for its marker is not the verb's turn any more. */
	api_name_asker(c);
	if (s != NULL)
		service_feed(s, EV_DOWN);
	sv->asker = (struct asked){ .by = ASKED_HEXAD };
	wait_for(c, WAIT_DOWN);
}

void api_verb_stop(struct api_client *c, const struct proto_frame *f)
{
	struct service *s = api_slot_of(c, f->field[2]);

	if (s == NULL)
		return;
	api_ref_set(&c->ref, s);
	if (api_intent_mark(c, s))
		return;
	api_intent_begin(c, s, false);
	api_stop_now(c, s);
}
