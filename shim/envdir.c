/*
 * s6-envdir: executes a program with one more variable for each file of a directory. justc-envdir, of older
 * overlays, is the same for whole files: -f and -L are on already.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "chain.h"
#include "envfile.h"
#include "fdio.h"
#include "msg.h"

#define VALUE_MAX 4095 /* Compat: of a file, unless -L */

struct rules {
	bool missing_ok; /* -I */
	bool verbatim;   /* -n: nothing is taken away at the end */
	bool whole;      /* -f: not only the first line */
	bool unlimited;  /* -L */
	char nul;        /* -c: what a NUL becomes */
};

/* Cuts the content of a file down to the value; returns its length. */
static size_t cut(const struct rules *rules, const char *text, size_t len)
{
	const char *end;

	if (rules->whole)
		return len && !rules->verbatim && text[len - 1] == '\n' ? len - 1 : len;
	end = memchr(text, '\n', len);
	if (end)
		len = (size_t)(end - text);
	while (!rules->verbatim && len && memchr(" \t\r\n", text[len - 1], 4))
		len--;
	return len;
}

/* Compat: the variable of an empty file is removed, one of a newline alone is there and empty. */
static int set_variable(const struct rules *rules, const char *name, char *text, size_t len)
{
	if (len == 0)
		return unsetenv(name) < 0 ? -errno : 0;
	len = cut(rules, text, len);
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = rules->nul;
	text[len] = '\0';
	return setenv(name, text, 1) < 0 ? -errno : 0;
}

static int load(const struct rules *rules, const char *dir)
{
	struct dirent **list;
	int n, r = 0, dirfd = fdio_open(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, 0);

	if (dirfd < 0)
		return dirfd == -ENOENT && rules->missing_ok ? 0 : dirfd;
	n = envfile_list(dirfd, &list);
	for (int i = 0; i < n && r == 0; i++) {
		char *text = NULL;
		ssize_t len = envfile_read(dirfd, list[i]->d_name, rules->unlimited ? 0 : VALUE_MAX, &text);

		r = len < 0 ? (int)len : set_variable(rules, list[i]->d_name, text, (size_t)len);
		free(text);
	}
	if (n < 0)
		r = n;
	else
		envfile_list_free(list, n);
	fdio_close(&dirfd);
	return r;
}

static void run(int argc, char **argv, struct rules *rules) __attribute__((noreturn));
static void run(int argc, char **argv, struct rules *rules)
{
	const char *path = getenv("PATH");
	char **word, *own_path = path ? strdup(path) : NULL;
	int c, r;

	while ((c = applet_option(argc, argv, "IinfLc:")) != -1) {
		if (c == 'I' || c == 'i')
			rules->missing_ok = c == 'I';
		else if (c == 'n')
			rules->verbatim = true;
		else if (c == 'f')
			rules->whole = true;
		else if (c == 'L')
			rules->unlimited = true;
		else
			rules->nul = *optarg;
	}
	(void)applet_operands(argc, argv, &word);
	r = rules->nul ? load(rules, word[0]) : -EINVAL;
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to envdir %s", word[0]);
	/* Compat: the program is looked for in the PATH that we have, not in the one that it will have. */
	chain_failed(word[1], chain_try(word + 1, environ, own_path));
}

int envdir_main(int argc, char **argv)
{
	struct rules rules = { .nul = '\n' };

	run(argc, argv, &rules);
}

int justc_envdir_main(int argc, char **argv)
{
	struct rules rules = { .nul = '\n', .whole = true, .unlimited = true };

	run(argc, argv, &rules);
}
