/* What comes in: letters, status writes, and what the processes of the services say. */
#include "trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include "trace_child.h"
#include "trace_dir.h"

static void on_letters(struct service *s)
{
	size_t n = strlen(s->letters);
	char buf[16];
	ssize_t r;

	while ((r = read(s->listener, buf, sizeof(buf))) > 0)
		for (ssize_t i = 0; i < r && n < sizeof(s->letters) - 1; i++) {
			s->letters[n++] = buf[i];
			s->letters[n] = '\0';
		}
}

static void on_inotify(void)
{
	char buf[65536] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n = read(g.inotify, buf, sizeof(buf));

	for (char *p = buf; n > 0 && p < buf + n;) {
		const struct inotify_event *e = (const struct inotify_event *)p;
		struct service *s = e->wd >= 0 && e->wd < g.watches ? g.by_watch[e->wd] : NULL;

		if (e->mask & IN_Q_OVERFLOW)
			trace_die("too many status writes at once");
		if (s && e->mask & IN_MOVED_TO && e->len > 0 && strcmp(e->name, "status") == 0) {
			s->writes++;
			seq_go_on(s->seq);
		}
		p += sizeof(*e) + e->len;
	}
}

static struct service *find_service(const char *name, ino_t ino)
{
	int number = atoi(name + 1) - g.seqs[0].number;
	struct sequence *q;

	if (number < 0 || number >= g.nseqs)
		return NULL;
	q = &g.seqs[number];
	for (int i = 0; i < q->parts; i++) {
		if (q->part[i].cur && q->part[i].cur->ino == ino)
			return q->part[i].cur;
		if (q->part[i].old && q->part[i].old->ino == ino)
			return q->part[i].old;
	}
	return NULL;
}

/* How that is said: "=" is the pipe between a service and its logger, the same for all that they ever start. */
static char name_end(struct service *s, bool is_that_end, unsigned long where)
{
	unsigned long *pipe = &s->seq->pipe;

	if (where < 2)
		return where == 0 ? 'n' : 'o';
	if (is_that_end && *pipe == 0)
		*pipe = where;
	return where == *pipe ? '=' : 'p';
}

/* Known: where the logger is gone finish gets a pipe that nobody reads from s6, our own output from hexad. */
static void name_ends(char *ret, struct service *s, const unsigned long *where)
{
	const struct sequence *q = s->seq;
	bool logger = q->parts > 1 && (s == q->part[1].cur || s == q->part[1].old);
	bool producer = q->parts > 1 && !logger;

	if (producer && s == q->part[0].old) {
		strcpy(ret, "--");
		return;
	}
	ret[0] = name_end(s, logger, where[0]);
	ret[1] = name_end(s, producer, where[1]);
	ret[2] = '\0';
}

/* Known: after a start that failed s6 2.11 leaves the notification pipe open, for all that it starts later. */
static void hide_leaks(char *words)
{
	char *at = strstr(words, "fds="), *to, *end;

	if (!at || !(end = strchr(at, ' ')))
		return;
	for (to = at += 4; at < end;) {
		char *comma = strchr(at, ',');
		size_t n = (size_t)(comma - at) + 1;

		if (atoi(at) <= TRACE_NOTIFY_FD) {
			memmove(to, at, n);
			to += n;
		}
		at += n;
	}
	memmove(to, end, strlen(end) + 1);
}

/* c is the run or finish of s from now on; the one before it, dead and not yet closed, is nobody's. */
static void greet(struct service *s, struct child *c)
{
	struct child **place = c->finish ? &s->fin : &s->run;

	if (*place)
		(*place)->service = NULL;
	*place = c;
}

static void on_hello(struct child *c, char *text)
{
	char name[32], ends[3];
	unsigned long ino, where[2];
	int pid, at = 0;
	struct service *s;

	if (sscanf(text, "%*c %31s %lu %d %lu %lu %n", name, &ino, &pid, &where[0], &where[1], &at) != 5 ||
		!(s = find_service(name, ino))) {
		fprintf(stderr, "trace: warning: stranger: %s\n", text);
		return;
	}
	c->service = s;
	c->pid = pid;
	c->finish = text[0] == 'f';
	if (g.ending)
		return;
	if (g.old)
		hide_leaks(text + at);
	name_ends(ends, s, where);
	snprintf(s->hello + strlen(s->hello), sizeof(s->hello) - strlen(s->hello), " | %c %s %s", text[0], ends, text + at);
	greet(s, c);
	*(c->finish ? &s->fin_came : &s->run_came) = true;
}

static void end_child(struct child *c)
{
	if (c->service && c->service->run == c)
		c->service->run = NULL;
	if (c->service && c->service->fin == c)
		c->service->fin = NULL;
	close(c->fd);
	free(c);
}

static struct sequence *on_child(struct child *c)
{
	char buf[512];
	ssize_t n = recv(c->fd, buf, sizeof(buf) - 1, MSG_DONTWAIT);
	struct sequence *q;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return NULL;
	if (n > 1) {
		buf[n] = '\0';
		on_hello(c, buf);
	} else if (n == 1 && c->service && !c->mute) {
		c->service->signals |= UINT64_C(1) << buf[0];
	}
	q = c->service ? c->service->seq : NULL;
	if (n <= 0 || g.ending)
		end_child(c);
	return q;
}

static void on_connect(void)
{
	int fd = accept4(g.listen, NULL, NULL, SOCK_CLOEXEC);
	struct child *c = trace_zeroed(1, sizeof(*c));

	if (fd < 0)
		trace_die("unable to take a connection");
	c->fd = fd;
	watch_fd(fd, (void *)((uintptr_t)c | 1));
}

/* Services and children are told apart by the lowest bit of their address. */
static void take_event(const struct epoll_event *ev)
{
	uintptr_t what = (uintptr_t)ev->data.ptr;
	struct sequence *q = NULL;

	if (ev->data.ptr == &g.listen) {
		on_connect();
	} else if (ev->data.ptr == &g.inotify) {
		on_inotify();
	} else if (what & 1) {
		q = on_child((struct child *)(what & ~(uintptr_t)1));
	} else {
		on_letters(ev->data.ptr);
		q = ((struct service *)ev->data.ptr)->seq;
	}
	if (q && !g.ending)
		seq_go_on(q);
}

/* One at a time: what is handled may free what another event of the same batch is about. */
bool turn(int ms)
{
	struct epoll_event ev;
	int n = epoll_wait(g.epoll, &ev, 1, ms);

	if (n > 0)
		take_event(&ev);
	return n > 0;
}
