#include "rctalk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fdio.h"
#include "msg.h"
#include "talk.h"

#define NAMES_BYTES 3500 /* of a frame that also holds the rest of a request */

/* A script must find three descriptors, whatever our caller has closed. */
static void fill_standard_fds(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", O_RDWR);
}

static int send_with_fds(int sock, const char *const *fields, unsigned int n)
{
	static const int fds[3] = { 0, 1, 2 };
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(fds))];
	} control = { .buf = { 0 } };
	char frame[PROTO_FRAME];
	struct iovec iov = { .iov_base = frame };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf,
		.msg_controllen = sizeof(control.buf) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	int len = proto_encode(frame, sizeof(frame), fields, n);

	if (len < 0)
		return len;
	iov.iov_len = (size_t)len;
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(h), fds, sizeof(fds));
	while (sendmsg(sock, &m, MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

/* Others' descriptors are not taken: they are to hear that they may change nothing, and not what is wrong with their frame. */
static bool may_send_fds(int sock)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return geteuid() == 0 || (getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == geteuid());
}

/* The frame that ends an answer. */
static int conclude(const struct proto_frame *f)
{
	char text[1024];
	int code;

	if (strcmp(f->field[0], "err") != 0 || f->n < 3)
		return 0;
	code = atoi(f->field[1]);
	if (*f->field[2])
		msg_error(0, "%s", msg_escape(text, sizeof(text), f->field[2], strlen(f->field[2])));
	return code > 0 && code < 256 ? code : EXIT_SYSTEM;
}

/* One request and its answer. 0 and the last frame, or -errno; told: a row was handed on. */
static int ask(const char *const *request, unsigned int n, bool with_fds, rctalk_row_fn *row, bool *told,
	struct proto_frame *f, char *buf)
{
	int r, sock = talk_connect();

	if (sock < 0)
		return sock;
	r = with_fds && may_send_fds(sock) ? send_with_fds(sock, request, n) : proto_send(sock, request, n);
	while (r == 0 && (r = proto_receive(sock, buf, f, -1)) == 0 && !strcmp(f->field[0], "row")) {
		*told = true;
		row(f);
	}
	fdio_close(&sock);
	return r;
}

int rctalk(const char *const *fields, unsigned int n, bool with_fds, rctalk_row_fn *row)
{
	const char *request[PROTO_FIELDS] = { PROTO_VERSION };
	struct proto_frame f;
	char buf[PROTO_FRAME];
	bool told = false;
	int r;

	memcpy(request + 1, fields, n * sizeof(*fields));
	fill_standard_fds();
	r = ask(request, n + 1, with_fds, row, &told, &f, buf);
	/* A fault of the supervisor ends connections. A question can be asked again; what came of a change is to be looked at. */
	if (r == -EPIPE && !with_fds && !told)
		r = ask(request, n + 1, with_fds, row, &told, &f, buf);
	if (r == 0)
		return conclude(&f);
	if (r == -EPIPE)
		msg_error(0, "the supervisor was renewed before it answered: look at the state and ask again");
	else
		msg_error(r, "unable to take locks");
	return EXIT_SYSTEM;
}

void rctalk_line(const struct proto_frame *row)
{
	if (row->n > 1)
		(void)puts(row->field[1]);
}

void rctalk_say(const struct proto_frame *row)
{
	if (row->n < 3)
		return;
	if (!strcmp(row->field[1], "warning"))
		msg_warn(0, "%s", row->field[2]);
	else
		msg_info("%s", row->field[2]);
}

char *rctalk_names(char *const *word, int n)
{
	char *ret = calloc(1, NAMES_BYTES + 1);
	size_t len = 0;

	if (!ret)
		msg_die(EXIT_SYSTEM, ENOMEM, "unable to make a request");
	for (int i = 0; i < n; i++) {
		int k = strchr(word[i], '\n') ? -1 : snprintf(ret + len, NAMES_BYTES - len, "%s%s", i ? "\n" : "", word[i]);

		if (k < 0)
			msg_die(3, 0, "%s is not a recognized identifier", word[i]);
		if ((size_t)k >= NAMES_BYTES - len)
			msg_die(EXIT_USAGE, 0, "too many names");
		len += (size_t)k;
	}
	return ret;
}
