/* The C library's own glob looks up home directories, which a static program must not: hence this one. */
#include "globwords.h"

#include <dirent.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sys.h"
#include "words.h"

#define BLANKS " \t\n"
#define MAGIC "*?["

struct list {
	char **word;
	size_t n, cap;
	bool failed; /* for want of memory */
};

static void add(struct list *l, const char *text, size_t len)
{
	if (l->n + 1 >= l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 16;
		char **more = realloc(l->word, cap * sizeof(*more));

		l->failed |= !more;
		if (!more)
			return;
		l->word = more;
		l->cap = cap;
	}
	l->word[l->n] = strndup(text, len);
	l->failed |= !l->word[l->n];
	l->n += l->word[l->n] != NULL;
}

static void match(struct list *l, const char *path, size_t len, const char *pattern);

/* path[0, len) + name, then what pattern says below it. */
static void step(struct list *l, const char *path, size_t len, const char *name, const char *rest)
{
	char next[PATH_MAX];
	int n = snprintf(next, sizeof(next), "%.*s%s", (int)len, path, name);
	struct stat st;

	if (n < 0 || (size_t)n >= sizeof(next))
		return;
	if (*rest)
		match(l, next, (size_t)n, rest);
	else if (sys.fstatat(AT_FDCWD, next, &st, AT_SYMLINK_NOFOLLOW) == 0)
		add(l, next, (size_t)n);
}

/* Everything below path that pattern matches: its first component here, the others by recursion. */
static void match(struct list *l, const char *path, size_t len, const char *pattern)
{
	size_t slashes = strspn(pattern, "/"), n = strcspn(pattern + slashes, "/");
	char here[PATH_MAX], part[NAME_MAX + 1];
	const char *rest = pattern + slashes + n;
	struct dirent *e;
	DIR *d;

	if (len + slashes >= sizeof(here) || n >= sizeof(part))
		return;
	memcpy(here, path, len);
	memcpy(here + len, pattern, slashes);
	here[len += slashes] = '\0';
	memcpy(part, pattern + slashes, n);
	part[n] = '\0';
	if (!strpbrk(part, MAGIC)) {
		step(l, here, len, part, rest);
		return;
	}
	d = opendir(len ? here : ".");
	while (d && (e = readdir(d)))
		if (fnmatch(part, e->d_name, FNM_PERIOD | FNM_NOESCAPE) == 0)
			step(l, here, len, e->d_name, rest);
	if (d)
		closedir(d);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_word(struct list *l, const struct word *w)
{
	char pattern[PATH_MAX];
	size_t before = l->n;

	if (w->len < sizeof(pattern)) {
		memcpy(pattern, w->text, w->len);
		pattern[w->len] = '\0';
		if (strpbrk(pattern, MAGIC))
			match(l, "", 0, pattern);
	}
	if (l->n == before)
		add(l, w->text, w->len);
	else
		qsort(l->word + before, l->n - before, sizeof(*l->word), by_bytes);
}

char **globwords(const char *text, char *const *more)
{
	struct list l = { 0 };
	struct word w;

	for (const char *at = text ? text : ""; words_next(&at, BLANKS, &w);)
		add_word(&l, &w);
	for (; more && *more; more++)
		add(&l, *more, strlen(*more));
	if (!l.word)
		l.word = calloc(1, sizeof(*l.word));
	if (l.failed) {
		free(l.word);
		return NULL;
	}
	if (l.word)
		l.word[l.n] = NULL;
	return l.word;
}
