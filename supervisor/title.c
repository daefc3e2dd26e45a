/*
 * Process titles. Owns the knowledge of where argv and environ lay when we were started; never writes
 * there but in a forked child, whose pages are its own.
 */
#include "title.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sys.h"

static char *area, *area_end;

/* End of the run of strings that begins at end, as far as v's strings continue it. */
static char *contiguous(char *end, char *const *v)
{
	for (; *v; v++)
		if (*v == end)
			end += strlen(*v) + 1;
	return end;
}

/* A copy of v, in one block that is never freed. NULL without memory. */
static char **copy_vector(char *const *v)
{
	size_t n = 0, bytes = 0;
	char **ret, *p;

	for (; v[n]; n++)
		bytes += strlen(v[n]) + 1;
	ret = sys.calloc(1, (n + 1) * sizeof(*ret) + bytes);
	if (!ret)
		return NULL;
	p = (char *)(ret + n + 1);
	for (size_t i = 0; i < n; i++) {
		ret[i] = p;
		p = stpcpy(p, v[i]) + 1;
	}
	return ret;
}

char **title_init(int argc, char **argv)
{
	char **args, **env;

	if (argc < 1 || !argv[0])
		return argv;
	args = copy_vector(argv);
	env = copy_vector(environ);
	if (!args || !env) {
		free(args);
		free(env);
		return argv;
	}
	area = argv[0];
	area_end = contiguous(contiguous(area, argv), environ);
	environ = env;
	return args;
}

/* Appends text to the title at p, always leaving room for a NUL. */
static char *append(char *p, const char *text)
{
	while (*text && p < area_end - 1)
		*p++ = *text++;
	return p;
}

void title_set(const char *comm, char *const *words)
{
	char *p = area;

	(void)prctl(PR_SET_NAME, comm);
	if (!area)
		return;
	p = append(p, comm);
	for (; words && *words; words++) {
		p = append(p, " ");
		p = append(p, *words);
	}
	/* The kernel shows up to the first NUL once the last byte of argv is no NUL any more, else all of argv. */
	memset(p, 0, (size_t)(area_end - p));
}
