/*
 * The page that a fault-injecting hexad (lib/failsys.c) shares with the program that drives it
 * (lib/everycall.c). The driver makes the file, names it in HEXAD_FAIL_CTL and maps it too.
 */
#ifndef TESTS_FAILCTL_H
#define TESTS_FAILCTL_H

#include <stdatomic.h>
#include <stdint.h>

#define FAILCTL_ENV "HEXAD_FAIL_CTL"
#define FAILCTL_WHAT 24
#define FAILCTL_FAULT 1000 /* as err: the call does not fail, SIGSEGV comes in its place */

struct failctl {
	_Atomic uint32_t armed;   /* calls count from the moment this is not 0 */
	_Atomic uint32_t count;   /* calls since then, in the supervisor and in its children before exec */
	_Atomic uint32_t fail_at; /* the call with this number fails, once; 0: none */
	_Atomic int32_t err;      /* with this errno; 0: one that the call is known for */
	_Atomic uint32_t failed;  /* 1 once it has failed */
	char what[FAILCTL_WHAT];  /* the name of the call that failed */
	char only[FAILCTL_WHAT];  /* calls of that name alone are counted; empty: all */
};

#endif
