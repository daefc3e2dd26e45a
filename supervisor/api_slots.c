/*
 * register and unregister: a profile's slot comes whole or not at all, and goes in the order stop,
 * wait, SIGKILL after the grace, out of the scan's sight, out of supervision, off the disk. A
 * removal is a job that goes on without its client.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api_client.h"
#include "config.h"
#include "msg.h"
#include "port.h"
#include "profiles.h"
#include "profiles_watch.h"
#include "scandir.h"
#include "sys.h"
#include "words.h"

#define AGAIN_NS INT64_C(5000000000) /* between two SIGKILLs */

static void on_job(uv_timer_t *timer);

const char *api_profiles_why(int error)
{
	static char text[96];

	if (error == -ENOTSUP)
		return "profiles are off: [app] user is not set, or [profiles] enabled is no";
	if (error == -EBUSY)
		return "the profiles are being looked at already; try again";
	if (error == -ENOENT)
		return "the user of [app] user does not exist";
	snprintf(text, sizeof text, "the user of [app] user cannot be looked up: %s",
		strerror(-error));
	return text;
}

/* In a tree of an ordinary user slots are his, also where no application user is configured. */
static int slot_owner(const struct supervisor *sv, struct ids *ret)
{
	int r = profiles_owner(sv, ret);

	if (r != -ENOTSUP || !sv->config->profiles_enabled || sv->scandir_uid == 0)
		return r;
	return ids_by_uid(sv->scandir_uid, ret);
}

bool api_may_make(struct api_client *c, const char *slot, struct ids *owner)
{
	int r = slot_owner(c->api->sv, owner);

	if (!api_may(c, RIGHT_REGISTER, slot, r < 0 ? (uid_t)-1 : owner->uid))
		return false;
	if (r < 0)
		api_answer(c, r == -ENOTSUP ? 1 : EXIT_SYSTEM, "%s", api_profiles_why(r));
	return r == 0;
}

/* The slot's name for a profile; answers what is wrong with the profile's name. */
static bool slot_of(struct api_client *c, const char *profile, char *slot, size_t cap)
{
	const char *why = svcdir_profile_name_why(profile, SV_PROFILE_MAX);

	if (why == NULL && slot_name(c->api->sv->config, profile, slot, cap) < 0)
		why = "with the prefix of slots it is too long";
	if (why == NULL) {
		snprintf(c->subject, sizeof c->subject, "%s", slot);
		return true;
	}
	api_answer(c, EXIT_USAGE, "bad profile name '%.64s': %s", profile, why);
	return false;
}

static bool is_being_removed(const struct api *api, const char *slot)
{
	for (size_t i = 0; i < API_PLACES_JOBS; i++)
		if (api->job[i].phase >= JOB_ANNOUNCING && api->job[i].phase <= JOB_FORGETTING
				&& strcmp(api->job[i].slot, slot) == 0)
			return true;
	return false;
}

/* What can be said before anything is touched; answered and false if the slot cannot be had. */
static bool has_room(struct api_client *c, const char *slot, const char *profile)
{
	const struct supervisor *sv = c->api->sv;

	if (sv->head->observing) {
		c->refused = true;
		api_answer(c, 1, "refused: another supervisor writes this volume");
		return false;
	}
	if (is_being_removed(c->api, slot)) {
		api_answer(c, 1, "profile '%s' is being unregistered; try again", profile);
		return false;
	}
	/* What cannot be taken back if need be is not begun. */
	if (api_job_room(c->api) == 0) {
		api_answer(c, 1, "too much is being done at the moment; try again");
		return false;
	}
	if (pool_used(sv->pool) + 2 > pool_max(sv->pool)) {
		api_answer(c, 1, "there is no room for another service: %u are supervised",
			pool_used(sv->pool));
		return false;
	}
	return true;
}

static void answer_up(struct api_client *c, struct service *s)
{
	char sentence[API_SENTENCE];

	snprintf(sentence, sizeof sentence, "%s is registered and up (pid %d)", c->subject, (int)s->d->pid);
	api_intent_begin(c, s, true);
	if (!api_intent_settled(c, sentence))
		api_answer(c, 0, "%s", sentence);
}

static void answer_registered(struct api_client *c, struct service *s)
{
	if (s->d->m.state == SV_UP)
		answer_up(c, s);
	else if (!s->d->m.want_up)
		api_answer(c, 0, "%s is registered, down", c->subject);
	else if (s->d->note[0] != '\0')
		api_answer(c, 0, "%s is registered, but not up: %s", c->subject, s->d->note);
	else
		api_answer(c, 0, "%s is registered and about to start", c->subject);
}

/* May the peer give a slot of that owner this "NAME=value"? Who may write run anyway may give any. */
static bool env_word_ok(struct api_client *c, const char *word, const struct ids *owner)
{
	const struct supervisor *sv = c->api->sv;
	const char *equals = strchr(word, '=');
	char name[SV_NAME_MAX + 1];
	size_t len = equals == NULL ? 0 : (size_t)(equals - word);

	if (!config_is_variable(word, len) || len >= sizeof name) {
		api_answer(c, EXIT_USAGE, "malformed request: '%.64s' is not NAME=value", word);
		return false;
	}
	memcpy(name, word, len);
	name[len] = '\0';
	if (c->uid == 0 || c->uid == owner->uid || c->uid == sv->scandir_uid
			|| words_has(sv->config->env_allow, WORDS_LIST, name))
		return true;
	c->refused = true;
	c->refused_by = "env_allow";
	api_answer(c, 1, "refused: 'env_allow' in section 'access' does not name the variable '%.64s'", name);
	return false;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The variables of a request, sorted; answered and false if one of them cannot be had. */
static bool take_env(struct api_client *c, const struct proto_frame *f, const struct ids *owner,
	const char *words[PROTO_FIELDS], struct slot_env *ret)
{
	ret->word = words;
	ret->n = 0;
	for (unsigned int i = 4; i < f->n; i++) {
		if (!env_word_ok(c, f->field[i], owner))
			return false;
		words[ret->n++] = f->field[i];
	}
	qsort(words, ret->n, sizeof *words, by_text);
	return true;
}

static void begin_removal(struct api_job *j);

/* The slot was made but is not supervised: it goes again, then the client hears why. */
static void roll_back(struct api_client *c, const struct service *s, const struct stat *st)
{
	struct api_job *j = api_job_new(c->api, c, JOB_STOPPING);

	if (j == NULL) { /* has_room has seen a free one in this very turn */
		api_answer(c, EXIT_SYSTEM, "%s could not be taken under supervision, and is there still", c->subject);
		return;
	}
	j->dev = st->st_dev;
	j->ino = st->st_ino;
	snprintf(j->slot, sizeof j->slot, "%s", c->subject);
	j->code = 1;
	snprintf(j->sentence, sizeof j->sentence, "%s could not be taken under supervision: %s",
		c->subject,
		s != NULL && s->d->note[0] != '\0' ? s->d->note : "the supervisor's log says why");
	begin_removal(j);
}

/* Taken under supervision, with files that clients can read and write. */
static bool is_whole(const struct service *s)
{
	return s != NULL && s->d->begun && s->ctl != NULL
		&& sys.faccessat(s->d->dirfd, "supervise/status", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The slot is in its place: it and its logger are supervised, or it goes again. */
static void take_in(struct api_client *c, const char *slot, const struct stat *made)
{
	struct supervisor *sv = c->api->sv;
	char log[SV_NAME_FULL + 5];
	struct service *s;

	snprintf(log, sizeof log, "%s/log", slot);
	scandir_scan(sv);
	port_check(sv, slot + strlen(sv->config->slot_prefix));
	s = service_find(sv, slot);
	if (is_whole(s) && is_whole(service_find(sv, log)))
		answer_registered(c, s);
	else
		roll_back(c, s, made);
}

/* Asked for again, a registration that is whole is one. Its state and its variables are left as they are. */
static void answer_there_already(struct api_client *c, const char *slot, const char *profile)
{
	const struct service *s = service_find(c->api->sv, slot);

	if (is_whole(s))
		api_answer(c, 0, "%s is registered already", slot);
	else
		api_answer(c, 1, "'%s' is there already, but is not supervised: profile '%s' is not registered",
			slot, profile);
}

/* For the audit: what is wanted, and which variables are given. Their values may be secrets. */
static void note_wish(struct api_client *c, const struct proto_frame *f)
{
	size_t len = (size_t)snprintf(c->detail, sizeof c->detail, " state=%s", f->field[3]);

	for (unsigned int i = 4; i < f->n; i++) {
		char name[48];

		msg_escape(name, sizeof name, f->field[i], strcspn(f->field[i], "="));
		len += (size_t)snprintf(c->detail + len, sizeof c->detail - len, "%s%s", i == 4 ? " env=" : ",", name);
	}
}

void api_verb_register(struct api_client *c, const struct proto_frame *f)
{
	struct supervisor *sv = c->api->sv;
	const char *profile = f->field[2];
	bool down = strcmp(f->field[3], "down") == 0;
	struct ids owner;
	struct slot_spec spec = { .config = sv->config, .profile = profile, .down = down,
		.owner = &owner };
	const char *env[PROTO_FIELDS];
	char slot[SV_NAME_FULL + 1];
	struct stat made;
	int r;

	if (!down && strcmp(f->field[3], "up") != 0) {
		api_answer(c, EXIT_USAGE, "malformed request: 'up' or 'down' is expected");
		return;
	}
	note_wish(c, f);
	if (!slot_of(c, profile, slot, sizeof slot) || !api_may_make(c, slot, &owner)
			|| !take_env(c, f, &owner, env, &spec.extra) || api_tree_leaves(c) || !has_room(c, slot, profile))
		return;
	profiles_registered(sv, profile);
	r = slot_create(sv->head->scandirfd, &spec, &made);
	if (r == -EEXIST)
		answer_there_already(c, slot, profile);
	else if (r < 0)
		api_answer(c, EXIT_SYSTEM, "profile '%s' could not be registered: %s", profile,
			strerror(-r));
	else
		take_in(c, slot, &made);
}

/* Its process runs, or the one that cleans up after it. */
static bool is_running(const struct service *s)
{
	return s->d->begun && s->d->m.state != SV_DOWN && s->d->m.state != SV_GONE;
}

/*
 * Nothing finds it any more, nothing is written into its directory, no incarnation follows this
 * one.
 */
static void send_away(struct service *s)
{
	s->d->active = false;
	s->d->vanished = true;
	if (s->d->begun)
		service_feed(s, s->id->is_log ? EV_SUP_HUP : EV_SUP_TERM);
	else
		service_free(s);
}

/* Nothing has been removed yet: all is as it was before. */
static void give_up(struct api_job *j, int err)
{
	struct service *s = api_ref_get(j->api->sv, &j->ref[0]);

	j->code = EXIT_SYSTEM;
	snprintf(j->sentence, sizeof j->sentence, "%s could not be removed, it stays registered: %s", j->slot,
		strerror(-err));
	if (s != NULL && s->d->begun && j->was_wanted)
		service_feed(s, EV_UP);
	api_intent_over(j);
}

/* The producer first: its logger reads what is left and sees the end of the pipe. */
static void detach(struct api_job *j)
{
	int r = api_job_hide(j);

	if (r < 0 && r != -ENOENT) {
		give_up(j, r);
		return;
	}
	j->phase = JOB_LEAVING;
	j->kill_ns = mono_ns() + (int64_t)j->api->sv->config->grace_ms * 1000000;
	for (size_t i = 0; i < 2; i++) {
		struct service *s = api_ref_get(j->api->sv, &j->ref[i]);

		if (s != NULL)
			send_away(s);
	}
}

/* What still lives when the grace is over. A finish script is killed by the rule for a late one. */
static void kill_late(struct api_job *j, const struct api_ref *ref)
{
	struct service *s = api_ref_get(j->api->sv, ref);

	if (s == NULL || !is_running(s))
		return;
	if (s->d->m.state == SV_FINISH || s->d->m.state == SV_LASTFINISH)
		service_feed(s, EV_TIMEOUT);
	else
		service_feed(s, EV_KILL);
}

/* Waits on, with SIGKILL every few seconds once the grace is over. */
static void wait_on(struct api_job *j)
{
	int64_t now = mono_ns();

	if (now >= j->kill_ns) {
		for (size_t i = 0; i < 2; i++)
			if (i == 0 || j->phase == JOB_LEAVING)
				kill_late(j, &j->ref[i]);
		j->kill_ns = now + AGAIN_NS;
	}
	uv_timer_start(&j->timer, on_job, (uint64_t)(j->kill_ns - now) / 1000000 + 1, 0);
}

static void on_job(uv_timer_t *timer)
{
	struct api_job *j = timer->data;
	struct service *s;

	if (j->phase == JOB_STOPPING) {
		s = api_ref_get(j->api->sv, &j->ref[0]);
		if (s != NULL && is_running(s)) {
			if (s->d->m.want_up) /* somebody started it meanwhile */
				service_feed(s, EV_DOWN);
			wait_on(j);
			return;
		}
		detach(j);
	}
	if (j->phase != JOB_LEAVING)
		return;
	if (api_ref_get(j->api->sv, &j->ref[0]) != NULL
			|| api_ref_get(j->api->sv, &j->ref[1]) != NULL)
		wait_on(j);
	else
		api_job_delete(j);
}

/* Never from within a step of the service it is about: the next turn does it. */
void api_job_check(struct api_job *j)
{
	if (j->phase == JOB_STOPPING || j->phase == JOB_LEAVING)
		uv_timer_start(&j->timer, on_job, 0, 0);
}

void api_removal_stop(struct api_job *j)
{
	struct service *s = api_ref_get(j->api->sv, &j->ref[0]);

	j->phase = JOB_STOPPING;
	j->kill_ns = mono_ns() + (int64_t)j->api->sv->config->grace_ms * 1000000;
	if (s != NULL && s->d->begun)
		service_feed(s, EV_DOWN);
	uv_timer_start(&j->timer, on_job, 0, 0);
}

static void begin_removal(struct api_job *j)
{
	struct supervisor *sv = j->api->sv;
	struct service *s = service_find(sv, j->slot), *log;
	char name[SV_NAME_FULL + 5];

	snprintf(name, sizeof name, "%s/log", j->slot);
	log = service_find(sv, name);
	if (s != NULL)
		api_ref_set(&j->ref[0], s);
	if (log != NULL)
		api_ref_set(&j->ref[1], log);
	j->was_wanted = s != NULL && s->d->m.want_up;
	/* A registration that is taken back is nobody's stop. */
	if (s == NULL || j->code != 0 || !api_intent_announce(j, s))
		api_removal_stop(j);
}

/*
 * Owner and identity of a slot: of the supervised one, else of the directory that is there. -ENOENT: none.
 */
static int stat_slot(struct supervisor *sv, const char *slot, struct stat *ret)
{
	const struct service *s = service_find(sv, slot);

	if (s != NULL) {
		*ret = (struct stat){ .st_dev = s->id->dev, .st_ino = s->id->ino, .st_uid = s->id->uid };
		return 0;
	}
	if (sys.fstatat(sv->head->scandirfd, slot, ret, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return S_ISDIR(ret->st_mode) ? 0 : -ENOENT;
}

/* False: there is no place for another job. */
static bool remove_slot(struct api *api, struct api_client *c, const char *slot, const struct stat *st)
{
	struct api_job *j = api_job_new(api, c, JOB_STOPPING);

	if (j == NULL)
		return false;
	j->dev = st->st_dev;
	j->ino = st->st_ino;
	snprintf(j->slot, sizeof j->slot, "%s", slot);
	snprintf(j->sentence, sizeof j->sentence, "%s is unregistered", slot);
	begin_removal(j);
	return true;
}

void api_verb_unregister(struct api_client *c, const struct proto_frame *f)
{
	char slot[SV_NAME_FULL + 1];
	const struct service *s;
	struct stat st;
	int r;

	if (!slot_of(c, f->field[2], slot, sizeof slot) || api_tree_leaves(c))
		return;
	s = service_find(c->api->sv, slot);
	if (s != NULL)
		snprintf(c->detail, sizeof c->detail, " was=%s", s->d->m.want_up ? "up" : "down");
	r = stat_slot(c->api->sv, slot, &st);
	if (r == -ENOENT) {
		api_answer(c, 2, "profile '%s' is not registered", f->field[2]);
		return;
	}
	if (r < 0) {
		api_answer(c, EXIT_SYSTEM, "%s cannot be looked at: %s", slot, strerror(-r));
		return;
	}
	if (!api_may(c, RIGHT_REGISTER, slot, st.st_uid))
		return;
	if (is_being_removed(c->api, slot))
		api_answer(c, 1, "profile '%s' is being unregistered already", f->field[2]);
	else if (!remove_slot(c->api, c, slot, &st))
		api_answer(c, 1, "too much is being done at the moment; try again");
}

bool api_may_remove(const struct supervisor *sv)
{
	return sv->api == NULL || api_job_room(sv->api) > API_JOBS / 2;
}

bool api_remove_slot(struct supervisor *sv, const char *slot)
{
	struct stat st;

	if (sv->api == NULL || stat_slot(sv, slot, &st) < 0)
		return false;
	return is_being_removed(sv->api, slot) || remove_slot(sv->api, NULL, slot, &st);
}
