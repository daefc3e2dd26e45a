/*
 * The service graph as one block of memory without a pointer in it: it can lie in a memfd, be copied, and be
 * mapped again by another image of the program. Made by rcsrc.h from source definitions and never changed after.
 *
 * Nodes are numbered: longruns first, then oneshots, then bundles, each in the order of sources and then of bytes.
 * Services ("atomics") are the first two kinds. The edges of a service are its direct dependencies, bundles resolved;
 * those of a bundle are the services in it.
 */
#ifndef SV_RCGRAPH_H
#define SV_RCGRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RC_SOURCES_MAX 8          /* source directories of one graph */
#define RC_NODES_MAX 4096         /* services and bundles */
#define RC_EDGES_MAX (1u << 18)   /* dependencies, bundles resolved */
#define RC_TEXT_MAX (4u << 20)    /* bytes of names and scripts */
#define RC_LIST_MAX (64u << 10)   /* bytes of a list file */
#define RC_SCRIPT_MAX (32u << 10) /* bytes of up, down, reload */
#define RC_NONE UINT32_MAX

enum rc_kind { RC_LONGRUN, RC_ONESHOT, RC_BUNDLE };
enum rc_script { RC_SCRIPT_UP, RC_SCRIPT_DOWN, RC_SCRIPT_RELOAD, RC_SCRIPTS };

/* Services whose up and down are the supervisor's own code. */
enum rc_builtin { RC_NO_BUILTIN, RC_FIX_ATTRS, RC_CONT_INIT, RC_LEGACY };

#define RC_ESSENTIAL 1u   /* these two as s6-rc-db shows them */
#define RC_RECOMMENDED 2u
#define RC_NOTIFIES 4u    /* has a notification-fd */

struct rc_node {
	uint32_t name;             /* in the text */
	uint8_t kind;              /* enum rc_kind */
	uint8_t flags;
	uint8_t source;            /* which source directory; nsources: none, it is built in or generated */
	uint8_t builtin;           /* enum rc_builtin */
	uint32_t first, count;     /* edges */
	uint32_t rfirst, rcount;   /* services that depend on this one */
	uint32_t timeout_up, timeout_down; /* ms, 0: none */
	uint32_t script[RC_SCRIPTS];       /* in the text, 0: none */
	uint32_t consumer;         /* node that reads this one's standard output, RC_NONE */
};

struct rc_graph {
	uint32_t magic, size;      /* size: of the whole block */
	uint32_t n, atomics, longruns;
	uint32_t edges, text;      /* offsets from the begin of the block */
	uint32_t nedges, text_len;
	uint32_t nsources;
	uint32_t source[RC_SOURCES_MAX]; /* paths, in the text */
	struct rc_node node[];
};

/* Is this a whole block of at most cap bytes? For one that somebody else has written. */
bool rc_graph_valid(const struct rc_graph *g, size_t cap);

const char *rc_name(const struct rc_graph *g, uint32_t node);
const char *rc_text(const struct rc_graph *g, uint32_t offset);

/* The node of that name, RC_NONE. */
uint32_t rc_find(const struct rc_graph *g, const char *name);

/* Edges: node numbers. */
const uint32_t *rc_edges(const struct rc_graph *g, uint32_t node);
const uint32_t *rc_redges(const struct rc_graph *g, uint32_t node);

/* set[i] := 1 for the service, or all the services of the bundle. set has room for all atomics. */
void rc_select(const struct rc_graph *g, uint32_t node, uint8_t *set);

/* Adds to set all that the services in it depend on, or (dependents) all that depend on them. */
void rc_close(const struct rc_graph *g, uint8_t *set, bool dependents);

const char *rc_kind_name(enum rc_kind kind);

#endif
