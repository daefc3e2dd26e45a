/*
 * svctl wait: until each service has been in a state, or with -o the first of them. Under hexad one request gives
 * the states and what follows them, under s6 the event directories do. Nothing is looked at again and again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "change.h"
#include "events.h"
#include "evname.h"
#include "fdio.h"
#include "msg.h"
#include "output.h"
#include "waitgoal.h"

struct waiting {
	struct change *ch;
	enum wait_goal goal;
	bool any;
	bool begun; /* all states have come: list is whole */
	const struct services *only; /* NULL: of all that come */
	struct services list;
	struct wait_item *item; /* of the services in list */
	int *fd;                /* s6: their directories */
};

/* It never says that it is ready where it has no notification-fd. */
static bool has_readiness(const struct waiting *w, const char *name)
{
	char path[SV_NAME_FULL + 20];
	struct stat st;

	snprintf(path, sizeof path, "%s/notification-fd", name);
	return fstatat(w->ch->c.dirfd, path, &st, 0) == 0 || errno != ENOENT;
}

static int add(struct waiting *w, const struct service *s)
{
	struct service *copy;
	struct wait_item *items;

	items = realloc(w->item, (w->list.n + 1) * sizeof *items);
	if (items == NULL)
		return -ENOMEM;
	w->item = items;
	copy = services_add(&w->list);
	if (copy == NULL)
		return -ENOMEM;
	*copy = *s;
	items[w->list.n - 1] = (struct wait_item){ .reached = false };
	if (w->goal == WAIT_FOR_READY && !has_readiness(w, s->name))
		items[w->list.n - 1].failed = "never says that it is ready: it has no notification-fd";
	return 0;
}

static size_t find(const struct waiting *w, const char *name)
{
	size_t i = 0;

	while (i < w->list.n && strcmp(w->list.v[i].name, name) != 0)
		i++;
	return i;
}

/* 1: there is nothing more to wait for. */
static int is_over(const struct waiting *w)
{
	size_t reached = 0, settled = 0;

	for (size_t i = 0; i < w->list.n; i++) {
		reached += w->item[i].reached;
		settled += w->item[i].reached || w->item[i].failed != NULL;
	}
	return settled == w->list.n || (w->any && reached > 0);
}

static int take_state(struct waiting *w, const struct proto_frame *f)
{
	struct service s = { .name = "" };
	size_t i;
	int r = service_of_row(f, 1, &s);

	if (r < 0)
		return r;
	if (w->only != NULL && !services_has(w->only, s.name))
		return 0;
	i = find(w, s.name);
	if (i == w->list.n)
		r = add(w, &s);
	if (r < 0)
		return r;
	w->list.v[i] = s;
	if (w->item[i].failed == NULL)
		wait_state(w->goal, &w->item[i], &s.status);
	return 0;
}

static void take_letter(struct waiting *w, size_t i, char letter, int pid)
{
	if (letter == 'u' || letter == 'U')
		w->list.v[i].status.pid = (pid_t)pid;
	if (w->item[i].failed == NULL)
		wait_letter(w->goal, &w->item[i], letter);
}

static char letter_of(const char *word)
{
	static const char letters[] = "suUdDOx";

	for (const char *l = letters; *l != '\0'; l++)
		if (strcmp(evname_word(*l), word) == 0)
			return *l;
	return '\0';
}

/* All states come before the first event, and before any of them something to wait for. */
static int on_row(void *arg, const struct proto_frame *f)
{
	struct waiting *w = arg;
	struct event e;
	size_t i;

	if (f == NULL || f->n < 2 || strcmp(f->field[1], "lost") == 0)
		return 0;
	if (strcmp(f->field[1], "state") == 0)
		return take_state(w, f);
	if (strcmp(f->field[1], "live") == 0) {
		w->begun = true;
		return is_over(w);
	}
	if (event_of_row(f, &e) < 0)
		return -EBADMSG;
	i = find(w, e.name);
	if (i < w->list.n)
		take_letter(w, i, letter_of(e.what), e.pid);
	return is_over(w);
}

static void tell(struct waiting *w, size_t i, int r)
{
	const struct wait_item *item = &w->item[i];
	const char *name = w->list.v[i].name;
	char sentence[SENTENCE_MAX];
	int pid = (int)w->list.v[i].status.pid;

	if (item->failed != NULL && !item->reached) {
		snprintf(sentence, sizeof sentence, "%s %s", name, item->failed);
		change_add(w->ch, name, 1, sentence);
	} else if (!item->reached && r == EXIT_TIMEOUT) {
		snprintf(sentence, sizeof sentence, "%s is not %s within %d ms", name, wait_goal_name(w->goal),
			w->ch->c.timeout_ms);
		change_add(w->ch, name, EXIT_TIMEOUT, sentence);
	} else if (item->reached) {
		snprintf(sentence, sizeof sentence, "%s is %s", name, wait_goal_name(w->goal));
		if (w->goal != WAIT_FOR_DOWN && pid > 0)
			snprintf(sentence, sizeof sentence, "%s is %s (pid %d)", name, wait_goal_name(w->goal), pid);
		change_add(w->ch, name, 0, sentence);
	}
}

/* One that was enough makes the others' failures no matter. */
static void tell_all(struct waiting *w, int r)
{
	bool found = false;

	for (size_t i = 0; i < w->list.n && w->any && !found; i++) {
		found = w->item[i].reached;
		if (found)
			tell(w, i, r);
	}
	for (size_t i = 0; i < w->list.n && !found; i++)
		tell(w, i, r);
}

/* What is meant by the names, which are full ones then. False, and told, if something is not there. */
static bool resolve(struct waiting *w, int argc, char **argv, struct services *ret)
{
	int code = 0;

	/* One that is unknown is told with the others, one that is not answered is enough. */
	for (int i = 0; i < argc && (code == 0 || code == 2); i++) {
		const char *words[] = { "status", argv[i], NULL };
		struct service s = { .name = "" };
		struct client_reply reply;
		int r = client_call(&w->ch->c, words, &reply);

		if (r == 2)
			change_add_unknown(w->ch, argv[i]);
		else if (r != 0)
			change_add_reply(w->ch, NULL, &reply);
		code = r != 0 ? r : code;
		if (r == 0 && reply.nrows == 1 && service_of_row(&reply.row[0].frame, 0, &s) == 0
				&& !services_has(ret, s.name)) {
			struct service *copy = services_add(ret);

			if (copy != NULL)
				*copy = s;
		}
		client_reply_finish(&reply);
	}
	return code == 0;
}

/* More names than a request holds: all services are watched. */
static void ask_for_all(struct waiting *w, int argc, char **argv)
{
	static const char *const words[] = { "events", "watch", NULL };
	struct services only = { NULL, 0 };
	struct client_reply reply;
	int r;

	if (resolve(w, argc, argv, &only)) {
		w->only = &only;
		r = client_stream(&w->ch->c, words, false, on_row, w, &reply);
		if (r != 0 && (r != EXIT_TIMEOUT || !w->begun))
			change_add_reply(w->ch, NULL, &reply);
		else
			tell_all(w, r);
		/* Those that have gone between the two requests. */
		for (size_t i = 0; i < only.n && w->begun && !(w->any && w->list.n > 0); i++)
			if (!services_has(&w->list, only.v[i].name))
				change_add_unknown(w->ch, only.v[i].name);
		client_reply_finish(&reply);
	}
	w->only = NULL;
	services_finish(&only);
}

static void ask_hexad(struct waiting *w, int argc, char **argv)
{
	const char *words[PROTO_FIELDS] = { "events", "watch" };
	struct client_reply reply;
	struct client unknown = w->ch->c;
	int r;

	if (argc > CLIENT_NAMES(1)) {
		ask_for_all(w, argc, argv);
		return;
	}
	for (int i = 0; i < argc; i++)
		words[2 + i] = argv[i];
	r = client_stream(&w->ch->c, words, false, on_row, w, &reply);
	unknown.sock = w->ch->c.sock;
	if (r == 2) {
		for (int i = 0; i < argc; i++) {
			const char *one[] = { "status", argv[i], NULL };
			struct client_reply there;

			if (client_call(&unknown, one, &there) == 2)
				change_add_unknown(w->ch, argv[i]);
			client_reply_finish(&there);
		}
	} else if (r != 0 && (r != EXIT_TIMEOUT || !w->begun)) {
		change_add_reply(w->ch, NULL, &reply);
	} else {
		tell_all(w, r);
	}
	client_reply_finish(&reply);
}

/* After all are listened to: how they are. */
static int on_begun(void *arg)
{
	struct waiting *w = arg;

	for (size_t i = 0; i < w->list.n; i++) {
		int r = svstatus_read(w->fd[i], &w->list.v[i].status);

		if (r < 0)
			return r;
		if (w->item[i].failed == NULL)
			wait_state(w->goal, &w->item[i], &w->list.v[i].status);
	}
	return is_over(w);
}

static int on_letter(void *arg, size_t i, char letter)
{
	struct waiting *w = arg;
	struct svstatus st = { .pid = 0 };

	(void)svstatus_read(w->fd[i], &st);
	take_letter(w, i, letter, svstatus_is_up(&st) ? (int)st.pid : 0);
	return is_over(w);
}

/* One that cannot be waited for: r is what s6tree_is_supervised says of it. */
static void tell_unsupervised(struct waiting *w, const char *name, int r)
{
	char sentence[SENTENCE_MAX];

	if (r < 0)
		snprintf(sentence, sizeof sentence, "the status of '%s' cannot be read: %s", name, strerror(-r));
	else
		snprintf(sentence, sizeof sentence, "nothing supervises '%s'", name);
	change_add(w->ch, name, r == 0 ? EXIT_NOSUPER : r == -EACCES ? 1 : EXIT_SYSTEM, sentence);
}

/* Opens what is named; false if something is not there or not supervised, which is told. */
static bool open_s6(struct waiting *w, int argc, char **argv)
{
	w->fd = calloc((size_t)argc + 1, sizeof *w->fd);
	for (int i = 0; i < argc && w->fd != NULL; i++) {
		struct service s = { .name = "" };
		int fd = s6tree_open(&w->ch->c, argv[i]), r = fd < 0 ? fd : s6tree_is_supervised(fd);

		snprintf(s.name, sizeof s.name, "%s", argv[i]);
		if (fd == -ENOENT) {
			change_add_unknown(w->ch, argv[i]);
		} else if (r != 1) {
			tell_unsupervised(w, argv[i], r);
			fdio_close(&fd);
		} else if (add(w, &s) < 0) {
			fdio_close(&fd);
			break;
		} else {
			w->fd[w->list.n - 1] = fd;
		}
	}
	return w->list.n == (size_t)argc;
}

static void ask_s6(struct waiting *w, int argc, char **argv)
{
	char sentence[SENTENCE_MAX];
	size_t bad;
	int r;

	if (open_s6(w, argc, argv)) {
		r = s6tree_listen(&w->ch->c, w->fd, w->list.n, false, on_begun, on_letter, w, &bad);
		if (r < 0 && r != -ETIMEDOUT) {
			snprintf(sentence, sizeof sentence, "the events of '%s' cannot be followed: %s",
				w->list.v[bad].name, strerror(-r));
			change_add(w->ch, w->list.v[bad].name, EXIT_SYSTEM, sentence);
		} else {
			tell_all(w, r == -ETIMEDOUT ? EXIT_TIMEOUT : 0);
		}
	}
	for (size_t i = 0; i < w->list.n && w->fd != NULL; i++)
		fdio_close(&w->fd[i]);
	free(w->fd);
}

int cmd_wait(const struct svctl_request *rq)
{
	struct change ch;
	struct waiting w = { .ch = &ch, .any = rq->given & OPT_ANY };
	char shown[64];
	int goal = wait_goal_of(rq->argv[0]);

	if (goal < 0) {
		msg_error(0, "'%s' is no state to wait for: up, ready, down or restarted",
			msg_escape(shown, sizeof shown, rq->argv[0], strlen(rq->argv[0])));
		return EXIT_USAGE;
	}
	w.goal = (enum wait_goal)goal;
	if (change_begin(&ch, rq) == 0) {
		if (ch.c.sock >= 0)
			ask_hexad(&w, rq->argc - 1, rq->argv + 1);
		else
			ask_s6(&w, rq->argc - 1, rq->argv + 1);
	}
	free(w.item);
	services_finish(&w.list);
	return change_end(&ch);
}
