/* Executing a program by name as a shell would: for forked children only. */
#ifndef HEXAD_EXECP_H
#define HEXAD_EXECP_H

/*
 * Executes argv[0], looked for in envp's PATH unless it has a slash; a text without #! is given to
 * /bin/sh. Returns only on failure: -ENOENT if there is no such program, else why it cannot be executed.
 */
int execp(char *const argv[], char *const envp[]);

/* The exit code that stands for a failure of execp: 127 or 126. */
int execp_code(int err);

/* The value of name in a vector of NAME=value words; NULL. */
const char *env_get(char *const envp[], const char *name);

#endif
