/* Both halves of the prefix: what PID 1 does at each start of a program, and the child that has all the pipes. */
#include "prefix.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "boot_int.h"
#include "child.h"
#include "config.h"
#include "fdio.h"
#include "msg.h"
#include "spawn.h"
#include "svcdir.h"
#include "sys.h"

#define LINE 2048 /* of a service at a time; a longer one is written in pieces */

/* What travels with a descriptor: where its lines go, and whose they are. */
struct letter {
	int fd; /* 1 or 2 */
	char name[SV_NAME_FULL + 1];
};

/* One pipe in the child. */
struct source {
	int out;
	char name[4 * SV_NAME_FULL + 1]; /* escaped: whoever makes services chooses it */
	bool begun; /* a piece of the line is out already */
	size_t len;
	char line[LINE];
};

struct sources {
	struct pollfd *fd; /* 0: the socket */
	struct source **from;
	size_t n, cap;
};

/* Everything in one write, so that lines of several services stay whole. */
static void write_line(struct source *s, size_t len, bool ends)
{
	char out[sizeof(s->name) + 2 + LINE + 1];
	size_t n = 0;

	if (!s->begun)
		n = (size_t)snprintf(out, sizeof(out), "%s: ", s->name);
	memcpy(out + n, s->line, len);
	n += len;
	if (ends)
		out[n++] = '\n';
	/* Who reads the container's output may have gone: the services go on. */
	(void)fdio_write_all(s->out, out, n);
	s->begun = !ends;
}

static void write_lines(struct source *s)
{
	char *nl;

	while ((nl = memchr(s->line, '\n', s->len))) {
		size_t len = (size_t)(nl - s->line);

		write_line(s, len, true);
		s->len -= len + 1;
		memmove(s->line, nl + 1, s->len);
	}
	if (s->len == LINE) {
		write_line(s, s->len, false);
		s->len = 0;
	}
}

/* False at the end of the pipe. */
static bool read_source(int fd, struct source *s)
{
	ssize_t n = sys.read(fd, s->line + s->len, LINE - s->len);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n > 0) {
		s->len += (size_t)n;
		write_lines(s);
		return true;
	}
	if (s->len || s->begun)
		write_line(s, s->len, true);
	return false;
}

static bool grow(struct sources *all)
{
	size_t cap = all->cap ? 2 * all->cap : 64;
	struct pollfd *fd = realloc(all->fd, cap * sizeof(*fd));
	struct source **from;

	if (!fd)
		return false;
	all->fd = fd;
	from = realloc(all->from, cap * sizeof(*from));
	if (!from)
		return false;
	all->from = from;
	all->cap = cap;
	return true;
}

/* Without room the descriptor is closed, and the service learns it as any program whose reader has gone. */
static void add(struct sources *all, int fd, const struct letter *of)
{
	struct source *s = calloc(1, sizeof(*s));

	if (!s || (all->n == all->cap && !grow(all))) {
		free(s);
		(void)sys.close(fd);
		return;
	}
	if (of) {
		s->out = of->fd;
		(void)msg_escape(s->name, sizeof(s->name), of->name, strnlen(of->name, SV_NAME_FULL));
	}
	all->from[all->n] = s;
	all->fd[all->n++] = (struct pollfd){ .fd = fd, .events = POLLIN };
}

static void take_away(struct sources *all, size_t i)
{
	(void)sys.close(all->fd[i].fd);
	free(all->from[i]);
	all->fd[i] = all->fd[--all->n];
	all->from[i] = all->from[all->n];
}

/* A descriptor from PID 1. False: there will be no more. */
static bool take_letter(struct sources *all)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct letter l;
	struct iovec io = { &l, sizeof(l) };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(all->fd[0].fd, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
	int fd;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR || errno == EMFILE;
	if (n == 0)
		return false;
	if (c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)) && n == sizeof(l)) {
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
		add(all, fd, &l);
	}
	return true;
}

static void raise_limit(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) < 0)
		return;
	rl.rlim_cur = rl.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &rl);
}

/* For child_spec.main_fn: standard input is the socket. */
static int prefix_main(void *arg, int out_fd)
{
	struct sources all = { NULL, NULL, 0, 0 };

	(void)arg;
	(void)out_fd;
	raise_limit();
	(void)signal(SIGPIPE, SIG_IGN);
	add(&all, STDIN_FILENO, NULL);
	while (all.n && (all.n > 1 || all.fd[0].fd >= 0)) {
		if (poll(all.fd, all.n, -1) < 0 && errno != EINTR)
			return 1;
		/* From the end: taking one away moves the last into its place. */
		for (size_t i = all.n; --i > 0;)
			if (all.fd[i].revents && !read_source(all.fd[i].fd, all.from[i]))
				take_away(&all, i);
		if (all.fd[0].fd >= 0 && all.fd[0].revents && !take_letter(&all))
			all.fd[0].fd = -1;
	}
	return 0;
}

static void on_ended(void *owner, int wstatus, const char *out, size_t len)
{
	(void)wstatus;
	(void)out;
	(void)len;
	boot_prefix_ended(owner);
}

pid_t prefix_start(struct supervisor *sv)
{
	struct child_spec spec = { .title = "hexad-prefix", .main_fn = prefix_main };
	int pair[2];
	pid_t pid;

	if (!sv->config->log_prefix)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		msg_warn(errno, "unable to have names before the lines of services");
		return 0;
	}
	spec.stdin_fd = pair[1];
	pid = child_start(sv, &spec, on_ended, sv);
	fdio_close(&pair[1]);
	if (pid < 0) {
		msg_warn((int)pid, "unable to have names before the lines of services");
		fdio_close(&pair[0]);
		return 0;
	}
	sv->head->prefixfd = pair[0];
	pool_commit_head(sv->pool);
	return pid;
}

void prefix_end(struct supervisor *sv)
{
	fdio_close(&sv->head->prefixfd);
	pool_commit_head(sv->pool);
}

/* A pipe whose read end is on its way to the child. The write end, or -1: then our own output has to do. */
static int pipe_to_child(const struct supervisor *sv, const char *name, size_t len, int fd)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .space = { 0 } };
	struct letter l = { .fd = fd };
	struct iovec io = { &l, sizeof(l) };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	int p[2];
	bool sent;

	if (sys.pipe2(p, O_CLOEXEC) < 0)
		return -1;
	memcpy(l.name, name, len < SV_NAME_FULL ? len : SV_NAME_FULL);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &p[0], sizeof(int));
	sent = sendmsg(sv->head->prefixfd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)sizeof(l);
	fdio_close(&p[0]);
	if (!sent)
		fdio_close(&p[1]);
	return p[1];
}

pid_t prefix_spawn(struct service *s, struct spawn *sp, int *ret_execfd)
{
	size_t len = strlen(s->id->name);
	int out = -1, err = -1;
	pid_t pid;

	if (s->sv->head->prefixfd <= 0 || service_is_catch_all(s))
		return spawn_start(sp, ret_execfd);
	/* What a logger lets through is its service's. */
	len -= s->id->is_log && len > 4 ? 4 : 0;
	if (sp->out < 0)
		sp->out = out = pipe_to_child(s->sv, s->id->name, len, STDOUT_FILENO);
	if (sp->err < 0)
		sp->err = err = pipe_to_child(s->sv, s->id->name, len, STDERR_FILENO);
	pid = spawn_start(sp, ret_execfd);
	fdio_close(&out);
	fdio_close(&err);
	return pid;
}

pid_t prefix_child(struct supervisor *sv, const char *name, struct child_spec *spec, child_done_fn *done, void *owner)
{
	int out = -1, err = -1;
	pid_t pid;

	if (sv->head->prefixfd > 0 && spec->stdout_fd <= 0)
		spec->stdout_fd = out = pipe_to_child(sv, name, strlen(name), STDOUT_FILENO);
	if (sv->head->prefixfd > 0 && spec->stderr_fd <= 0)
		spec->stderr_fd = err = pipe_to_child(sv, name, strlen(name), STDERR_FILENO);
	pid = child_start(sv, spec, done, owner);
	fdio_close(&out);
	fdio_close(&err);
	return pid;
}
