/*
 * Short-lived children. Owns their pids and output pipes; never waits (reaper.c does) and never blocks.
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "execp.h"
#include "fdio.h"
#include "msg.h"
#include "supervisor.h"
#include "spawn.h"
#include "sys.h"
#include "title.h"

#define DRAIN_MAX (256u << 10) /* bytes read after the end: a pipe holds no more, but a grandchild may go on writing */

struct child {
	struct child *next;
	pid_t pid;
	child_done_fn *done;
	void *owner;
	uv_poll_t poll;
	int fd;           /* read end of the output pipe, or -1 */
	size_t len, cap;
	char out[];       /* cap + 1 bytes */
};

/* One read: into the record while there is room, then into nothing. */
static ssize_t read_once(struct child *c, size_t max)
{
	char drop[4096] = { 0 };
	size_t room = c->cap - c->len;
	ssize_t n;

	if (!room)
		return sys.read(c->fd, drop, max < sizeof(drop) ? max : sizeof(drop));
	n = sys.read(c->fd, c->out + c->len, room < max ? room : max);
	if (n > 0)
		c->len += (size_t)n;
	return n;
}

/* Reads at most max bytes of what is there. False at the end of file or on an error. */
static bool read_some(struct child *c, size_t max)
{
	while (max) {
		ssize_t n = read_once(c, max);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n == 0)
			return false;
		max -= (size_t)n;
	}
	return true;
}

static void on_output(uv_poll_t *h, int status, int events)
{
	struct child *c = h->data;

	(void)events;
	if (status < 0 || !read_some(c, 65536))
		uv_poll_stop(h);
}

static void on_closed(uv_handle_t *h)
{
	free(h->data);
}

/* Lets go of everything; c is gone in this turn or the next. */
static void child_free(struct child *c)
{
	if (c->fd < 0) {
		free(c);
		return;
	}
	uv_close((uv_handle_t *)&c->poll, on_closed);
	fdio_close(&c->fd);
}

/* Pipe, watch and record. *ret_w is the write end or -1. */
static int child_new(struct supervisor *sv, size_t cap, struct child **ret, int *ret_w)
{
	struct child *c = sys.calloc(1, sizeof(*c) + cap + 1);
	int p[2], r;

	if (!c)
		return -ENOMEM;
	c->fd = -1;
	c->cap = cap;
	*ret_w = -1;
	*ret = c;
	if (!cap)
		return 0;
	if (sys.pipe2(p, O_CLOEXEC) < 0) {
		r = -errno;
		free(c);
		return r;
	}
	r = sys.fcntl(p[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : uv_poll_init(&sv->loop, &c->poll, p[0]);
	if (r < 0) {
		fdio_close(&p[0]);
		fdio_close(&p[1]);
		free(c);
		return r;
	}
	c->poll.data = c;
	c->fd = p[0];
	*ret_w = p[1];
	r = uv_poll_start(&c->poll, UV_READABLE, on_output);
	if (r < 0) {
		fdio_close(ret_w);
		child_free(c);
	}
	return r;
}

static void signals_default(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };

	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &dfl, NULL);
}

/* Descriptors 0, 1, 2 and (main_fn) 3; all others are closed. Returns main_fn's out_fd. */
static int child_fds(const struct child_spec *spec, int null, int out)
{
	int in = spec->stdin_fd >= 0 ? spec->stdin_fd : null;
	int keep = 3, high[CHILD_KEEP_MAX];

	/* Out of the way first: one of them may be a number that another is to get. */
	for (unsigned int i = 0; i < spec->nkeep; i++)
		high[i] = fcntl(spec->keep[i], F_DUPFD, 4 + CHILD_KEEP_MAX);
	if (out >= 0 && out < 4 + CHILD_KEEP_MAX && spec->nkeep)
		out = fcntl(out, F_DUPFD, 4 + CHILD_KEEP_MAX);

	if (in > 0)
		(void)dup2(in, 0);
	if (spec->stdout_fd > 0)
		(void)dup2(spec->stdout_fd, 1);
	if (spec->stderr_fd > 0)
		(void)dup2(spec->stderr_fd, 2);
	if (out >= 0 && spec->argv) {
		(void)dup2(out, 1);
	} else if (out >= 0) {
		if (out != 3)
			(void)dup2(out, 3);
		keep = 4;
	}
	for (unsigned int i = 0; i < spec->nkeep; i++)
		(void)dup2(high[i], keep++);
	spawn_close_range((unsigned int)keep, UINT_MAX);
	return keep >= 4 ? 3 : -1;
}

static void child_cwd(const struct child_spec *spec)
{
	if (spec->cwd_fd > 0) {
		if (fchdir(spec->cwd_fd) < 0) {
			msg_error(-errno, "%s: unable to enter its working directory", spec->title);
			_exit(EXIT_NOEXEC);
		}
	} else if (chdir(spec->cwd ? spec->cwd : "/") < 0) {
		msg_error(-errno, "%s: unable to chdir to '%s'", spec->title, spec->cwd ? spec->cwd : "/");
		_exit(EXIT_NOEXEC);
	}
}

/* The child's life, up to its exec or the end of main_fn. */
static void __attribute__((noreturn)) child_main(struct supervisor *sv, const struct child_spec *spec, int out)
{
	int null = sv->head->nullfd;
	int r, fd;

	signals_default();
	msg_fd = STDERR_FILENO; /* PID 1's may be another, which is closed below */
	msg_lost = 0; /* those are PID 1's to tell */
	(void)setsid();
	child_cwd(spec);
	/*
	 * What runs here reads what others wrote: the state of all services is none of its business. Gone before
	 * the pipe becomes 3, which may be the pool's own number.
	 */
	if (!spec->argv)
		pool_destroy(sv->pool);
	fd = child_fds(spec, null, out);
	/* After the descriptors: without close_range the raised limit says how far there may be any. */
	spawn_reset_child(!spec->keep_mask);
	r = spec->as ? ids_become(spec->as) : 0;
	if (r < 0) {
		msg_error(r, "%s: unable to become uid %u", spec->title, (unsigned int)spec->as->uid);
		_exit(EXIT_SYSTEM);
	}
	if (spec->argv) {
		r = execp(spec->argv, spec->envp);
		msg_error(r, "unable to exec '%s'", spec->argv[0]);
		_exit(execp_code(r));
	}
	title_set(spec->title, NULL);
	r = spec->main_fn(spec->arg, fd);
	(void)fflush(NULL);
	_exit(r);
}

/* Forks; the pid or -errno. Faults are held until it is noted, and in the child until it takes its mask. */
static pid_t fork_noted(struct supervisor *sv, const struct child_spec *spec, int out)
{
	sigset_t old;
	pid_t pid;

	spawn_hold_faults(&old);
	pid = sys.fork();
	if (pid == 0)
		child_main(sv, spec, out);
	if (pid < 0)
		pid = -errno;
	else if (spec->note)
		*spec->note = pid;
	spawn_release_faults(&old);
	return pid;
}

pid_t child_start(struct supervisor *sv, const struct child_spec *spec, child_done_fn *done, void *owner)
{
	struct child *c;
	int out, r;
	pid_t pid;

	r = child_new(sv, spec->out_cap, &c, &out);
	if (r < 0)
		return r;
	pid = fork_noted(sv, spec, out);
	fdio_close(&out);
	if (pid < 0) {
		child_free(c);
		return pid;
	}
	c->pid = pid;
	c->done = done;
	c->owner = owner;
	c->next = sv->children;
	sv->children = c;
	return pid;
}

void child_kill(struct supervisor *sv, pid_t pid)
{
	for (struct child *c = sv->children; c; c = c->next)
		if (c->pid == pid)
			(void)sys.kill(pid, SIGKILL);
}

bool child_exited(struct supervisor *sv, pid_t pid, int wstatus)
{
	struct child **pc = &sv->children, *c;

	while (*pc && (*pc)->pid != pid)
		pc = &(*pc)->next;
	c = *pc;
	if (!c)
		return false;
	*pc = c->next;
	if (c->fd >= 0)
		(void)read_some(c, DRAIN_MAX);
	c->out[c->len] = '\0';
	c->done(c->owner, wstatus, c->out, c->len);
	child_free(c);
	return true;
}
