/*
 * A oneshot's script, in the child that becomes it: its text is an execline command line. The first word is
 * executed directly, found in PATH; where it is one of execline's own commands and not there, execlineb of the execline
 * package is given the text. No shell is ever involved.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "el.h"
#include "execp.h"
#include "msg.h"
#include "rc_int.h"
#include "sys.h"

/* Compat: no /bin/sh for a text without an interpreter: 126, "Exec format error" (execline-minimum 6). */
static int exec_in_path(char *const *argv, char *const *envp)
{
	const char *dirs = env_get(envp, "PATH");
	int best = -ENOENT;

	if (strchr(argv[0], '/') || !*argv[0]) {
		execve(argv[0], argv, envp);
		return -errno;
	}
	for (dirs = dirs ? dirs : "/usr/bin:/bin";; dirs++) {
		char path[PATH_MAX];
		size_t len = strcspn(dirs, ":");
		int n = snprintf(path, sizeof(path), "%.*s%s%s", (int)len, dirs, len ? "/" : "", argv[0]);

		if (n > 0 && (size_t)n < sizeof(path)) {
			execve(path, argv, envp);
			if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
				return -errno;
			best = errno == EACCES ? -EACCES : best;
		}
		dirs += len;
		if (!*dirs)
			return best;
	}
}

/* The words of the text as a vector; NULL without memory. */
static char **words_of(const char *text)
{
	size_t len = strlen(text), cap = 4 * len + 16;
	struct el_words w = { .buf = sys.calloc(1, cap), .cap = cap };
	char **argv;

	if (!w.buf || el_parse(text, len, &w) != EL_FINE)
		return NULL;
	argv = sys.calloc(w.n + 1, sizeof(*argv));
	if (argv)
		el_vector(&w, argv);
	return argv;
}

/* Returns only on failure: the exit code. */
static int by_execlineb(const struct rc_script_arg *a, const char *word)
{
	char *argv[] = { (char[]){ "execlineb" }, (char[]){ "-Pc" }, (char *)(uintptr_t)a->text, NULL };
	int r = exec_in_path(argv, a->envp);

	if (r == -ENOENT)
		msg_error(0, "service %s: unable to exec '%s': it is a command of the execline package, which is not "
			"installed", a->name, word);
	else
		msg_error(r, "service %s: unable to exec execlineb", a->name);
	return execp_code(r);
}

int rc_script_child(void *arg, int out_fd)
{
	const struct rc_script_arg *a = arg;
	char **argv = words_of(a->text), shown[256];
	int r;

	(void)out_fd;
	(void)umask(022);
	msg_prog = "s6-rc";
	if (!argv || !argv[0]) {
		msg_error(argv ? EINVAL : ENOMEM, "service %s: unable to read its script", a->name);
		return EXIT_SYSTEM;
	}
	r = exec_in_path(argv, a->envp);
	if (r == -ENOENT && el_is_command(argv[0]))
		return by_execlineb(a, argv[0]);
	msg_error(r, "service %s: unable to exec '%s'", a->name, msg_escape(shown, sizeof(shown), argv[0], strlen(argv[0])));
	return execp_code(r);
}
