/*
 * Executing the next program. Does what execvp does but for two things: no shell is tried for a file
 * without a format the kernel knows, and where PATH is not set the current directory is not searched.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "msg.h"

/* Tries dir/argv[0]; an empty dir is the current directory, as everywhere in PATH. */
static int try_in(const char *dir, int len, char *const *argv, char *const *envp)
{
	char file[PATH_MAX];
	int n = snprintf(file, sizeof(file), "%.*s%s%s", len, dir, len ? "/" : "./", argv[0]);

	if (n < 0 || (size_t)n >= sizeof(file))
		return -ENAMETOOLONG;
	execve(file, argv, envp);
	return -errno;
}

int chain_try(char *const *argv, char *const *envp, const char *path)
{
	int err, kept = -ENOENT;

	if (!*argv[0])
		return -ENOENT;
	if (strchr(argv[0], '/')) {
		execve(argv[0], argv, envp);
		return -errno;
	}
	if (!path)
		path = CHAIN_DEFAULT_PATH;
	for (;;) {
		int len = (int)strcspn(path, ":");

		err = try_in(path, len, argv, envp);
		if (err == -EACCES)
			kept = err;
		else if (err != -ENOENT && err != -ENOTDIR && err != -ENAMETOOLONG)
			return err;
		if (!path[len])
			return kept;
		path += len + 1;
	}
}

void chain_failed(const char *prog, int err)
{
	msg_die(err == -ENOENT ? EXIT_NOTFOUND : EXIT_NOEXEC, err, "unable to exec %s", prog);
}

void chain_exec(char *const *argv)
{
	chain_failed(argv[0], chain_try(argv, environ, getenv("PATH")));
}
