/* Reading a graph. Nothing here changes one. */
#include "rcgraph.h"

#include <string.h>

#include "rcraw.h"

static bool inside(const struct rc_graph *g, uint32_t off, uint64_t len)
{
	return off >= sizeof(*g) && off % 4 == 0 && off + len <= g->size;
}

static bool node_valid(const struct rc_graph *g, const struct rc_node *n)
{
	for (size_t i = 0; i < RC_SCRIPTS; i++)
		if (n->script[i] >= g->text_len)
			return false;
	return n->name < g->text_len && n->kind <= RC_BUNDLE && n->source <= g->nsources &&
		(uint64_t)n->first + n->count <= g->nedges && (uint64_t)n->rfirst + n->rcount <= g->nedges &&
		(n->consumer == RC_NONE || n->consumer < g->longruns);
}

bool rc_graph_valid(const struct rc_graph *g, size_t cap)
{
	const uint32_t *edge;

	if (cap < sizeof(*g) || g->magic != RC_MAGIC || g->size > cap || g->n > RC_NODES_MAX || g->atomics > g->n ||
	    g->longruns > g->atomics || g->nsources > RC_SOURCES_MAX || g->text_len == 0 ||
	    sizeof(*g) + g->n * sizeof(*g->node) > g->size || !inside(g, g->edges, (uint64_t)g->nedges * 4) ||
	    !inside(g, g->text, g->text_len) || ((const char *)g)[g->text + g->text_len - 1] != '\0')
		return false;
	edge = (const uint32_t *)((const char *)g + g->edges);
	for (uint32_t i = 0; i < g->nedges; i++)
		if (edge[i] >= g->atomics)
			return false;
	for (uint32_t i = 0; i < g->nsources; i++)
		if (g->source[i] >= g->text_len)
			return false;
	for (uint32_t i = 0; i < g->n; i++)
		if (!node_valid(g, &g->node[i]))
			return false;
	return true;
}

const char *rc_text(const struct rc_graph *g, uint32_t offset)
{
	return (const char *)g + g->text + offset;
}

const char *rc_name(const struct rc_graph *g, uint32_t node)
{
	return rc_text(g, g->node[node].name);
}

uint32_t rc_find(const struct rc_graph *g, const char *name)
{
	for (uint32_t i = 0; i < g->n; i++)
		if (!strcmp(rc_name(g, i), name))
			return i;
	return RC_NONE;
}

const uint32_t *rc_edges(const struct rc_graph *g, uint32_t node)
{
	return (const uint32_t *)((const char *)g + g->edges) + g->node[node].first;
}

const uint32_t *rc_redges(const struct rc_graph *g, uint32_t node)
{
	return (const uint32_t *)((const char *)g + g->edges) + g->node[node].rfirst;
}

void rc_select(const struct rc_graph *g, uint32_t node, uint8_t *set)
{
	if (node < g->atomics) {
		set[node] = 1;
		return;
	}
	for (uint32_t i = 0; i < g->node[node].count; i++)
		set[rc_edges(g, node)[i]] = 1;
}

/* set[i]: 1 in the set, 2 its neighbours were looked at too. */
void rc_close(const struct rc_graph *g, uint8_t *set, bool dependents)
{
	bool again;

	do {
		again = false;
		for (uint32_t i = 0; i < g->atomics; i++) {
			const uint32_t *to = dependents ? rc_redges(g, i) : rc_edges(g, i);
			uint32_t n = dependents ? g->node[i].rcount : g->node[i].count;

			if (set[i] != 1)
				continue;
			set[i] = 2;
			for (uint32_t k = 0; k < n; k++) {
				again |= !set[to[k]];
				set[to[k]] += !set[to[k]];
			}
		}
	} while (again);
	for (uint32_t i = 0; i < g->atomics; i++)
		set[i] = set[i] != 0;
}

const char *rc_kind_name(enum rc_kind kind)
{
	static const char *const names[] = { "longrun", "oneshot", "bundle" };

	return names[kind];
}
