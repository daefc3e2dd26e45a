/* svctl events: what services have told their listeners lately, and with -f what they tell from now on. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "cmd.h"
#include "events.h"
#include "evname.h"
#include "fdio.h"
#include "msg.h"
#include "output.h"
#include "s6tree.h"
#include "tai.h"

/* What is printed of what comes. */
struct wanted {
	bool json;
	const struct services *only; /* NULL: all */
};

static int on_row(void *arg, const struct proto_frame *f)
{
	const struct wanted *w = arg;
	struct event e;

	if (f == NULL) {
		msg_warn(0, "the supervisor was renewed: events may be missing here");
		return 0;
	}
	if (f->n > 2 && strcmp(f->field[1], "lost") == 0) {
		msg_warn(0, "%d events were not kept", atoi(f->field[2]));
		return 0;
	}
	if (event_of_row(f, &e) < 0)
		return -EBADMSG;
	if (w->only != NULL && !services_has(w->only, e.name))
		return 0;
	return event_print(&e, w->json) < 0 ? 1 : 0;
}

/* More names than a request holds: all events are asked for. */
static int ask_for_all(struct client *c, const struct svctl_request *rq)
{
	const char *words[] = { "events", rq->given & OPT_FOLLOW ? "follow" : "recent", NULL };
	struct services list = { NULL, 0 };
	struct wanted w = { rq->given & OPT_JSON, &list };
	struct client_reply reply;
	int code = services_load(c, rq->argv, (size_t)rq->argc, &list);

	if (code == 0) {
		code = client_stream(c, words, rq->given & OPT_FOLLOW, on_row, &w, &reply);
		if (code != 0)
			client_failed(&reply);
		client_reply_finish(&reply);
	}
	services_finish(&list);
	return code;
}

static int ask_hexad(struct client *c, const struct svctl_request *rq)
{
	bool follow = rq->given & OPT_FOLLOW;
	struct wanted w = { rq->given & OPT_JSON, NULL };
	const char *words[PROTO_FIELDS] = { "events", follow ? "follow" : "recent" };
	struct client_reply reply;
	int code;

	if (rq->argc > CLIENT_NAMES(1))
		return ask_for_all(c, rq);
	for (int i = 0; i < rq->argc; i++)
		words[2 + i] = rq->argv[i];
	code = client_stream(c, words, follow, on_row, &w, &reply);
	if (code == 2) {
		for (int i = 0; i < rq->argc; i++) {
			const char *one[] = { "events", "recent", rq->argv[i], NULL };
			bool found;

			client_reply_finish(&reply);
			found = client_call(c, one, &reply) != 2;
			if (!found)
				services_unknown(c, rq->argv[i]);
		}
	} else if (code != 0) {
		client_failed(&reply);
	}
	client_reply_finish(&reply);
	return code;
}

/* The services of a tree of s6 that are listened to. */
struct followed {
	struct services list;
	int *fd;
	bool json;
};

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

static int on_letter(void *arg, size_t i, char letter)
{
	struct followed *f = arg;
	struct event e = { .stamp = tai_now(), .code = -1, .sig = -1 };
	const char *what = evname_word(letter);
	struct svstatus st;

	if (what == NULL)
		return 0;
	snprintf(e.name, sizeof e.name, "%s", f->list.v[i].name);
	snprintf(e.what, sizeof e.what, "%s", what);
	if ((letter == 'u' || letter == 'U') && svstatus_read(f->fd[i], &st) == 0)
		e.pid = svstatus_is_up(&st) ? (int)st.pid : 0;
	return event_print(&e, f->json) < 0 ? 1 : 0;
}

/* One that tells nothing must not be waited for in silence. */
static void tell_left_out(const struct service *s)
{
	char name[4 * SV_NAME_FULL + 1];

	msg_warn(0, "'%s' is not followed: %s", msg_escape(name, sizeof name, s->name, strlen(s->name)), s->note);
}

static int follow_s6(struct client *c, struct followed *f)
{
	size_t bad, n = 0;
	int r;

	f->fd = calloc(f->list.n + 1, sizeof *f->fd);
	if (f->fd == NULL)
		return EXIT_SYSTEM;
	for (size_t i = 0; i < f->list.n; i++) {
		int fd = f->list.v[i].supervised ? s6tree_open(c, f->list.v[i].name) : -ENOENT;

		if (fd < 0) {
			tell_left_out(&f->list.v[i]);
			continue;
		}
		f->list.v[n] = f->list.v[i];
		f->fd[n++] = fd;
	}
	if (n == 0) {
		msg_error(0, "there is nothing to follow");
		return 1;
	}
	r = s6tree_listen(c, f->fd, n, true, nothing, on_letter, f, &bad);
	if (r < 0)
		msg_error(r, "the events of '%s' cannot be followed", f->list.v[bad].name);
	for (size_t i = 0; i < n; i++)
		fdio_close(&f->fd[i]);
	free(f->fd);
	return r < 0 ? EXIT_SYSTEM : 0;
}

static int ask_s6(struct client *c, const struct svctl_request *rq)
{
	struct followed f = { .json = rq->given & OPT_JSON };
	int code;

	if (!(rq->given & OPT_FOLLOW)) {
		msg_error(0, "s6 keeps no history of events; -f follows them");
		return 1;
	}
	code = services_load(c, rq->argv, (size_t)rq->argc, &f.list);
	if (code == 0)
		code = follow_s6(c, &f);
	services_finish(&f.list);
	return code;
}

int cmd_events(const struct svctl_request *rq)
{
	struct client c = CLIENT_INIT;
	int code = client_open(&c, rq->scandir, rq->timeout_ms);

	if (code == 0)
		code = c.sock >= 0 ? ask_hexad(&c, rq) : ask_s6(&c, rq);
	client_close(&c);
	return output_end(code);
}
