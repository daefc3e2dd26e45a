/* Executing by name. Knows nothing of shells' builtins, and never falls back to another program than /bin/sh. */
#include "execp.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "msg.h"
#include "sys.h"

const char *env_get(char *const envp[], const char *name)
{
	size_t len = strlen(name);

	for (; *envp; envp++)
		if (!strncmp(*envp, name, len) && (*envp)[len] == '=')
			return *envp + len + 1;
	return NULL;
}

/* /bin/sh PATH ARGS..., for a text without an interpreter line. */
static int exec_shell(const char *path, char *const argv[], char *const envp[])
{
	const char **sh;
	size_t n = 0;

	while (argv[n])
		n++;
	sh = sys.calloc(n + 2, sizeof(*sh));
	if (!sh)
		return -ENOMEM;
	sh[0] = "/bin/sh";
	sh[1] = path;
	for (size_t i = 1; i < n; i++)
		sh[i + 1] = argv[i];
	execve(sh[0], (char *const *)sh, envp);
	/* No shell in the image: the text itself is what cannot be executed. */
	return -ENOEXEC;
}

static int exec_path(const char *path, char *const argv[], char *const envp[])
{
	execve(path, argv, envp);
	if (errno == ENOEXEC)
		return exec_shell(path, argv, envp);
	return -errno;
}

int execp(char *const argv[], char *const envp[])
{
	const char *dirs = env_get(envp, "PATH");
	const char *name = argv[0] ? argv[0] : "";
	int best = -ENOENT;

	if (strchr(name, '/'))
		return exec_path(name, argv, envp);
	if (!*name)
		return -ENOENT;
	if (!dirs)
		dirs = "/bin:/usr/bin";
	for (;;) {
		char path[PATH_MAX];
		size_t len = strcspn(dirs, ":");
		int n = snprintf(path, sizeof(path), "%.*s%s%s", (int)len, dirs, len ? "/" : "", name);

		if (n > 0 && (size_t)n < sizeof(path)) {
			int r = exec_path(path, argv, envp);

			/* A later directory may hold one that can be executed; the reason that tells more is kept. */
			if (r != -ENOENT && r != -ENOTDIR)
				best = r;
		}
		if (!dirs[len])
			return best;
		dirs += len + 1;
	}
}

int execp_code(int err)
{
	return err == -ENOENT ? EXIT_NOTFOUND : EXIT_NOEXEC;
}
