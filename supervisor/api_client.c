/*
 * One client of the control socket: a frame in, rows and one answer out, never blocking and never
 * more than one request at a time. Knows no verb; api_verbs.c has them.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "api_client.h"
#include "fdio.h"
#include "msg.h"

#define REFUSED_PER_SECOND 20 /* audit lines: a client must not fill the log */

static void on_client(uv_poll_t *poll, int status, int events);

static void on_client_closed(uv_handle_t *handle)
{
	struct api_client *c = handle->data;
	struct api *api = c->api;

	c->in_use = false;
	api_handle_gone(api);
}

/* True if this refusal may be logged; tells how many were not. */
static bool refusal_logged(struct api *api)
{
	int64_t now = mono_ns();

	if (now - api->refused_since >= 1000000000) {
		if (api->refused_hidden > 0)
			msg_info("audit: %u more requests were refused", api->refused_hidden);
		api->refused_since = now;
		api->refused_logged = api->refused_hidden = 0;
	}
	if (api->refused_logged < REFUSED_PER_SECOND) {
		api->refused_logged++;
		return true;
	}
	api->refused_hidden++;
	return false;
}

/* Who asks is looked up when he asks: later he may be gone. */
static void note_comm(struct api_client *c)
{
	char path[32];
	ssize_t n = 0;

	snprintf(path, sizeof path, "/proc/%d/comm", (int)c->pid);
	if (c->pid > 0)
		n = fdio_read_file(AT_FDCWD, path, c->comm, sizeof c->comm - 1);
	if (n > 0 && c->comm[n - 1] == '\n')
		n--;
	c->comm[n > 0 ? n : 0] = '\0';
}

static void audit(const struct api_client *c, const char *result)
{
	char comm[64], subject[SV_NAME_FULL + 64], rule[32] = "";

	msg_escape(comm, sizeof comm, c->comm, strlen(c->comm));
	msg_escape(subject, sizeof subject, c->subject, strlen(c->subject));
	if (c->refused_by != NULL)
		snprintf(rule, sizeof rule, " rule=%s", c->refused_by);
	msg_info("audit: uid=%u pid=%d comm=%s verb=%s service=%s%s%s result=%s", (unsigned int)c->uid,
		(int)c->pid, comm[0] != '\0' ? comm : "?", c->verb->name, subject, c->detail, rule, result);
}

/* Every change made or refused leaves a line. */
static void audit_answer(const struct api_client *c, int code)
{
	if (c->verb == NULL || !c->verb->change)
		return;
	if (!c->refused)
		audit(c, code == 0 ? "ok" : "failed");
	else if (refusal_logged(c->api))
		audit(c, "refused");
}

static void request_over(struct api_client *c)
{
	struct api_job *job;

	if (c->wait != WAIT_NONE)
		c->api->waiting--;
	job = c->job;
	api_rc_gone(c->api->sv, c);
	rc_lines_finish(&c->lines);
	c->rc_waits = false;
	for (size_t i = 0; i < sizeof c->passed / sizeof *c->passed; i++)
		fdio_close(&c->passed[i]);
	plan_finish(&c->plan);
	c->plan = (struct plan){ NULL, 0 };
	c->wait = WAIT_NONE;
	c->job = NULL;
	if (job != NULL) {
		job->client = NULL;
		api_intent_left(job);
	}
	c->rows = NULL;
	c->verb = NULL;
	c->reply_len = 0;
	if (c->follows)
		c->api->followers--;
	c->busy = c->refused = c->follows = false;
	c->refused_by = NULL;
	c->subject[0] = c->detail[0] = '\0';
	c->since = mono_ns();
}

void api_client_close(struct api_client *c)
{
	if (c->fd < 0)
		return;
	if (c->verb != NULL && c->verb->change && c->reply_len == 0)
		audit(c, "unanswered");
	request_over(c);
	uv_close((uv_handle_t *)&c->poll, on_client_closed);
	if (c->stranger)
		api_part(c->api, &c->fd);
	fdio_close(&c->fd);
}

static void poll_for(struct api_client *c, int events)
{
	if (c->events == (events | UV_DISCONNECT))
		return;
	c->events = events | UV_DISCONNECT;
	if (uv_poll_start(&c->poll, c->events, on_client) < 0)
		api_client_close(c);
}

void api_client_start(struct api_client *c, int fd, const struct ucred *cred)
{
	struct api *api = c->api;

	c->stranger = api_is_stranger(cred->uid);
	if (uv_poll_init(&api->sv->loop, &c->poll, fd) < 0) {
		api_turn_away(api, fd, EXIT_SYSTEM, "the supervisor cannot watch another client");
		return;
	}
	api->handles++;
	c->poll.data = c;
	c->fd = fd;
	c->events = 0;
	c->in_use = true;
	c->uid = cred->uid;
	c->gid = cred->gid;
	c->pid = cred->pid;
	c->since = mono_ns();
	poll_for(c, UV_READABLE);
}

static int send_frame(int fd, const void *buf, size_t len)
{
	ssize_t n;

	do
		n = send(fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

static void send_error(int fd, int code, const char *sentence)
{
	char buf[API_SENTENCE], number[12];
	const char *const fields[] = { "err", number, sentence };
	int n;

	snprintf(number, sizeof number, "%d", code);
	n = proto_encode(buf, sizeof buf, fields, 3);
	if (n > 0)
		send_frame(fd, buf, (size_t)n);
}

void api_turn_away(struct api *api, int fd, int code, const char *sentence)
{
	send_error(fd, code, sentence);
	api_part(api, &fd);
}

int api_row(struct api_client *c, const char *const *fields, unsigned int n)
{
	char buf[PROTO_FRAME];
	int len = proto_encode(buf, sizeof buf, fields, n);

	return len < 0 ? len : send_frame(c->fd, buf, (size_t)len);
}

/* A connection that is full wants room; any other error is its end. */
static void sending_failed(struct api_client *c, int error)
{
	if (error == -EAGAIN)
		poll_for(c, UV_WRITABLE);
	else
		api_client_close(c);
}

static void make_reply(struct api_client *c, int code, const char *sentence)
{
	char number[12];
	const char *const ok[] = { "ok", sentence }, *const err[] = { "err", number, sentence };
	int n;

	snprintf(number, sizeof number, "%d", code);
	n = code == 0 ? proto_encode(c->reply, sizeof c->reply, ok, 2)
		: proto_encode(c->reply, sizeof c->reply, err, 3);
	c->reply_len = n > 0 ? (size_t)n : 0;
}

/* Sends what is left to send. */
static void pump(struct api_client *c)
{
	int r;

	if (c->rows != NULL) {
		r = c->rows(c);
		if (r == API_ROWS_LATER) {
			poll_for(c, 0);
			return;
		}
		if (r <= 0) {
			sending_failed(c, r == 0 ? -EAGAIN : r);
			return;
		}
		c->rows = NULL;
		make_reply(c, 0, "");
	}
	r = send_frame(c->fd, c->reply, c->reply_len);
	if (r < 0) {
		sending_failed(c, r);
		return;
	}
	request_over(c);
	poll_for(c, UV_READABLE);
}

void api_client_pump(struct api_client *c)
{
	pump(c);
}

void api_answer(struct api_client *c, int code, const char *fmt, ...)
{
	char sentence[API_SENTENCE];
	va_list ap;

	if (c->fd < 0)
		return;
	va_start(ap, fmt);
	vsnprintf(sentence, sizeof sentence, fmt, ap);
	va_end(ap);
	audit_answer(c, code);
	if (c->wait != WAIT_NONE) {
		c->wait = WAIT_NONE;
		c->api->waiting--;
	}
	make_reply(c, code, sentence);
	pump(c);
}

void api_answer_rows(struct api_client *c, api_rows_fn *rows)
{
	audit_answer(c, 0);
	c->rows = rows;
	c->cursor = 0;
	pump(c);
}

/* What an audit line names. */
static void note_subject(struct api_client *c)
{
	snprintf(c->subject, sizeof c->subject, "%s", c->frame.n > 2 ? c->frame.field[2] : "-");
}

/* What the verb asks of services is asked by this client. */
void api_name_asker(const struct api_client *c)
{
	struct asked *a = &c->api->sv->asker;

	*a = (struct asked){ .by = ASKED_SOCKET, .uid = c->uid, .pid = c->pid };
	memcpy(a->comm, c->comm, sizeof a->comm);
}

static void dispatch(struct api_client *c)
{
	struct supervisor *sv = c->api->sv;
	const struct proto_frame *f = &c->frame;
	const struct api_verb *v;

	if (f->n < 2 || strcmp(f->field[0], PROTO_VERSION) != 0) {
		api_answer(c, EXIT_USAGE,
			"malformed request: version %s of the protocol is expected", PROTO_VERSION);
		return;
	}
	v = api_verb_find(f->field[1]);
	if (v == NULL) {
		api_answer(c, EXIT_USAGE, "unknown verb '%.32s'", f->field[1]);
		return;
	}
	if (f->n - 2 < v->min || f->n - 2 > v->max) {
		api_answer(c, EXIT_USAGE, "malformed request: wrong number of arguments for '%s'",
			v->name);
		return;
	}
	c->verb = v;
	note_subject(c);
	if (v->change)
		note_comm(c);
	if (v->right == RIGHT_ADMIN && !api_may(c, v->right, NULL, (uid_t)-1))
		return;
	api_name_asker(c);
	v->fn(c, f);
	sv->asker = (struct asked){ .by = ASKED_HEXAD };
}

/* Receives a frame and the descriptors with it: three at most, others are closed. */
static ssize_t receive(struct api_client *c)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof c->passed)];
	} control;
	struct iovec iov = { .iov_base = c->in, .iov_len = PROTO_FRAME };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf,
		.msg_controllen = sizeof control.buf };
	ssize_t n = recvmsg(c->fd, &m, MSG_DONTWAIT | MSG_TRUNC | MSG_CMSG_CLOEXEC);
	size_t got = 0;

	for (struct cmsghdr *h = n < 0 ? NULL : CMSG_FIRSTHDR(&m); h != NULL; h = CMSG_NXTHDR(&m, h)) {
		size_t k = h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS
			? (h->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;

		for (size_t i = 0; i < k; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(h) + i * sizeof fd, sizeof fd);
			if (got < sizeof c->passed / sizeof *c->passed && fd > 2)
				c->passed[got++] = fd;
			else
				fdio_close(&fd);
		}
	}
	return n;
}

/* Is there a frame of a stranger's to be taken? */
static bool is_to_take(struct api_client *c)
{
	switch (api_look(c->fd)) {
	case NEXT_FRAME:
		return true;
	case NEXT_NONE:
		return false;
	case NEXT_LADEN:
		send_error(c->fd, EXIT_USAGE, "malformed request: descriptors are taken from root alone");
		break;
	case NEXT_END:
		break;
	}
	api_client_close(c);
	return false;
}

/*
 * One frame a turn. While a request is in flight nothing is read: the next one waits in the
 * socket.
 */
static void read_request(struct api_client *c)
{
	ssize_t n;

	if (c->stranger && !is_to_take(c))
		return;
	n = receive(c);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		api_client_close(c);
		return;
	}
	c->busy = true;
	if ((size_t)n > PROTO_FRAME)
		api_answer(c, EXIT_USAGE, "malformed request: longer than %d bytes", PROTO_FRAME);
	else if (proto_decode(c->in, (size_t)n, &c->frame) < 0)
		api_answer(c, EXIT_USAGE, "malformed request: no sequence of fields");
	else
		dispatch(c);
	if (c->fd >= 0 && c->busy && c->rows == NULL && c->reply_len == 0)
		poll_for(c, 0);
}

static void on_client(uv_poll_t *poll, int status, int events)
{
	struct api_client *c = poll->data;

	if (status < 0)
		api_client_close(c);
	else if (!c->busy && (events & UV_READABLE))
		read_request(c);
	else if (events & UV_DISCONNECT)
		api_client_close(c);
	else if (c->busy && (events & UV_WRITABLE))
		pump(c);
}
