/* s6-rc-db's questions, one function each, picked by a table. */
#include "rcquery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "el.h"

#define EXIT_WORDS 100

void rc_lines_put(struct rc_lines *l, const char *line)
{
	size_t len = strlen(line) + 1;

	if (l->full)
		return;
	if (l->len + len > l->cap) {
		char *more = realloc(l->buf, 2 * l->cap + len + 1024);

		if (!more) {
			l->full = true;
			return;
		}
		l->buf = more;
		l->cap = 2 * l->cap + len + 1024;
	}
	memcpy(l->buf + l->len, line, len);
	l->len += len;
}

void rc_lines_finish(struct rc_lines *l)
{
	free(l->buf);
	*l = (struct rc_lines){ NULL, 0, 0, false };
}

void rc_query_set(const struct rc_graph *g, const uint8_t *set, bool hide_essential, struct rc_lines *out)
{
	for (uint32_t i = 0; i < g->atomics; i++)
		if (set[i] && !(hide_essential && (g->node[i].flags & RC_ESSENTIAL)))
			rc_lines_put(out, rc_name(g, i));
}

const char *rc_query_select(const struct rc_graph *g, const char *const *name, unsigned int n, uint8_t *set)
{
	for (unsigned int i = 0; i < n; i++) {
		uint32_t node = rc_find(g, name[i]);

		if (node == RC_NONE)
			return name[i];
		rc_select(g, node, set);
	}
	return NULL;
}

/* What one question needs. */
struct asked {
	const struct rc_graph *g;
	const struct rc_query *q;
	struct rc_lines *out;
	uint32_t node;  /* of the first name, where there is one */
	char *why;
	size_t cap;
};

static int wrong_kind(const struct asked *a, const char *is_not)
{
	(void)snprintf(a->why, a->cap, "identifier %s is not %s", rc_name(a->g, a->node), is_not);
	return RC_EXIT_KIND;
}

static int ask_list(const struct asked *a)
{
	static const struct { const char *what; uint8_t kinds; } lists[] = {
		{ "all", 7 }, { "services", 3 }, { "longruns", 1 << RC_LONGRUN }, { "oneshots", 1 << RC_ONESHOT },
		{ "bundles", 1 << RC_BUNDLE },
	};

	for (size_t k = 0; k < sizeof(lists) / sizeof(*lists); k++) {
		if (strcmp(lists[k].what, a->q->name[0]) != 0)
			continue;
		for (uint32_t i = 0; i < a->g->n; i++) {
			const struct rc_node *n = &a->g->node[i];

			if ((lists[k].kinds >> n->kind & 1) && !(a->q->hide_essential && (n->flags & RC_ESSENTIAL)))
				rc_lines_put(a->out, rc_name(a->g, i));
		}
		return 0;
	}
	(void)snprintf(a->why, a->cap, "list: all, services, longruns, oneshots or bundles");
	return EXIT_WORDS;
}

static int ask_type(const struct asked *a)
{
	rc_lines_put(a->out, rc_kind_name((enum rc_kind)a->g->node[a->node].kind));
	return 0;
}

static int ask_contents(const struct asked *a)
{
	uint8_t set[RC_NODES_MAX] = { 0 };

	if (a->node < a->g->atomics)
		return wrong_kind(a, "a bundle");
	rc_select(a->g, a->node, set);
	rc_query_set(a->g, set, a->q->hide_essential, a->out);
	return 0;
}

static int ask_dependencies(const struct asked *a)
{
	uint8_t of[RC_NODES_MAX] = { 0 }, set[RC_NODES_MAX] = { 0 };
	const char *bad = rc_query_select(a->g, a->q->name, a->q->n, of);

	(void)bad; /* the names were looked up before */
	for (uint32_t i = 0; i < a->g->atomics; i++) {
		const uint32_t *edge = a->q->down ? rc_redges(a->g, i) : rc_edges(a->g, i);
		uint32_t n = a->q->down ? a->g->node[i].rcount : a->g->node[i].count;

		for (uint32_t k = 0; of[i] && k < n; k++)
			set[edge[k]] = 1;
	}
	rc_query_set(a->g, set, a->q->hide_essential, a->out);
	return 0;
}

static int ask_closure(const struct asked *a)
{
	uint8_t set[RC_NODES_MAX] = { 0 };

	(void)rc_query_select(a->g, a->q->name, a->q->n, set);
	rc_close(a->g, set, a->q->down);
	rc_query_set(a->g, set, a->q->hide_essential, a->out);
	return 0;
}

static int ask_atomics(const struct asked *a)
{
	uint8_t set[RC_NODES_MAX] = { 0 };

	(void)rc_query_select(a->g, a->q->name, a->q->n, set);
	rc_query_set(a->g, set, a->q->hide_essential, a->out);
	return 0;
}

static int ask_timeout(const struct asked *a)
{
	const struct rc_node *n = &a->g->node[a->node];
	char text[16];

	if (a->node >= a->g->atomics)
		return wrong_kind(a, "an atomic service");
	(void)snprintf(text, sizeof(text), "%u", (unsigned int)(a->q->down ? n->timeout_down : n->timeout_up));
	rc_lines_put(a->out, text);
	return 0;
}

static int ask_script(const struct asked *a)
{
	const struct rc_node *n = &a->g->node[a->node];
	uint32_t at = n->script[a->q->down ? RC_SCRIPT_DOWN : RC_SCRIPT_UP];
	const char *text = rc_text(a->g, at), *word;
	struct el_words w = { .cap = 4 * strlen(text) + 16 };

	if (n->kind != RC_ONESHOT)
		return wrong_kind(a, "a oneshot");
	if (!at)
		return 0;
	w.buf = malloc(w.cap);
	if (!w.buf || el_parse(text, strlen(text), &w) != EL_FINE)
		a->out->full = true;
	word = w.buf;
	for (unsigned int i = 0; !a->out->full && i < w.n; i++) {
		rc_lines_put(a->out, word);
		word += strlen(word) + 1;
	}
	free(w.buf);
	return 0;
}

static void put_pipe(const struct asked *a, uint32_t producer)
{
	char line[2 * 256];

	(void)snprintf(line, sizeof(line), "%s/%s", rc_name(a->g, producer), rc_name(a->g, a->g->node[producer].consumer));
	rc_lines_put(a->out, line);
}

/* All that are connected with it: longruns that lead to the same end. */
static int ask_pipeline(const struct asked *a)
{
	uint32_t last = a->node;

	if (a->node >= a->g->longruns)
		return wrong_kind(a, "a longrun");
	while (a->g->node[last].consumer != RC_NONE)
		last = a->g->node[last].consumer;
	for (uint32_t i = 0; i < a->g->longruns; i++) {
		uint32_t end = i;

		while (a->g->node[end].consumer != RC_NONE)
			end = a->g->node[end].consumer;
		if (end == last && i != last)
			put_pipe(a, i);
	}
	return 0;
}

static int ask_flags(const struct asked *a)
{
	char text[16];

	if (a->node >= a->g->atomics)
		return wrong_kind(a, "an atomic service");
	(void)snprintf(text, sizeof(text), "%08x", a->g->node[a->node].flags & (RC_ESSENTIAL | RC_RECOMMENDED));
	rc_lines_put(a->out, text);
	return 0;
}

/* A block that was loaded is whole. */
static int ask_check(const struct asked *a)
{
	(void)a;
	return 0;
}

static const struct {
	const char *command;
	int (*fn)(const struct asked *a);
	unsigned int min, max;
	bool named; /* its words are names */
} commands[] = {
	{ "all-dependencies", ask_closure, 1, RC_NODES_MAX, true },
	{ "atomics", ask_atomics, 1, RC_NODES_MAX, true },
	{ "check", ask_check, 0, 0, false },
	{ "contents", ask_contents, 1, 1, true },
	{ "dependencies", ask_dependencies, 1, RC_NODES_MAX, true },
	{ "flags", ask_flags, 1, 1, true },
	{ "list", ask_list, 1, 1, false },
	{ "pipeline", ask_pipeline, 1, 1, true },
	{ "script", ask_script, 1, 1, true },
	{ "timeout", ask_timeout, 1, 1, true },
	{ "type", ask_type, 1, 1, true },
};

int rc_query_run(const struct rc_graph *g, const struct rc_query *q, struct rc_lines *out, char *why, size_t cap)
{
	struct asked a = { .g = g, .q = q, .out = out, .node = RC_NONE, .why = why, .cap = cap };
	size_t k = 0;

	while (k < sizeof(commands) / sizeof(*commands) && strcmp(commands[k].command, q->command) != 0)
		k++;
	if (k == sizeof(commands) / sizeof(*commands)) {
		(void)snprintf(why, cap, "unknown command: %.64s", q->command);
		return EXIT_WORDS;
	}
	if (q->n < commands[k].min || q->n > commands[k].max) {
		(void)snprintf(why, cap, "%s: wrong number of names", q->command);
		return EXIT_WORDS;
	}
	for (unsigned int i = 0; commands[k].named && i < q->n; i++) {
		uint32_t node = rc_find(g, q->name[i]);

		if (node == RC_NONE) {
			(void)snprintf(why, cap, "%.255s is not a recognized identifier", q->name[i]);
			return RC_EXIT_UNKNOWN;
		}
		a.node = i == 0 ? node : a.node;
	}
	return commands[k].fn(&a);
}
