/*
 * The verbs of s6-rc: what is up, what is to change, questions about the graph. A change belongs to root (or whom we
 * run as): it executes scripts with our rights. Its words go to the client as rows; his three descriptors become those of
 * the scripts it runs. One change at a time; who wants to wait for the one before waits here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api_client.h"
#include "boot_int.h"
#include "fdio.h"
#include "msg.h"
#include "rc_int.h"
#include "rcquery.h"
#include "service.h"

#define NAMES_MAX 512 /* in one request: its frame has no room for more */

static bool has(const char *flags, char letter)
{
	return strchr(flags, letter) != NULL;
}

/* Is the client part of a script that the change under way waits for? To let him wait would be for ever. */
static bool is_of_change(const struct api_client *c)
{
	const struct rc *rc = c->api->sv->rc;
	pid_t session = c->pid > 0 ? getsid(c->pid) : 0;

	if (session <= 0)
		return false;
	if (session == c->api->sv->boot->rec.script)
		return true;
	for (uint32_t i = 0; i < rc->g->atomics; i++)
		if (rc->cell[i].pid == session)
			return true;
	return false;
}

/* The graph; NULL, and answered (or to be answered later), where there is none or it is busy. locks: the flag b waits. */
static struct rc *ready(struct api_client *c, const char *flags, bool locks)
{
	struct rc *rc = c->api->sv->rc;

	if (!rc || (!rc->g && !rc->preparing)) {
		api_answer(c, EXIT_SYSTEM, "unable to take locks: there is no live service graph");
		return NULL;
	}
	if (rc->g && (!locks || !rc_busy(c->api->sv)))
		return rc;
	if (rc->g && has(flags, 'b') && !is_of_change(c)) {
		c->rc_waits = true;
		return NULL;
	}
	api_answer(c, EXIT_SYSTEM, "unable to take locks: Resource busy");
	return NULL;
}

/* what: for the audit line. */
static bool may_change(struct api_client *c, const char *what)
{
	(void)snprintf(c->subject, sizeof(c->subject), "%s", what);
	if (c->uid == 0 || c->uid == geteuid())
		return true;
	c->refused = true;
	api_answer(c, EXIT_SYSTEM, "unable to take locks: Permission denied");
	return false;
}

/* Names divided by newlines, in place: a frame is ours to write in. Returns how many. */
static unsigned int split(const char *field, const char **name)
{
	char *at = (char *)(uintptr_t)field;
	unsigned int n = 0;

	while (*at && n < NAMES_MAX) {
		char *nl = strchr(at, '\n');

		name[n++] = at;
		if (!nl)
			break;
		*nl = '\0';
		at = nl + 1;
	}
	return n;
}

/* set := what the names mean. False: answered. The names are put together again for a second look. */
static bool selected(struct api_client *c, const struct rc *rc, const char *field, uint8_t *set)
{
	const char *name[NAMES_MAX] = { NULL };
	unsigned int n = split(field, name);
	const char *bad = rc_query_select(rc->g, name, n, set);
	char text[300];

	if (bad)
		(void)snprintf(text, sizeof(text), "%.255s is not a recognized identifier", bad);
	for (unsigned int i = 1; i < n; i++)
		((char *)(uintptr_t)name[i])[-1] = '\n';
	if (bad)
		api_answer(c, RC_EXIT_UNKNOWN, "%s", text);
	return !bad;
}

static int send_lines(struct api_client *c)
{
	for (unsigned int sent = 0; c->cursor < c->lines.len; sent++) {
		const char *fields[] = { "row", c->lines.buf + c->cursor };
		int r;

		if (sent == API_ROWS_TURN)
			return 0;
		r = api_row(c, fields, 2);
		if (r < 0)
			return r;
		c->cursor += strlen(fields[1]) + 1;
	}
	return 1;
}

static void answer_lines(struct api_client *c)
{
	if (c->lines.full)
		api_answer(c, EXIT_SYSTEM, "out of memory");
	else
		api_answer_rows(c, send_lines);
}

static void add_up(const struct rc *rc, uint8_t *set)
{
	for (uint32_t i = 0; i < rc->g->atomics; i++)
		if (rc->plan.m[i].state == RC_UP)
			set[i] = 1;
}

/* "rc-list" FLAGS NAMES: a adds what is up, l closes, d inverts or (with l) means dependents, e hides the essential. */
void api_verb_rc_list(struct api_client *c, const struct proto_frame *f)
{
	uint8_t set[RC_NODES_MAX] = { 0 };
	const char *flags = f->field[2];
	struct rc *rc = ready(c, flags, true);

	if (!rc || !selected(c, rc, f->field[3], set))
		return;
	if (has(flags, 'a'))
		add_up(rc, set);
	if (has(flags, 'l'))
		rc_close(rc->g, set, has(flags, 'd'));
	for (uint32_t i = 0; i < rc->g->atomics && has(flags, 'd') && !has(flags, 'l'); i++)
		set[i] = !set[i];
	rc_query_set(rc->g, set, has(flags, 'e'), &c->lines);
	answer_lines(c);
}

/* "rc-diff" FLAGS: where a longrun is not what the graph says. */
void api_verb_rc_diff(struct api_client *c, const struct proto_frame *f)
{
	struct rc *rc = ready(c, f->field[2], true);
	char line[SV_NAME_FULL + 2];

	if (!rc)
		return;
	for (uint32_t i = 0; i < rc->g->longruns; i++) {
		const struct service *s = rc_slot(rc, i);
		bool runs = s && s->d->pid > 0 && s->d->m.state != SV_FINISH && s->d->m.state != SV_LASTFINISH;

		if (runs == (rc->plan.m[i].state == RC_UP))
			continue;
		(void)snprintf(line, sizeof(line), "%c%s", runs ? '+' : '-', rc_name(rc->g, i));
		rc_lines_put(&c->lines, line);
	}
	answer_lines(c);
}

/* "rc-db" FLAGS COMMAND NAMES: d means down, e hides the essential. */
void api_verb_rc_db(struct api_client *c, const struct proto_frame *f)
{
	const char *name[NAMES_MAX] = { NULL };
	char why[320];
	struct rc_query q = { .command = f->field[3], .name = name, .down = has(f->field[2], 'd'),
		.hide_essential = has(f->field[2], 'e') };
	struct rc *rc = ready(c, f->field[2], false);
	int code;

	if (!rc)
		return;
	q.n = split(f->field[4], name);
	code = rc_query_run(rc->g, &q, &c->lines, why, sizeof(why));
	if (code)
		api_answer(c, code, "%s", why);
	else
		answer_lines(c);
}

/* What the client gave us for the scripts. */
static void take_io(struct rc *rc, struct api_client *c)
{
	rc_close_io(rc);
	for (size_t i = 0; i < 3; i++) {
		rc->io[i] = c->passed[i];
		c->passed[i] = -1;
	}
}

static unsigned int small_number(const char *text)
{
	unsigned long n = strtoul(text, NULL, 10);

	return n > UINT32_MAX ? UINT32_MAX : (unsigned int)n;
}

/* s6-rc -p: what is not wanted is stopped first, then (rc.c) the rest started. set becomes what is to be stopped. */
static void prune(struct rc *rc, bool up, uint8_t *set)
{
	uint8_t rest[RC_NODES_MAX] = { 0 };

	memcpy(rest, set, rc->g->atomics);
	rc_close(rc->g, rest, !up);
	for (uint32_t i = 0; i < rc->g->atomics; i++)
		rest[i] = !rest[i];
	memcpy(rc->keep, up ? set : rest, rc->g->atomics);
	if (up)
		memcpy(set, rest, rc->g->atomics);
}

/* "rc-change" FLAGS TIMEOUT VERBOSITY NAMES: u, d, D and p, a as s6-rc's. */
void api_verb_rc_change(struct api_client *c, const struct proto_frame *f)
{
	uint8_t set[RC_NODES_MAX] = { 0 };
	const char *flags = f->field[2];
	bool up = !has(flags, 'd') && !has(flags, 'D');
	struct rc *rc = may_change(c, f->field[5]) ? ready(c, flags, true) : NULL;

	if (!rc || !selected(c, rc, f->field[5], set) || api_tree_leaves(c))
		return;
	if (has(flags, 'a'))
		add_up(rc, set);
	rc->asker = c;
	rc->asker_v = small_number(f->field[4]);
	take_io(rc, c);
	if (has(flags, 'p'))
		prune(rc, up, set);
	(void)rc_change(rc, up && !has(flags, 'p'), set, !has(flags, 'D'), small_number(f->field[3]));
	rc->live->prune_first = has(flags, 'p');
}

/* "rc-reload" NAMES: a signal for longruns, the reload script of oneshots. */
void api_verb_rc_reload(struct api_client *c, const struct proto_frame *f)
{
	uint8_t set[RC_NODES_MAX] = { 0 };
	struct rc *rc = may_change(c, f->field[3]) ? ready(c, f->field[2], true) : NULL;

	if (!rc || !selected(c, rc, f->field[3], set) || api_tree_leaves(c))
		return;
	rc->asker = c;
	rc->asker_v = 1;
	take_io(rc, c);
	rc_reload(rc, set);
}

/* "rc-update" FLAGS TIMEOUT VERBOSITY DATABASE: PID 1 reads below /run and /etc, and nowhere else. */
void api_verb_rc_update(struct api_client *c, const struct proto_frame *f)
{
	const char *path = f->field[5];
	struct rc *rc = may_change(c, path) ? ready(c, f->field[2], true) : NULL;
	int r;

	if (!rc || api_tree_leaves(c))
		return;
	if ((strncmp(path, "/run/", 5) && strncmp(path, "/etc/", 5)) || strstr(path, "/..")) {
		api_answer(c, EXIT_USAGE, "the database must lie below /run or /etc");
		return;
	}
	rc->asker = c;
	rc->asker_v = small_number(f->field[4]);
	take_io(rc, c);
	r = rc_update(rc, path, small_number(f->field[3]));
	if (r < 0) {
		rc->asker = NULL;
		rc_close_io(rc);
		api_answer(c, EXIT_SYSTEM, "unable to load %.255s: %s", path, strerror(-r));
	}
}

void api_rc_say(struct rc *rc, unsigned int level, const char *text)
{
	const char *fields[] = { "row", level == 1 ? "warning" : "info", text };

	/* A client that does not read loses words, and nobody waits for him. */
	(void)api_row(rc->asker, fields, 3);
}

void api_rc_gone(struct supervisor *sv, const struct api_client *c)
{
	if (sv->rc && sv->rc->asker == c)
		sv->rc->asker = NULL;
}

/* Those who waited try again, the one who asked first among them first. */
static void wake(struct api *api)
{
	for (size_t i = 0; i < API_PLACES; i++) {
		struct api_client *c = &api->client[i];

		if (c->fd < 0 || !c->rc_waits)
			continue;
		c->rc_waits = false;
		c->verb->fn(c, &c->frame);
	}
}

void api_rc_interrupted(struct rc *rc)
{
	struct api_client *c = rc->asker;

	rc->asker = NULL;
	if (c)
		api_answer(c, 1, "the container is being stopped");
}

void api_rc_over(struct rc *rc, int code)
{
	struct api_client *c = rc->asker;

	rc->asker = NULL;
	if (c)
		api_answer(c, code, "%s", code == 2 ? "timed out" : "");
	if (rc->sv->api && !rc_busy(rc->sv))
		wake(rc->sv->api);
}
