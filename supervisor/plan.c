#include "plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msg.h"
#include "sys.h"
#include "words.h"

static const char *const actions[] = { "started", "registered", "skipped", "removed" };
static const char *const exits[] = { "unknown", "clean", "unclean" };

_Static_assert(SV_NAME_MAX + PLAN_STATE_MAX + 10 + 7 + PLAN_WHY_MAX + 5 <= PLAN_LINE_MAX, "a line is too short");

const char *plan_action_name(enum plan_action a)
{
	return actions[a];
}

const char *plan_exit_name(enum plan_exit e)
{
	return exits[e];
}

void plan_running_word(const struct config *c, char *buf, size_t cap)
{
	const char *at = c->autostart;
	struct word w = { "", 0 };

	(void)words_next(&at, WORDS_LIST, &w);
	snprintf(buf, cap, "%.*s", (int)w.len, w.text);
}

static void show(char *buf, size_t cap, const char *text)
{
	msg_escape(buf, cap, text, strlen(text));
}

/* The state that counts, or NULL. Intent, where there is any, wins over what was running. */
static const char *effective_state(const struct config *c, const struct profile_facts *f, char *word,
	size_t cap)
{
	if (f->intent.desired.kind == VALUE_TEXT
		&& !(f->file == STATE_READ && intent_is_older(&f->intent, &f->desired, f->has_stamp, f->stamp)))
		return f->intent.desired.text;
	if (f->file != STATE_READ || f->desired.kind == VALUE_ODD)
		return NULL;
	if (f->desired.kind == VALUE_TEXT)
		return f->desired.text;
	if (f->runtime.kind != VALUE_TEXT)
		return NULL;
	/* What was on its way to another state when it ended had been running. */
	if (words_has(c->transient, WORDS_LIST, f->runtime.text)) {
		plan_running_word(c, word, cap);
		return *word ? word : f->runtime.text;
	}
	return f->runtime.text;
}

static enum plan_exit prior_exit(const struct state_value *phase)
{
	if (phase->kind == VALUE_TEXT && !strcmp(phase->text, "exited"))
		return PRIOR_CLEAN;
	if (phase->kind == VALUE_TEXT && !strcmp(phase->text, "running"))
		return PRIOR_UNCLEAN;
	return PRIOR_UNKNOWN;
}

/* Why a state was not used, for who wonders why his profile is down. */
static void explain(const struct config *c, const struct profile_facts *f, struct plan_op *op)
{
	if (f->intent.desired.kind == VALUE_TEXT && f->file == STATE_UNUSABLE)
		snprintf(op->why, sizeof(op->why), "state file %.79s, the supervisor's own counts", f->file_why);
	else if (f->intent.desired.kind == VALUE_TEXT)
		;
	else if (f->file == STATE_UNUSABLE)
		snprintf(op->why, sizeof(op->why), "state file %s, so it stays down", f->file_why);
	else if (f->file == STATE_READ && f->desired.kind == VALUE_ODD)
		snprintf(op->why, sizeof(op->why), "'%.40s' in the state file is no string, so it stays down",
			c->desired_key);
	else if (f->file == STATE_READ && f->desired.kind == VALUE_NONE && f->runtime.kind == VALUE_ODD)
		snprintf(op->why, sizeof(op->why), "'%.40s' in the state file is no string, so it stays down",
			c->runtime_key);
}

/* True and a filled op if the profile gets no slot. */
static bool skipped(const struct config *c, const struct profile_facts *f, struct plan_op *op)
{
	const char *why = svcdir_profile_name_why(f->name, SV_PROFILE_MAX);
	char shown[SV_NAME_MAX + 1];

	op->action = PLAN_SKIPPED;
	op->prior_exit = PRIOR_UNKNOWN;
	if (!f->root && !strcmp(f->name, c->reserved)) {
		snprintf(shown, sizeof(shown), "%s/%s", c->profiles_dir, f->name);
		show(op->profile, sizeof(op->profile), shown);
		snprintf(op->why, sizeof(op->why), "the name is reserved for the home itself");
		return true;
	}
	show(op->profile, sizeof(op->profile), f->name);
	if (why)
		snprintf(op->why, sizeof(op->why), "%s", why);
	else if (f->lookup_err)
		snprintf(op->why, sizeof(op->why), "unable to look into it: %s", strerror(-f->lookup_err));
	return why || f->lookup_err;
}

struct plan_op plan_profile(const struct config *c, const struct profile_facts *f)
{
	char word[CONFIG_LINE_MAX + 1];
	struct plan_op op;
	const char *state;
	bool start;

	memset(&op, 0, sizeof(op));
	if (skipped(c, f, &op))
		return op;
	state = effective_state(c, f, word, sizeof(word));
	start = state && words_has(c->autostart, WORDS_LIST, state) && (f->root || !f->multiplex);
	op.action = start ? PLAN_STARTED : PLAN_REGISTERED;
	op.prior_exit = prior_exit(&f->phase);
	if (state)
		show(op.prior_state, sizeof(op.prior_state), state);
	explain(c, f, &op);
	return op;
}

size_t plan_line(const struct plan_op *op, char *buf)
{
	int n = snprintf(buf, PLAN_LINE_MAX + 1, "%s\t%s\t%s\t%s\t%s\n", op->profile, op->prior_state,
		actions[op->action], exits[op->prior_exit], op->why);

	return n < 0 ? 0 : (size_t)n;
}

void plan_finish(struct plan *p)
{
	free(p->op);
	p->op = NULL;
	p->n = 0;
}

/* One field of a line, up to a tab or the line's end; at most cap - 1 bytes of printable ASCII. */
static bool take_text(const char **at, const char *end, char *buf, size_t cap)
{
	const char *tab = memchr(*at, '\t', (size_t)(end - *at));
	size_t len = (size_t)((tab ? tab : end) - *at);

	if (len >= cap)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((*at)[i] < ' ' || (*at)[i] > '~')
			return false;
	memcpy(buf, *at, len);
	buf[len] = '\0';
	*at = tab ? tab + 1 : NULL;
	return true;
}

static int take_word(const char **at, const char *end, const char *const *words, int nwords)
{
	char buf[16];

	if (!*at || !take_text(at, end, buf, sizeof(buf)))
		return -1;
	for (int i = 0; i < nwords; i++)
		if (!strcmp(buf, words[i]))
			return i;
	return -1;
}

/* Exactly five fields from at to end. */
static bool parse_line(struct plan_op *op, const char *at, const char *end)
{
	int action, exit;

	if (!take_text(&at, end, op->profile, sizeof(op->profile)) || !*op->profile || !at)
		return false;
	if (!take_text(&at, end, op->prior_state, sizeof(op->prior_state)))
		return false;
	action = take_word(&at, end, actions, 3);
	exit = take_word(&at, end, exits, 3);
	if (action < 0 || exit < 0 || !at || !take_text(&at, end, op->why, sizeof(op->why)) || at)
		return false;
	op->action = (enum plan_action)action;
	op->prior_exit = (enum plan_exit)exit;
	/* Whoever wrote this: a name becomes a directory only if it is one we would have chosen. */
	return op->action == PLAN_SKIPPED || !svcdir_profile_name_why(op->profile, SV_PROFILE_MAX);
}

static size_t count_lines(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n <= PLAN_MAX; i++)
		n += text[i] == '\n';
	return n;
}

int plan_parse(struct plan *ret, const char *text, size_t len)
{
	struct plan p = { NULL, 0 };
	size_t n = count_lines(text, len);
	const char *end = text + len;

	ret->op = NULL;
	ret->n = 0;
	if (n > PLAN_MAX || (len && text[len - 1] != '\n'))
		return -EBADMSG;
	if (n)
		p.op = sys.calloc(n, sizeof(*p.op));
	if (n && !p.op)
		return -ENOMEM;
	for (; text < end; p.n++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		if (!parse_line(&p.op[p.n], text, newline)) {
			plan_finish(&p);
			return -EBADMSG;
		}
		text = newline + 1;
	}
	*ret = p;
	return 0;
}
