/* Gathers what is known about a service: by the socket, or from s6's files. See why.h. */
#include "why.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fdio.h"
#include "logdir.h"
#include "logname.h"
#include "msg.h"
#include "s6tree.h"
#include "tai.h"
#include "utf8.h"

#define LINE_SHOWN 1000 /* bytes of a line of the log */
#define LOG_SHOWN ((LINE_SHOWN + 4) * (WHY_LINES + 1))

static void take_text(const struct proto_frame *f, const char *key, char *buf, size_t cap)
{
	if (strcmp(f->field[1], key) == 0)
		snprintf(buf, cap, "%s", f->field[2]);
}

static void take_number(const struct proto_frame *f, const char *key, int64_t *ret)
{
	if (strcmp(f->field[1], key) == 0)
		*ret = strtoll(f->field[2], NULL, 10);
}

static void take_death(struct why *w, const struct proto_frame *f)
{
	struct dtally *d = &w->death[w->ndeaths];

	if (f->n < 5 || w->ndeaths == WHY_DEATHS || !tai64n_parse(f->field[2], &d->stamp))
		return;
	d->exitcode = (uint8_t)atoi(f->field[3]);
	d->sig = (uint8_t)atoi(f->field[4]);
	w->ndeaths++;
}

static void take_row(struct why *w, const struct proto_frame *f)
{
	int64_t uid = w->asked_uid, pid = w->asked_pid;

	if (f->n < 3)
		return;
	if (strcmp(f->field[1], "death") == 0) {
		take_death(w, f);
		return;
	}
	take_text(f, "waits", w->waits, sizeof w->waits);
	take_text(f, "asked_by", w->asked_by, sizeof w->asked_by);
	take_text(f, "asked_what", w->asked_what, sizeof w->asked_what);
	take_text(f, "asked_comm", w->asked_comm, sizeof w->asked_comm);
	take_text(f, "log_dir", w->log_dir, sizeof w->log_dir);
	take_number(f, "due_ms", &w->due_ms);
	take_number(f, "asked_uid", &uid);
	take_number(f, "asked_pid", &pid);
	w->asked_uid = (long)uid;
	w->asked_pid = (long)pid;
	if (strcmp(f->field[1], "asked_at") == 0)
		(void)tai64n_parse(f->field[2], &w->asked_at);
}

static int ask_hexad(struct client *c, const char *name, struct why *w)
{
	const char *words[] = { "why", name, NULL };
	struct client_reply reply;
	int code = client_call(c, words, &reply);

	for (size_t i = 0; i < reply.nrows; i++)
		take_row(w, &reply.row[i].frame);
	if (code != 0)
		client_failed(&reply);
	client_reply_finish(&reply);
	return code;
}

/* s6 keeps no reason why a start has failed, but the usual ones can be seen. */
static void note_program(struct service *s, int dirfd)
{
	if (s->supervised && s->status.pid == 0 && s->status.want_up && faccessat(dirfd, "run", X_OK, AT_EACCESS) < 0)
		snprintf(s->note, sizeof s->note, "its run cannot be executed: %s", strerror(errno));
}

/* supervise/ may be closed to us: then there is less to say, and that is no failure. */
static void read_s6(const struct client *c, struct why *w)
{
	static uint8_t tally[DTALLY_MAX * DTALLY_RECORD];
	int fd = s6tree_open(c, w->s.name);
	ssize_t len = fd < 0 ? fd : fdio_read_file(fd, DTALLY_FILE, tally, sizeof tally);
	size_t n = len < 0 ? 0 : (size_t)len / DTALLY_RECORD;

	for (size_t i = n > WHY_DEATHS ? n - WHY_DEATHS : 0; i < n; i++)
		dtally_unpack(tally + i * DTALLY_RECORD, &w->death[w->ndeaths++]);
	if (fd >= 0)
		note_program(&w->s, fd);
	fdio_close(&fd);
	snprintf(w->waits, sizeof w->waits, "%s", w->s.status.finishing ? "finish"
		: !w->s.supervised || w->s.status.pid != 0 || !w->s.status.want_up ? ""
		: w->s.note[0] != '\0' ? "retry" : "restart");
}

/* What is left of a line that is too long, so that the lines after it are seen. */
static void cut_line(struct why *w)
{
	size_t len = utf8_whole(w->log + w->log_len - LINE_SHOWN, LINE_SHOWN);

	w->log_len += len - LINE_SHOWN;
	memcpy(w->log + w->log_len, "...", 3);
	w->log_len += 3;
}

static int on_bytes(void *arg, const char *bytes, size_t len)
{
	struct why *w = arg;

	if (w->log == NULL)
		w->log = malloc(LOG_SHOWN);
	if (w->log == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < len && w->log_len < LOG_SHOWN - 3; i++) {
		w->line_len = bytes[i] == '\n' ? 0 : w->line_len + 1;
		if (w->line_len <= LINE_SHOWN)
			w->log[w->log_len++] = bytes[i];
		else if (w->line_len == LINE_SHOWN + 1)
			cut_line(w);
	}
	return 0;
}

/* The log may be nobody's business of ours: then its directory is all there is to say. */
static void read_log(struct client *c, struct why *w)
{
	struct logdir l;
	const char *no;

	if (w->log_dir[0] == '\0' && strlen(w->s.name) <= SV_NAME_MAX
			&& logname_find(c, w->s.name, w->log_dir, sizeof w->log_dir, &no) != 0)
		w->log_dir[0] = '\0';
	if (w->log_dir[0] == '\0')
		return;
	if (logdir_open(&l, w->log_dir) == 0)
		(void)logdir_tail(&l, WHY_LINES, on_bytes, w);
	logdir_close(&l);
}

int why_load(struct client *c, const char *name, struct why *ret)
{
	struct services list = { NULL, 0 };
	char *names[] = { (char *)(size_t)name };
	int code;

	*ret = (struct why){ .due_ms = -1, .asked_uid = -1, .asked_pid = -1 };
	code = services_load(c, names, 1, &list);
	if (code == 0 && list.n == 1)
		ret->s = list.v[0];
	services_finish(&list);
	if (code != 0)
		return code;
	if (c->sock >= 0)
		code = ask_hexad(c, name, ret);
	else
		read_s6(c, ret);
	if (code == 0)
		read_log(c, ret);
	return code;
}

void why_finish(struct why *w)
{
	free(w->log);
	w->log = NULL;
}
