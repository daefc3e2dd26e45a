/*
 * The verb events: what services tell their listeners, for clients of the socket, from a ring that keeps the
 * last of it. A follower that is slower than the ring is told how many it has missed; it never holds up a
 * service, since it is served in a turn of its own.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "api_client.h"
#include "evname.h"
#include "msg.h"
#include "tai.h"

#define FOLLOWERS_UID 8 /* of one uid: the other half of its seats stays free for commands */

static void on_wake(uv_timer_t *timer)
{
	struct api *api = timer->data;

	for (size_t i = 0; i < API_PLACES; i++)
		if (api->client[i].fd >= 0 && api->client[i].follows)
			api_client_pump(&api->client[i]);
}

void api_event(const struct service *s, const char *letters)
{
	struct api *api = s->sv->api;
	struct timespec now = tai_now();

	if (api == NULL)
		return;
	for (; *letters != '\0'; letters++) {
		struct api_event *e = &api->event[api->events_next++ % API_EVENTS];

		e->stamp = now;
		e->letter = *letters;
		e->pid = *letters == 'd' ? s->d->last_run : s->d->pid;
		e->wstat = s->d->wstat;
		e->owner = s->id->uid;
		snprintf(e->name, sizeof e->name, "%s", s->id->name);
	}
	if (api->followers > 0)
		uv_timer_start(&api->wake, on_wake, 0, 0);
}

/* Is it one that the client may see, and has named, unless he has named none? */
static bool is_for(const struct api_client *c, const char *name, uid_t owner)
{
	if (!api_sees(c, name, owner))
		return false;
	for (unsigned int i = 3; i < c->frame.n; i++)
		if (api_name_is(c->api->sv, c->frame.field[i], name))
			return true;
	return c->frame.n <= 3;
}

static int event_row(struct api_client *c, const struct api_event *e)
{
	char seq[24], stamp[TAI64N_TEXT + 1], pid[12], code[12], sig[12];
	const char *fields[] = { "row", "event", seq, stamp, e->name, evname_word(e->letter), pid, code, sig };
	bool ended = e->letter == 'd' || e->letter == 'D' || e->letter == 'O';

	snprintf(seq, sizeof seq, "%llu", (unsigned long long)c->seq);
	tai64n_format(stamp, &e->stamp);
	snprintf(pid, sizeof pid, "%d", (int)e->pid);
	code[0] = sig[0] = '\0';
	if (ended && WIFEXITED(e->wstat))
		snprintf(code, sizeof code, "%d", WEXITSTATUS(e->wstat));
	if (ended && WIFSIGNALED(e->wstat))
		snprintf(sig, sizeof sig, "%d", WTERMSIG(e->wstat));
	return api_row(c, fields, sizeof fields / sizeof fields[0]);
}

/* What the ring has lost before the client got it. */
static int lost_row(struct api_client *c, uint64_t lost)
{
	char text[24];
	const char *fields[] = { "row", "lost", text };

	snprintf(text, sizeof text, "%llu", (unsigned long long)lost);
	return api_row(c, fields, 3);
}

static int event_rows(struct api_client *c)
{
	const struct api *api = c->api;
	uint64_t from = api_rule_events_from(api->events_next, c->seq, API_EVENTS);
	int r = 0;

	if (from != c->seq)
		r = lost_row(c, from - c->seq);
	if (r < 0)
		return r;
	c->seq = from;
	for (unsigned int sent = 0; c->seq < api->events_next; c->seq++) {
		const struct api_event *e = &api->event[c->seq % API_EVENTS];

		if (!is_for(c, e->name, e->owner) || evname_word(e->letter) == NULL)
			continue;
		if (sent++ == API_ROWS_TURN)
			return 0;
		r = event_row(c, e);
		if (r < 0)
			return r;
	}
	return c->follows ? API_ROWS_LATER : 1;
}

#define ALL_STATES SIZE_MAX /* where the cursor is when they have been sent */

/* How the services are at this moment, then what happens to them: nothing lies between the two. */
static int state_rows(struct api_client *c)
{
	static const char *const live[] = { "row", "live" };
	struct supervisor *sv = c->api->sv;
	int r;

	for (; c->cursor < sv->services_max; c->cursor++) {
		const struct service *s = sv->services[c->cursor];

		if (s == NULL || s->d->vanished || !is_for(c, s->id->name, s->id->uid))
			continue;
		r = api_status_row(c, s, "state");
		if (r < 0)
			return r;
	}
	if (c->cursor != ALL_STATES) {
		r = api_row(c, live, 2);
		if (r < 0)
			return r;
		c->cursor = ALL_STATES;
	}
	return event_rows(c);
}

static unsigned int followers_of(const struct api *api, uid_t uid)
{
	unsigned int n = 0;

	for (size_t i = 0; i < API_PLACES; i++)
		n += api->client[i].fd >= 0 && api->client[i].follows && api->client[i].uid == uid;
	return n;
}

void api_verb_events(struct api_client *c, const struct proto_frame *f)
{
	struct api *api = c->api;
	bool recent = strcmp(f->field[2], "recent") == 0, watch = strcmp(f->field[2], "watch") == 0;

	if (!recent && !watch && strcmp(f->field[2], "follow") != 0) {
		api_answer(c, EXIT_USAGE, "malformed request: 'recent', 'follow' or 'watch' is expected");
		return;
	}
	for (unsigned int i = 3; i < f->n; i++)
		if (api_slot_of(c, f->field[i]) == NULL)
			return;
	api_observes(c);
	if (!recent && c->uid != 0 && followers_of(api, c->uid) >= FOLLOWERS_UID) {
		api_answer(c, 1, "too many clients of yours follow events already");
		return;
	}
	c->seq = watch ? api->events_next : api->events_next > API_EVENTS ? api->events_next - API_EVENTS : 0;
	if (!recent) {
		c->follows = true;
		api->followers++;
	}
	api_answer_rows(c, watch ? state_rows : event_rows);
}
