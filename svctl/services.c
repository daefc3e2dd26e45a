/*
 * Collects services, from the socket or from files, and names the nearest where one is not there.
 */
#include "services.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msg.h"
#include "s6tree.h"
#include "suggest.h"

void services_finish(struct services *s)
{
	free(s->v);
	s->v = NULL;
	s->n = 0;
}

struct service *services_add(struct services *s)
{
	struct service *v = s->v;

	if ((s->n & (s->n - 1)) == 0) {
		v = realloc(s->v, (s->n == 0 ? 1 : 2 * s->n) * sizeof *v);
		if (v == NULL)
			return NULL;
		s->v = v;
	}
	memset(&v[s->n], 0, sizeof *v);
	return &v[s->n++];
}

bool services_has(const struct services *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i].name, name) == 0)
			return true;
	return false;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int unhex(const char *text, uint8_t *out, size_t n)
{
	if (strlen(text) != 2 * n)
		return -EBADMSG;
	for (size_t i = 0; i < n; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EBADMSG;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

int service_of_row(const struct proto_frame *f, unsigned int at, struct service *s)
{
	const char *const *field = f->field + at;
	uint8_t packed[SVSTATUS_SIZE];

	if (f->n < at + PS_FIELDS || unhex(field[PS_STATUS], packed, sizeof packed) < 0)
		return -EBADMSG;
	snprintf(s->name, sizeof s->name, "%s", field[PS_NAME]);
	svstatus_unpack(packed, sizeof packed, &s->status);
	s->supervised = true;
	s->normally_up = strcmp(field[PS_NORMALLY], "up") == 0;
	s->owner = (uid_t)strtoul(field[PS_OWNER], NULL, 10);
	snprintf(s->note, sizeof s->note, "%s", field[PS_NOTE]);
	return 0;
}

static int add_row(struct services *ret, const struct proto_frame *f)
{
	struct service *s = services_add(ret);

	return s == NULL ? -ENOMEM : service_of_row(f, 0, s);
}

static int failed(int code, const char *sentence)
{
	char shown[2 * SENTENCE_MAX];

	msg_error(0, "%s", msg_escape(shown, sizeof shown, sentence, strlen(sentence)));
	return code;
}

/* One request; words is "status" and its names. */
static int load_some(struct client *c, const char *const *words, struct services *ret)
{
	struct client_reply reply;
	int r = client_call(c, words, &reply);

	for (size_t i = 0; i < reply.nrows && r == 0; i++)
		if (add_row(ret, &reply.row[i].frame) < 0)
			r = failed(EXIT_SYSTEM, "the supervisor's answer is not understood");
	if (reply.code != 0 && reply.code != 2)
		failed(r, reply.sentence);
	client_reply_finish(&reply);
	return r;
}

/* Names that are not there are told one by one; the others are still shown. */
static int load_named(struct client *c, char *const *names, size_t n, struct services *ret)
{
	int r, code = 0;

	for (size_t i = 0; i < n; i++) {
		const char *words[] = { "status", names[i], NULL };

		r = load_some(c, words, ret);
		if (r == 2)
			services_unknown(c, names[i]);
		if (code == 0)
			code = r;
	}
	return code;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct service *)a)->name, ((const struct service *)b)->name);
}

int services_load(struct client *c, char *const *names, size_t n, struct services *ret)
{
	static const char *const all[] = { "status", NULL };
	int r;

	if (c->sock < 0)
		r = s6tree_load(c, names, n, ret);
	else
		r = n == 0 ? load_some(c, all, ret) : load_named(c, names, n, ret);
	if (ret->n > 1)
		qsort(ret->v, ret->n, sizeof ret->v[0], by_name);
	return r;
}

void services_no_such(const char *what, const char *name, const char *const *candidates, size_t n, char *buf,
	size_t cap)
{
	const char *near = suggest_nearest(name, candidates, n);

	if (near == NULL)
		snprintf(buf, cap, "no such %s '%s'", what, name);
	else
		snprintf(buf, cap, "no such %s '%s'; did you mean '%s'?", what, name, near);
}

void services_unknown_text(struct client *c, const char *name, char *buf, size_t cap)
{
	static const char *const all[] = { "status", NULL }, *const profiles[] = { "list", NULL };
	struct services list = { NULL, 0 };
	struct client_reply reply = { .nrows = 0 };
	const char **names;
	size_t n = 0;

	if (c->sock < 0)
		s6tree_load(c, NULL, 0, &list);
	else if (load_some(c, all, &list) == 0)
		(void)client_call(c, profiles, &reply);
	names = calloc(list.n + reply.nrows + 1, sizeof *names);
	for (; names != NULL && n < list.n; n++)
		names[n] = list.v[n].name;
	/* A profile's name does for its service's, and is what people know. */
	for (size_t i = 0; names != NULL && i < reply.nrows; i++)
		if (reply.row[i].frame.n > 2)
			names[n++] = reply.row[i].frame.field[2];
	services_no_such("service", name, names, n, buf, cap);
	free(names);
	client_reply_finish(&reply);
	services_finish(&list);
}

int services_unknown(struct client *c, const char *name)
{
	char text[SENTENCE_MAX];

	services_unknown_text(c, name, text, sizeof text);
	return failed(2, text);
}

const char *service_state(const struct service *s)
{
	if (!s->supervised)
		return "-";
	if (s->status.pid == 0)
		return "down";
	if (s->status.finishing)
		return "finishing";
	if (s->status.paused)
		return "paused";
	return s->status.ready ? "ready" : "up";
}
