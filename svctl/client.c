/* The way to a tree. See client.h. Prints only when there is no way at all. */
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "fdio.h"
#include "msg.h"

#define INIT_SCANDIR "/run/service"

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int client_left(const struct client *c)
{
	int64_t left = c->end_ms - now_ms();

	return left > 0 ? (int)left : 0;
}

/* Under whatever name it was given. */
static bool is_init_scandir(const struct client *c)
{
	struct stat ours, init;

	return fstat(c->dirfd, &ours) == 0 && stat(INIT_SCANDIR, &init) == 0 && ours.st_dev == init.st_dev
		&& ours.st_ino == init.st_ino;
}

/*
 * Descriptor or -errno. The default tree's socket has a second place, which needs no search right
 * below it.
 */
static int connect_socket(const struct client *c)
{
	char path[4096];
	int fd, n = snprintf(path, sizeof path, "%s/%s", c->scandir, PROTO_SOCKET);

	fd = n < (int)sizeof path ? proto_connect(path, c->owner) : -ENAMETOOLONG;
	if (fd < 0 && fd != -EPERM && is_init_scandir(c)) {
		int other = proto_connect(PROTO_INIT_SOCKET, c->owner);

		if (other >= 0)
			return other;
	}
	return fd;
}

/* A supervisor without a socket: somebody has its control FIFO open, or we may not know. */
static bool is_s6(const struct client *c)
{
	int fd = fdio_open(c->dirfd, ".s6-svscan/control", O_WRONLY | O_NONBLOCK, 0);

	if (fd < 0)
		return fd == -EACCES;
	fdio_close(&fd);
	return true;
}

static int no_supervisor(const struct client *c, int error)
{
	char shown[512];

	msg_escape(shown, sizeof shown, c->scandir, strlen(c->scandir));
	if (error == -EPERM) {
		msg_error(0,
			"the control socket of '%s' is not used: it belongs neither to root nor to "
			"the directory's owner", shown);
		return 1;
	}
	if (error == -ETIMEDOUT) {
		msg_error(0, "the supervisor of '%s' takes no connection", shown);
		return EXIT_TIMEOUT;
	}
	msg_error(0, "nothing supervises '%s'", shown);
	return EXIT_NOSUPER;
}

static int no_scandir(const struct client *c, int error)
{
	char shown[512];

	msg_escape(shown, sizeof shown, c->scandir, strlen(c->scandir));
	if (error == -ENOENT || error == -ENOTDIR) {
		msg_error(0, "there is no scan directory '%s'; name it with -d or HEXAD_SCANDIR",
			shown);
		return EXIT_NOSUPER;
	}
	msg_error(error, "scan directory '%s' cannot be opened", shown);
	return EXIT_SYSTEM;
}

int client_open(struct client *c, const char *scandir, int timeout_ms)
{
	struct stat st;

	c->scandir = scandir;
	c->timeout_ms = timeout_ms;
	c->end_ms = now_ms() + timeout_ms;
	c->dirfd = fdio_open(AT_FDCWD, scandir, O_RDONLY | O_DIRECTORY, 0);
	if (c->dirfd < 0 || fstat(c->dirfd, &st) < 0)
		return no_scandir(c, c->dirfd < 0 ? c->dirfd : -errno);
	c->owner = st.st_uid;
	c->sock = connect_socket(c);
	if (c->sock >= 0)
		return 0;
	if (c->sock == -EPERM || c->sock == -ETIMEDOUT || !is_s6(c))
		return no_supervisor(c, c->sock);
	c->sock = -1;
	return 0;
}

void client_close(struct client *c)
{
	fdio_close(&c->dirfd);
	fdio_close(&c->sock);
}

bool client_needs_hexad(const struct client *c, const char *command)
{
	char shown[512];

	if (c->sock >= 0)
		return false;
	msg_error(0, "'%s' needs hexad, and '%s' is supervised by something else", command,
		msg_escape(shown, sizeof shown, c->scandir, strlen(c->scandir)));
	return true;
}

static void drop_rows(struct client_reply *r)
{
	for (size_t i = 0; i < r->nrows; i++)
		free(r->row[i].buf);
	free(r->row);
	r->row = NULL;
	r->nrows = 0;
}

void client_reply_finish(struct client_reply *r)
{
	drop_rows(r);
}

static int add_row(struct client_reply *r, const char *buf, const struct proto_frame *f)
{
	size_t len = (size_t)(f->field[f->n - 1] - buf) + strlen(f->field[f->n - 1]) + 1;
	struct client_row *rows = realloc(r->row, (r->nrows + 1) * sizeof *rows), *row;

	if (rows == NULL)
		return -ENOMEM;
	r->row = rows;
	row = &rows[r->nrows];
	row->buf = malloc(len);
	if (row->buf == NULL)
		return -ENOMEM;
	memcpy(row->buf, buf, len);
	r->nrows++;
	return proto_decode(row->buf, len, &row->frame);
}

/* True if the frame ends the answer. */
static bool is_last(struct client_reply *r, const struct proto_frame *f)
{
	bool ok = strcmp(f->field[0], "ok") == 0;

	if (!ok && strcmp(f->field[0], "err") != 0)
		return false;
	r->code = ok ? 0 : f->n > 1 ? atoi(f->field[1]) : EXIT_SYSTEM;
	if (!ok && (r->code < 1 || r->code > 255))
		r->code = EXIT_SYSTEM;
	snprintf(r->sentence, sizeof r->sentence, "%s", f->n > (ok ? 1U : 2U) ? f->field[ok ? 1 : 2]
		: "");
	return true;
}

/* One request and its whole answer. 0 or -errno of the connection. */
static int ask(struct client *c, const char *const *fields, unsigned int n, struct client_reply *ret)
{
	char buf[PROTO_FRAME];
	struct proto_frame f;
	int r = proto_send(c->sock, fields, n);

	while (r == 0) {
		r = proto_receive(c->sock, buf, &f, client_left(c));
		if (r == 0 && is_last(ret, &f))
			return 0;
		if (r == 0)
			r = strcmp(f.field[0], "row") == 0 ? add_row(ret, buf, &f) : -EBADMSG;
	}
	return r;
}

static bool is_lost(int error)
{
	return error == -EPIPE || error == -ECONNRESET || error == -ENOTCONN;
}

/* 0, or -ECONNREFUSED. */
static int connect_again(struct client *c)
{
	fdio_close(&c->sock);
	c->sock = connect_socket(c);
	c->out_of_step = false;
	if (c->sock >= 0)
		return 0;
	c->sock = -1;
	return -ECONNREFUSED;
}

/* Asking twice must do no more than asking once: a second restart would be one too many. */
static int ask_again(struct client *c, const char *const *fields, unsigned int n, struct client_reply *ret)
{
	int r = connect_again(c);

	if (r < 0)
		return r;
	if (strcmp(fields[1], "restart") == 0)
		return -EPIPE;
	drop_rows(ret);
	ret->retried = true;
	return ask(c, fields, n, ret);
}

static int failed(const struct client *c, int error, struct client_reply *ret)
{
	if (error == -ETIMEDOUT) {
		snprintf(ret->sentence, sizeof ret->sentence,
			"no answer within %d ms; what was asked for goes on", c->timeout_ms);
		return ret->code = EXIT_TIMEOUT;
	}
	if (error == -ECONNREFUSED) {
		snprintf(ret->sentence, sizeof ret->sentence, "the supervisor has ended");
		return ret->code = EXIT_NOSUPER;
	}
	if (is_lost(error))
		snprintf(ret->sentence, sizeof ret->sentence,
			"the supervisor was renewed before it answered; "
			"look at the status and ask again");
	else if (error == -EMSGSIZE)
		snprintf(ret->sentence, sizeof ret->sentence,
			"the names are too long for one request");
	else if (error == -EBADMSG)
		snprintf(ret->sentence, sizeof ret->sentence,
			"the supervisor's answer is not understood");
	else
		snprintf(ret->sentence, sizeof ret->sentence, "the supervisor cannot be asked: %s",
			strerror(-error));
	return ret->code = error == -EMSGSIZE ? EXIT_USAGE : EXIT_SYSTEM;
}

static unsigned int fill_fields(const char *const *words, const char **fields)
{
	unsigned int n = 1;

	fields[0] = PROTO_VERSION;
	for (; words[n - 1] != NULL && n < PROTO_FIELDS; n++)
		fields[n] = words[n - 1];
	return n;
}

int client_call(struct client *c, const char *const *words, struct client_reply *ret)
{
	const char *fields[PROTO_FIELDS];
	unsigned int n = fill_fields(words, fields);
	int r = c->out_of_step ? connect_again(c) : 0;

	*ret = (struct client_reply){ .code = 0 };
	if (r == 0)
		r = ask(c, fields, n, ret);
	if (is_lost(r))
		r = ask_again(c, fields, n, ret);
	c->out_of_step = r == -ETIMEDOUT;
	return r == 0 ? ret->code : failed(c, r, ret);
}

/* Rows until the answer's end. 0, 1: fn has enough, or -errno. */
static int stream(struct client *c, const char *const *fields, unsigned int n, bool for_ever, client_row_fn *fn,
	void *arg, struct client_reply *ret)
{
	char buf[PROTO_FRAME];
	struct proto_frame f;
	int r = proto_send(c->sock, fields, n);

	while (r == 0) {
		r = proto_receive(c->sock, buf, &f, for_ever ? -1 : client_left(c));
		if (r == 0 && is_last(ret, &f))
			return 0;
		if (r == 0)
			r = strcmp(f.field[0], "row") == 0 ? fn(arg, &f) : -EBADMSG;
	}
	return r;
}

int client_stream(struct client *c, const char *const *words, bool for_ever, client_row_fn *fn, void *arg,
	struct client_reply *ret)
{
	const char *fields[PROTO_FIELDS];
	unsigned int n = fill_fields(words, fields);
	int r;

	*ret = (struct client_reply){ .code = 0 };
	while (is_lost(r = stream(c, fields, n, for_ever, fn, arg, ret))) {
		r = connect_again(c);
		if (r < 0)
			break;
		ret->retried = true;
		r = fn(arg, NULL);
		if (r != 0)
			break;
	}
	if (r == 1)
		fdio_close(&c->sock);
	c->out_of_step = r == -ETIMEDOUT;
	return r >= 0 ? ret->code : failed(c, r, ret);
}

int client_failed(const struct client_reply *reply)
{
	char shown[4 * SENTENCE_MAX];

	msg_error(0, "%s", msg_escape(shown, sizeof shown, reply->sentence, strlen(reply->sentence)));
	return reply->code;
}
