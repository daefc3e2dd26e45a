/*
 * svctl logs: the last lines of a service's log, and with -f what follows, whatever the logger rotates meanwhile. On a
 * terminal control characters are escaped, since anybody may have written them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "cmd.h"
#include "logdir.h"
#include "logname.h"
#include "msg.h"
#include "output.h"
#include "utf8.h"

#define LINE_MAX_JSON 65536 /* a longer line comes in pieces */

struct printer {
	bool json, terminal;
	struct utf8_rest rest; /* on a terminal */
	size_t len;
	char line[LINE_MAX_JSON];
};

/* The first len bytes of what is there. */
static int print_line(struct printer *p, size_t len)
{
	json_t *o = json_object();

	json_object_set_new(o, "line", output_bytes(p->line, len));
	p->len -= len;
	memmove(p->line, p->line + len, p->len);
	return output_line(o);
}

static int print_json(struct printer *p, const char *bytes, size_t len)
{
	int r = 0;

	for (size_t i = 0; i < len && r == 0; i++) {
		bool ends = bytes[i] == '\n';

		if (ends)
			r = print_line(p, p->len);
		else if (p->len == LINE_MAX_JSON)
			r = print_line(p, utf8_whole(p->line, p->len));
		if (!ends)
			p->line[p->len++] = bytes[i];
	}
	return r;
}

static int on_bytes(void *arg, const char *bytes, size_t len)
{
	struct printer *p = arg;

	if (p->json)
		return print_json(p, bytes, len);
	if (p->terminal)
		utf8_print(stdout, &p->rest, bytes, len);
	else
		(void)fwrite(bytes, 1, len, stdout);
	return output_flush();
}

static int follow(struct logdir *l, struct printer *p)
{
	int r = 0;

	while (r == 0) {
		r = logdir_wait(l, STDOUT_FILENO);
		if (r == 0)
			r = logdir_more(l, on_bytes, p);
		if (l->lost)
			msg_warn(0, "the log was rotated away faster than it was read: lines are missing here");
		l->lost = false;
	}
	return r;
}

static int show(const char *path, const struct svctl_request *rq)
{
	static struct printer p;
	struct logdir l;
	char shown[512];
	int r = logdir_open(&l, path);

	p.json = rq->given & OPT_JSON;
	p.terminal = isatty(STDOUT_FILENO);
	if (r == 0)
		r = logdir_tail(&l, rq->lines, on_bytes, &p);
	if (r == 0 && (rq->given & OPT_FOLLOW))
		r = follow(&l, &p);
	if (r == 0 && p.len > 0)
		r = print_line(&p, p.len);
	utf8_print_end(stdout, &p.rest);
	logdir_close(&l);
	if (r == 0 || r == -EPIPE)
		return 0;
	msg_error(r, "the log directory '%s' cannot be read", msg_escape(shown, sizeof shown, path, strlen(path)));
	return r == -EACCES || r == -ENOENT ? 1 : EXIT_SYSTEM;
}

int cmd_logs(const struct svctl_request *rq)
{
	struct client c = CLIENT_INIT;
	char path[4096], shown[2 * SV_NAME_FULL];
	const char *name = rq->argv[0], *why = "";
	int code = 0;

	if (rq->dir != NULL) {
		code = show(rq->dir, rq);
		return output_end(code);
	}
	code = client_open(&c, rq->scandir, rq->timeout_ms);
	if (code == 0)
		code = logname_find(&c, name, path, sizeof path, &why);
	if (code == 1)
		msg_error(0, "the log of '%s' cannot be found: %s", msg_escape(shown, sizeof shown, name, strlen(name)),
			why);
	client_close(&c);
	return output_end(code == 0 ? show(path, rq) : code);
}
