/* Reading service definitions with their errors told. */
#ifndef SV_RC_COMPILE_H
#define SV_RC_COMPILE_H

#include "rcgraph.h"

/*
 * The graph of n source directories, to be freed; warnings are told from verbosity 2 on. NULL: errors were told, and
 * rc_compile_code is what s6-rc-compile ends with for the first of them.
 */
struct rc_graph *rc_compile_load(const char *const *source, unsigned int n, unsigned int verbosity);
extern int rc_compile_code;

#endif
