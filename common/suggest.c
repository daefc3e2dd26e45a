/*
 * Edit distance (optimal string alignment) over three rows of a table, and the choice of one name.
 */
#include "suggest.h"

#include <string.h>

static unsigned int least(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int m = a < b ? a : b;

	return m < c ? m : c;
}

static size_t capped(const char *s)
{
	return strnlen(s, SUGGEST_MAX);
}

unsigned int suggest_distance(const char *a, const char *b)
{
	unsigned int rows[3][SUGGEST_MAX + 1];
	unsigned int *older = rows[0], *old = rows[1], *now = rows[2], *spare;
	size_t na = capped(a), nb = capped(b);

	memset(rows, 0, sizeof rows);
	for (size_t j = 0; j <= nb; j++)
		old[j] = (unsigned int)j;
	for (size_t i = 1; i <= na; i++) {
		now[0] = (unsigned int)i;
		for (size_t j = 1; j <= nb; j++) {
			now[j] = least(old[j] + 1, now[j - 1] + 1,
				old[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], older[j - 2] + 1, now[j]);
		}
		spare = older;
		older = old;
		old = now;
		now = spare;
	}
	return old[nb];
}

/* One of them is an abbreviation of the other. */
static int is_start(const char *a, const char *b)
{
	size_t na = capped(a), nb = capped(b), n = na < nb ? na : nb;

	return n >= 3 && memcmp(a, b, n) == 0;
}

/* The word is what makes that name differ from its like: the profile of a service "gateway-PROFILE". */
static int is_last_part(const char *word, const char *name)
{
	size_t nw = capped(word), n = strlen(name);

	return nw >= 3 && n > nw && name[n - nw - 1] == '-' && strcmp(name + n - nw, word) == 0;
}

const char *suggest_nearest(const char *word, const char *const *names, size_t n)
{
	size_t len = capped(word);
	unsigned int limit = len < 6 ? 1 + (len > 3) : (unsigned int)len / 3, best = limit + 1;
	const char *found = NULL, *start = NULL, *last = NULL;

	for (size_t i = 0; i < n; i++) {
		unsigned int d = suggest_distance(word, names[i]);

		if (d < best) {
			best = d;
			found = names[i];
		}
		if (start == NULL && is_start(word, names[i]))
			start = names[i];
		if (last == NULL && is_last_part(word, names[i]))
			last = names[i];
	}
	return found != NULL ? found : last != NULL ? last : start;
}
