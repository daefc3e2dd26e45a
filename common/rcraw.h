/* Between rcsrc.c, which reads definitions, and rcbuild.c, which makes a graph of them. */
#ifndef SV_RCRAW_H
#define SV_RCRAW_H

#include "rcsrc.h"

#define RC_MAGIC 0x72633031u

struct rc_names {
	char **name;
	uint32_t n, cap;
};

/* One definition as it was read. Strings are its own. */
struct rc_def {
	char *name;
	uint8_t kind, flags, source, builtin;
	bool bad;                     /* something of it was not to be read: not resolved, no error twice */
	struct rc_names deps;         /* names; of a bundle its contents */
	struct rc_names producers;    /* consumer-for */
	char *consumer;               /* producer-for */
	char *pipeline;               /* pipeline-name */
	uint32_t timeout[2];
	char *script[RC_SCRIPTS];
	uint32_t idx;                 /* in the graph */
	uint8_t color;                /* while looking for cycles */
	uint32_t *edge;               /* resolved: numbers of definitions, then of nodes */
	uint32_t nedges;
};

#define RC_HASH 16384 /* a power of two, and roomy for RC_NODES_MAX */

struct rc_defs {
	const struct rc_input *in;
	struct rc_problems *problems;
	struct rc_def *def;
	uint32_t n, cap;
	uint32_t *hash;               /* of names: RC_HASH places, the number of a definition and 1, or 0 */
	uint32_t nedges;
	size_t text;                  /* bytes so far */
	bool full, no_memory;
};

/* code 0 is a warning. */
void rc_problem(struct rc_problems *p, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A new definition of that name; NULL: there is one already, or no room (a problem was noted). */
struct rc_def *rc_def_new(struct rc_defs *d, const char *name, unsigned int source);
struct rc_def *rc_def_find(const struct rc_defs *d, const char *name);

/* Adds a copy of len bytes of text. */
void rc_names_add(struct rc_defs *d, struct rc_names *n, const char *text, size_t len);

/* The first word in the up file of a definition that only stands for a service of ours. */
#define RC_BUILTIN_WORD "hexad-builtin"

/* rcbuild.c */
uint8_t rc_builtin_of(const char *name); /* enum rc_builtin */
struct rc_graph *rc_build(struct rc_defs *d);

#endif
