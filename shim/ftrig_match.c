/* Matching events against an expression. Reads and prints nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ftrig_match.h"

int ftrig_match_init(struct ftrig_match *m, const char *regex)
{
	*m = (struct ftrig_match){ .text = NULL };
	return regcomp(&m->re, regex, REG_EXTENDED | REG_NOSUB) == 0 ? 0 : -EINVAL;
}

static int grow(struct ftrig_match *m, size_t len)
{
	size_t cap = m->cap ? m->cap : 64;
	char *text;

	while (cap < m->len + len + 1)
		cap *= 2;
	if (cap == m->cap)
		return 0;
	text = realloc(m->text, cap);
	if (!text)
		return -ENOMEM;
	m->text = text;
	m->cap = cap;
	return 0;
}

int ftrig_match_add(struct ftrig_match *m, const char *bytes, size_t len)
{
	regmatch_t where = { 0 };
	int r;

	/* Whoever may write into an event directory must not be able to use up the memory of those who listen. */
	if (m->len + len >= FTRIG_KEPT) {
		memmove(m->text, m->text + m->len / 2, m->len - m->len / 2);
		m->len -= m->len / 2;
	}
	r = grow(m, len);
	if (r < 0)
		return r;
	memcpy(m->text + m->len, bytes, len);
	m->len += len;
	m->text[m->len] = '\0';
	/* By length: events may be any bytes, NUL too. */
	where.rm_eo = (regoff_t)m->len;
	m->matched = regexec(&m->re, m->text, 1, &where, REG_STARTEND) == 0;
	return 0;
}

void ftrig_match_release(struct ftrig_match *m)
{
	regfree(&m->re);
	free(m->text);
	m->text = NULL;
	m->len = m->cap = 0;
}
