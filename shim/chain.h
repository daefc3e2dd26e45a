/* Becoming the next program of a chain, with s6's messages and exit codes. */
#ifndef SV_CHAIN_H
#define SV_CHAIN_H

#define CHAIN_DEFAULT_PATH "/usr/bin:/bin" /* where PATH is not set */

/*
 * Executes argv[0], looked up in path unless it has a slash in it, with envp. A file that the kernel
 * cannot execute is not given to a shell. Returns only on failure, with -errno.
 */
int chain_try(char *const *argv, char *const *envp, const char *path);

/* The same with this process's environment and PATH; on failure the message and exit 127 or 126. */
void chain_exec(char *const *argv) __attribute__((noreturn));

/* The message and the exit that follow a failed chain_try. */
void chain_failed(const char *prog, int err) __attribute__((noreturn));

#endif
