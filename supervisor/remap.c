#include "remap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "execp.h"
#include "fdio.h"
#include "ids.h"
#include "msg.h"
#include "sys.h"
#include "words.h"

#define LIST_MAX (1u << 20) /* bytes of passwd or group */
#define LAST 65534u

uint32_t remap_number(const char *text)
{
	uint32_t n = 0;

	if (!*text || strlen(text) > 5 || text[strspn(text, "0123456789")])
		return REMAP_NONE;
	for (; *text; text++)
		n = n * 10 + (uint32_t)(*text - '0');
	return n >= 1 && n <= LAST ? n : REMAP_NONE;
}

const char *remap_variable(const char *list, char *const *environ_, char *name, size_t cap)
{
	const char *value;
	struct word w;

	while (words_next(&list, WORDS_LIST, &w)) {
		snprintf(name, cap, "%.*s", (int)w.len, w.text);
		value = env_get(environ_, name);
		if (value && *value)
			return value;
	}
	return NULL;
}

/* One line's fields, by their colons. */
struct line {
	const char *field[4];
	size_t len[4];
	unsigned int n;
	const char *rest; /* from the colon behind the last of them to the end of the line */
};

static struct line cut(const char *text, const char *end, unsigned int want)
{
	struct line l = { .n = 0, .rest = text };

	while (l.n < want && l.rest <= end) {
		const char *colon = memchr(l.rest, ':', (size_t)(end - l.rest));

		l.field[l.n] = l.rest;
		l.len[l.n++] = (size_t)((colon ? colon : end) - l.rest);
		l.rest = colon ? colon + 1 : end + 1;
	}
	l.rest--;
	return l;
}

static int is(const struct line *l, unsigned int i, const char *text)
{
	return i < l->n && l->len[i] == strlen(text) && !memcmp(l->field[i], text, l->len[i]);
}

static int has_number(const struct line *l, unsigned int i, uint32_t n)
{
	char text[12];

	snprintf(text, sizeof(text), "%u", n);
	return n != REMAP_NONE && is(l, i, text);
}

/* Copies field i with the colon before it, or the number that takes its place. */
static void put(FILE *out, const struct line *l, unsigned int i, uint32_t n, int *changed)
{
	if (i)
		fputc(':', out);
	if (n == REMAP_NONE || has_number(l, i, n)) {
		fwrite(l->field[i], 1, l->len[i], out);
		return;
	}
	fprintf(out, "%u", n);
	*changed = 1;
}

static void passwd_line(FILE *out, const struct line *l, const char *user, uint32_t uid, uint32_t from, uint32_t to,
	int *changed)
{
	put(out, l, 0, REMAP_NONE, changed);
	put(out, l, 1, REMAP_NONE, changed);
	put(out, l, 2, is(l, 0, user) ? uid : REMAP_NONE, changed);
	put(out, l, 3, has_number(l, 3, from) ? to : REMAP_NONE, changed);
}

static void group_line(FILE *out, const struct line *l, const char *group, uint32_t to, int *changed)
{
	put(out, l, 0, REMAP_NONE, changed);
	put(out, l, 1, REMAP_NONE, changed);
	put(out, l, 2, is(l, 0, group) ? to : REMAP_NONE, changed);
}

/* user NULL: the lines are those of group. */
static char *remap(const char *text, const char *user, uint32_t uid, uint32_t from, const char *group, uint32_t to,
	int *changed)
{
	unsigned int want = user ? 4 : 3;
	char *ret = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&ret, &len);

	*changed = 0;
	if (!out)
		return NULL;
	while (*text) {
		const char *end = text + strcspn(text, "\n");
		struct line l = cut(text, end, want);

		if (l.n < want)
			fwrite(text, 1, (size_t)(end - text), out);
		else if (user)
			passwd_line(out, &l, user, uid, from, to, changed);
		else
			group_line(out, &l, group, to, changed);
		if (l.n == want)
			fwrite(l.rest, 1, (size_t)(end - l.rest), out);
		if (*end)
			fputc('\n', out);
		text = *end ? end + 1 : end;
	}
	if (fclose(out) == 0)
		return ret;
	free(ret);
	return NULL;
}

char *remap_passwd(const char *text, const char *user, uint32_t uid, uint32_t from, uint32_t to, int *changed)
{
	return remap(text, user, uid, from, NULL, to, changed);
}

char *remap_group(const char *text, const char *group, uint32_t to, int *changed)
{
	return remap(text, NULL, REMAP_NONE, REMAP_NONE, group, to, changed);
}

/* What one of the two variables asks for; said and REMAP_NONE if that is nothing that can be done. */
static uint32_t asked_for(const char *list, char *const *environ_)
{
	char name[CONFIG_LINE_MAX + 1], shown[80];
	const char *value = remap_variable(list, environ_, name, sizeof(name));
	uint32_t n = value ? remap_number(value) : REMAP_NONE;

	if (value && n == REMAP_NONE)
		msg_warn(0, "%s is '%s', not a number from 1 to %u: the application user keeps his", name,
			msg_escape(shown, sizeof(shown), value, strlen(value)), LAST);
	return n;
}

/* What the files say now, and what they are to say. */
struct wanted {
	const char *user, *group;
	uint32_t uid, from, to;
};

static int rewrite(int etc, const char *name, const struct wanted *w)
{
	char *old = sys.calloc(1, LIST_MAX + 1), *text = NULL, tmp[32];
	ssize_t n = old ? fdio_read_file(etc, name, old, LIST_MAX) : -ENOMEM;
	int changed = 0, r = n < 0 ? (int)n : n == LIST_MAX ? -EFBIG : 0;

	if (r == 0) {
		text = strcmp(name, "passwd") ? remap_group(old, w->group, w->to, &changed)
			: remap_passwd(old, w->user, w->uid, w->from, w->to, &changed);
		r = text ? 0 : -ENOMEM;
	}
	snprintf(tmp, sizeof(tmp), ".%s.hexad", name);
	if (r == 0 && changed)
		r = fdio_replace(etc, name, tmp, text, strlen(text), 0644, false);
	if (r < 0)
		msg_warn(r, "unable to change the application user's numbers in /etc/%s", name);
	free(old);
	free(text);
	return r;
}

int remap_apply(const struct config *c, char *const *environ_)
{
	struct wanted w = { .user = c->app_user, .group = *c->app_group ? c->app_group : c->app_user,
		.uid = asked_for(c->app_uid_env, environ_), .to = asked_for(c->app_gid_env, environ_), .from = REMAP_NONE };
	struct ids ids;
	gid_t gid;
	int etc, r;

	if (w.uid == REMAP_NONE && w.to == REMAP_NONE)
		return 0;
	r = ids_by_name(w.user, &ids);
	if (r < 0) {
		msg_warn(r, "the application user '%s' has no line in /etc/passwd whose numbers could be changed", w.user);
		return r;
	}
	if (w.to != REMAP_NONE && ids_group(w.group, &gid) == 0)
		w.from = gid;
	if ((w.uid == REMAP_NONE || w.uid == ids.uid) && (w.to == REMAP_NONE || w.to == w.from))
		return 0;
	etc = fdio_open(AT_FDCWD, "/etc", O_PATH | O_DIRECTORY, 0);
	r = etc < 0 ? etc : rewrite(etc, "passwd", &w);
	if (r == 0 && w.from != REMAP_NONE)
		r = rewrite(etc, "group", &w);
	fdio_close(&etc);
	if (r == 0 && ids_by_name(w.user, &ids) == 0)
		msg_info("the application user '%s' has the numbers %u:%u now", w.user, (unsigned int)ids.uid,
			(unsigned int)ids.gid);
	return r;
}
