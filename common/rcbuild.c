/*
 * From definitions to a graph: pipelines, bundles, dependencies, cycles; then everything into one block. Every
 * error is noted, in the words of s6-rc-compile.
 */
#include "rcsrc.h"

#include <stdlib.h>
#include <string.h>

#include "rcraw.h"

enum color { WHITE, GRAY, BLACK };

/* Compat: overlay-boot 8. */
static const struct builtin {
	const char *name;
	uint8_t kind, which;
	const char *deps[5];
} builtins[] = {
	{ "fix-attrs", RC_ONESHOT, RC_FIX_ATTRS, { NULL } },
	{ "legacy-cont-init", RC_ONESHOT, RC_CONT_INIT, { "fix-attrs" } },
	{ "legacy-services", RC_ONESHOT, RC_LEGACY, { "base", "user" } },
	{ "base", RC_BUNDLE, RC_NO_BUILTIN, { "fix-attrs", "legacy-cont-init" } },
	{ "top", RC_BUNDLE, RC_NO_BUILTIN, { "base", "user", "legacy-services", "user2" } },
};

uint8_t rc_builtin_of(const char *name)
{
	for (size_t i = 0; i < sizeof(builtins) / sizeof(*builtins); i++)
		if (builtins[i].which && !strcmp(builtins[i].name, name))
			return builtins[i].which;
	return RC_NO_BUILTIN;
}

static void add_builtin(struct rc_defs *d, const struct builtin *b)
{
	struct rc_def *def;

	if (d->in->whole && rc_def_find(d, b->name))
		return;
	def = rc_def_new(d, b->name, d->in->nsources);
	if (!def)
		return;
	def->kind = b->kind;
	def->builtin = b->which;
	for (size_t i = 0; b->deps[i]; i++)
		rc_names_add(d, &def->deps, b->deps[i], strlen(b->deps[i]));
}

/* user and user2, where the image has none. */
static void add_empty(struct rc_defs *d, const char *name)
{
	struct rc_def *def = rc_def_find(d, name) ? NULL : rc_def_new(d, name, d->in->nsources);

	if (def)
		def->kind = RC_BUNDLE;
}

static void add_builtins(struct rc_defs *d)
{
	for (size_t i = 0; i < sizeof(builtins) / sizeof(*builtins); i++)
		add_builtin(d, &builtins[i]);
	add_empty(d, "user");
	add_empty(d, "user2");
}

static bool names_has(const struct rc_names *n, const char *name)
{
	for (uint32_t i = 0; i < n->n; i++)
		if (!strcmp(n->name[i], name))
			return true;
	return false;
}

/* One half of a pipeline's declaration. back: does the other one declare it too? */
static void pipeline_half(struct rc_defs *d, const struct rc_def *def, const char *role, const char *other)
{
	const struct rc_def *o = rc_def_find(d, other);
	bool back = o && (role[0] == 'a' ? names_has(&o->producers, def->name) :
		o->consumer && !strcmp(o->consumer, def->name));

	if (!o)
		rc_problem(d->problems, 1, "longrun service %s declares being %s for an undefined service named %s", def->name,
			role, other);
	else if (o->kind != RC_LONGRUN)
		rc_problem(d->problems, 1, "longrun service %s declares being %s for a service named %s of type %s", def->name,
			role, other, rc_kind_name(o->kind));
	else if (!back && !o->bad)
		rc_problem(d->problems, 1, "longrun service %s declares being %s for a service named %s that does not declare "
			"it back", def->name, role, other);
}

/* Each producer depends on its consumer. */
static void pipelines(struct rc_defs *d)
{
	for (uint32_t i = 0; i < d->n; i++) {
		struct rc_def *def = &d->def[i];

		if (def->consumer) {
			pipeline_half(d, def, "a producer", def->consumer);
			rc_names_add(d, &def->deps, def->consumer, strlen(def->consumer));
		}
		for (uint32_t k = 0; k < def->producers.n; k++)
			pipeline_half(d, def, "the consumer", def->producers.name[k]);
	}
}

/* All that write into the chain that ends in def, and def. */
static void chain(struct rc_defs *d, struct rc_names *into, const struct rc_def *def)
{
	if (names_has(into, def->name))
		return;
	rc_names_add(d, into, def->name, strlen(def->name));
	for (uint32_t i = 0; i < def->producers.n; i++) {
		const struct rc_def *p = rc_def_find(d, def->producers.name[i]);

		if (p)
			chain(d, into, p);
	}
}

/* The bundle that pipeline-name asks for. Adding one may move the definitions. */
static void pipeline_bundles(struct rc_defs *d)
{
	for (uint32_t i = 0, n = d->n; i < n; i++) {
		struct rc_names members = { NULL, 0, 0 };
		struct rc_def *bundle;

		if (!d->def[i].pipeline)
			continue;
		if (d->def[i].consumer || !d->def[i].producers.n) {
			rc_problem(d->problems, 0, "pipeline-name of service %s is ignored: it is not the last consumer of "
				"a pipeline", d->def[i].name);
			continue;
		}
		chain(d, &members, &d->def[i]);
		bundle = rc_def_new(d, d->def[i].pipeline, d->def[i].source);
		if (!bundle) {
			for (uint32_t k = 0; k < members.n; k++)
				free(members.name[k]);
			free(members.name);
			continue;
		}
		bundle->kind = RC_BUNDLE;
		bundle->deps = members;
	}
}

/* Room for one more edge; a problem is noted where there is none. */
static bool room_for_edge(struct rc_defs *d, struct rc_def *def, uint32_t *cap)
{
	uint32_t *more;

	if (d->nedges >= RC_EDGES_MAX) {
		rc_problem(d->problems, 111, "too many dependencies");
		d->full = true;
		return false;
	}
	if (def->nedges < *cap)
		return true;
	more = realloc(def->edge, (2 * *cap + 8) * sizeof(*more));
	if (!more) {
		rc_problem(d->problems, 111, "out of memory");
		d->no_memory = true;
		return false;
	}
	def->edge = more;
	*cap = 2 * *cap + 8;
	return true;
}

/* Adds the definition number to def's edges unless mark says that it is there. */
static void add_edge(struct rc_defs *d, struct rc_def *def, uint8_t *mark, uint32_t to, uint32_t *cap)
{
	if (mark[to] || !room_for_edge(d, def, cap))
		return;
	mark[to] = 1;
	def->edge[def->nedges++] = to;
	d->nedges++;
}

static bool expand_bundle(struct rc_defs *d, struct rc_def *def);

/* A name that is meant: a service, or all the services of a bundle. */
static void resolve(struct rc_defs *d, struct rc_def *def, const char *name, uint8_t *mark, uint32_t *cap)
{
	struct rc_def *to = rc_def_find(d, name);

	if (!to) {
		rc_problem(d->problems, 1, "during %s %s: undefined service name %s",
			def->kind == RC_BUNDLE ? "resolution of bundle" : "dependency resolution for service", def->name, name);
		return;
	}
	if (to->kind != RC_BUNDLE) {
		add_edge(d, def, mark, (uint32_t)(to - d->def), cap);
		return;
	}
	if (to->color == GRAY) {
		rc_problem(d->problems, 1, "cyclic bundle definition reached from %s and involving %s", def->name, to->name);
		return;
	}
	if (!expand_bundle(d, to))
		return;
	for (uint32_t i = 0; i < to->nedges && !d->full && !d->no_memory; i++)
		add_edge(d, def, mark, to->edge[i], cap);
}

static void resolve_all(struct rc_defs *d, struct rc_def *def)
{
	uint8_t *mark = calloc(d->n, 1);
	uint32_t cap = 0;

	if (!mark) {
		d->no_memory = true;
		rc_problem(d->problems, 111, "out of memory");
		return;
	}
	for (uint32_t i = 0; i < def->deps.n && !d->full && !d->no_memory; i++)
		resolve(d, def, def->deps.name[i], mark, &cap);
	free(mark);
}

/* False: there is no room any more. */
static bool expand_bundle(struct rc_defs *d, struct rc_def *def)
{
	if (def->color == WHITE) {
		def->color = GRAY;
		resolve_all(d, def);
		def->color = BLACK;
	}
	return !d->full && !d->no_memory;
}

static void resolve_names(struct rc_defs *d)
{
	for (uint32_t i = 0; i < d->n; i++)
		if (d->def[i].kind == RC_BUNDLE)
			(void)expand_bundle(d, &d->def[i]);
	for (uint32_t i = 0; i < d->n && !d->full && !d->no_memory; i++)
		if (d->def[i].kind != RC_BUNDLE)
			resolve_all(d, &d->def[i]);
}

/* Depth first. Every way back to a service that is being looked at is a cycle of its own. */
static void look_for_cycles(struct rc_defs *d, struct rc_def *def)
{
	def->color = GRAY;
	for (uint32_t i = 0; i < def->nedges; i++) {
		struct rc_def *to = &d->def[def->edge[i]];

		if (to->color == GRAY)
			rc_problem(d->problems, 1, "cyclic service dependency reached from %s and involving %s", def->name,
				to->name);
		else if (to->color == WHITE)
			look_for_cycles(d, to);
	}
	def->color = BLACK;
}

static void cycles(struct rc_defs *d)
{
	for (uint32_t i = 0; i < d->n; i++)
		if (d->def[i].kind != RC_BUNDLE && d->def[i].color == WHITE)
			look_for_cycles(d, &d->def[i]);
}

static void inherit_flags(struct rc_defs *d)
{
	for (uint32_t i = 0; i < d->n; i++) {
		const struct rc_def *def = &d->def[i];

		if (def->kind != RC_BUNDLE || !(def->flags & RC_ESSENTIAL))
			continue;
		for (uint32_t k = 0; k < def->nedges; k++)
			d->def[def->edge[k]].flags |= RC_ESSENTIAL;
	}
}

/* The definitions in the order of the nodes. */
static struct rc_def **node_order;

static int compare_defs(const void *a, const void *b)
{
	const struct rc_def *x = *(struct rc_def *const *)a, *y = *(struct rc_def *const *)b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Numbers the nodes; edges become numbers of nodes, in order. */
static void number_nodes(struct rc_defs *d)
{
	for (uint32_t i = 0; i < d->n; i++)
		node_order[i] = &d->def[i];
	qsort(node_order, d->n, sizeof(struct rc_def *), compare_defs);
	for (uint32_t i = 0; i < d->n; i++)
		node_order[i]->idx = i;
	for (uint32_t i = 0; i < d->n; i++) {
		struct rc_def *def = &d->def[i];

		for (uint32_t k = 0; k < def->nedges; k++)
			def->edge[k] = d->def[def->edge[k]].idx;
		if (def->nedges > 1)
			qsort(def->edge, def->nedges, sizeof(*def->edge), compare_numbers);
	}
}

/* The block while it is being filled. */
struct filling {
	struct rc_graph *g;
	uint32_t text, edge;
};

static uint32_t put_text(struct filling *f, const char *text)
{
	uint32_t at = f->text;

	if (!text)
		return 0;
	strcpy((char *)f->g + f->g->text + at, text);
	f->text += (uint32_t)strlen(text) + 1;
	return at;
}

static uint32_t *edges_of(struct rc_graph *g)
{
	return (uint32_t *)((char *)g + g->edges);
}

static void put_node(struct filling *f, const struct rc_defs *d, const struct rc_def *def)
{
	const struct rc_def *consumer = def->consumer ? rc_def_find(d, def->consumer) : NULL;
	struct rc_node *n = &f->g->node[def->idx];

	n->name = put_text(f, def->name);
	n->kind = def->kind;
	n->flags = def->flags;
	n->source = def->source;
	n->builtin = def->builtin;
	n->timeout_up = def->timeout[0];
	n->timeout_down = def->timeout[1];
	for (size_t i = 0; i < RC_SCRIPTS; i++)
		n->script[i] = put_text(f, def->script[i]);
	n->first = f->edge;
	n->count = def->nedges;
	if (def->nedges)
		memcpy(edges_of(f->g) + f->edge, def->edge, def->nedges * sizeof(*def->edge));
	f->edge += def->nedges;
	n->consumer = RC_NONE;
	if (consumer)
		n->consumer = consumer->idx;
}

/* Dependents: counted, then placed, then filled. */
static void put_dependents(struct filling *f)
{
	struct rc_graph *g = f->g;
	uint32_t *edge = edges_of(g);

	for (uint32_t i = 0; i < g->atomics; i++)
		for (uint32_t k = 0; k < g->node[i].count; k++)
			g->node[edge[g->node[i].first + k]].rcount++;
	for (uint32_t i = 0; i < g->atomics; i++) {
		g->node[i].rfirst = f->edge;
		f->edge += g->node[i].rcount;
		g->node[i].rcount = 0;
	}
	for (uint32_t i = 0; i < g->atomics; i++)
		for (uint32_t k = 0; k < g->node[i].count; k++) {
			struct rc_node *to = &g->node[edge[g->node[i].first + k]];

			edge[to->rfirst + to->rcount++] = i;
		}
}

static struct rc_graph *freeze(struct rc_defs *d)
{
	struct filling f = { .text = 1 };
	size_t nodes = sizeof(struct rc_graph) + d->n * sizeof(struct rc_node), text = d->text + 1;
	uint32_t nedges = 0;
	size_t size;

	for (uint32_t i = 0; i < d->n; i++)
		nedges += d->def[i].nedges * (d->def[i].kind == RC_BUNDLE ? 1 : 2);
	for (unsigned int i = 0; i < d->in->nsources; i++)
		text += strlen(d->in->source[i]) + 1;
	size = (nodes + nedges * sizeof(uint32_t) + text + 3) & ~(size_t)3;
	f.g = calloc(1, size);
	if (!f.g)
		return NULL;
	f.g->magic = RC_MAGIC;
	f.g->size = (uint32_t)size;
	f.g->n = d->n;
	f.g->nedges = nedges;
	f.g->edges = (uint32_t)nodes;
	f.g->text = (uint32_t)(nodes + nedges * sizeof(uint32_t));
	f.g->nsources = d->in->nsources;
	for (uint32_t i = 0; i < d->n; i++) {
		f.g->longruns += d->def[i].kind == RC_LONGRUN;
		f.g->atomics += d->def[i].kind != RC_BUNDLE;
	}
	for (unsigned int i = 0; i < d->in->nsources; i++)
		f.g->source[i] = put_text(&f, d->in->source[i]);
	for (uint32_t i = 0; i < d->n; i++)
		put_node(&f, d, &d->def[i]);
	put_dependents(&f);
	f.g->text_len = f.text;
	return f.g;
}

struct rc_graph *rc_build(struct rc_defs *d)
{
	struct rc_graph *g = NULL;

	if (d->in->container)
		add_builtins(d);
	pipeline_bundles(d);
	if (d->full || d->no_memory)
		return NULL;
	pipelines(d);
	resolve_names(d);
	if (!d->full && !d->no_memory)
		cycles(d);
	if (!d->problems->errors) {
		inherit_flags(d);
		node_order = calloc(d->n + 1, sizeof(struct rc_def *));
		if (node_order) {
			number_nodes(d);
			g = freeze(d);
		}
		free(node_order);
		if (!g)
			rc_problem(d->problems, 111, "out of memory");
	}
	return g;
}
