/*
 * One service of the graph up or down: a longrun through its slot, a oneshot as a child, a built-in one through boot.c.
 * Each ends in rc_done; what is late, to be killed or found again after a fault is told here too.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_int.h"
#include "child.h"
#include "fdio.h"
#include "msg.h"
#include "prefix.h"
#include "rc_int.h"
#include "service.h"
#include "svcdir.h"
#include "sys.h"

#define MS INT64_C(1000000)
#define EOF_MS 2000 /* for a reader of a pipeline to end by itself once nobody writes any more */

static bool starting(const struct rc *rc, uint32_t i)
{
	return rc->plan.m[i].state == RC_STARTING;
}

static bool is_at(const struct service *s, const struct rc_place *p)
{
	return s && !s->d->vanished && s->id->ino == p->ino && s->id->dev == p->dev;
}

struct service *rc_slot(const struct rc *rc, uint32_t i)
{
	const struct rc_place *p = &rc->cell[i].dir;
	struct supervisor *sv = rc->sv;
	struct service *s;

	if (!p->ino)
		return NULL;
	s = rc->cell[i].slot < sv->services_max ? sv->services[rc->cell[i].slot] : NULL;
	if (is_at(s, p))
		return s;
	for (s = service_next(sv, NULL); s && !is_at(s, p); s = service_next(sv, s))
		;
	if (s)
		rc->cell[i].slot = s->idx;
	return s;
}

/* The smaller of its own limit and what is left of the change's. */
static void set_deadline(struct rc *rc, uint32_t i, uint32_t ms)
{
	rc->cell[i].began_ns = mono_ns();
	rc->cell[i].deadline_ns = ms ? rc->cell[i].began_ns + ms * MS : 0;
}

/* Both ends of a pipe: the reader's slot keeps one, each writer's a copy of the other. 0 or -errno. */
static int open_pipe(struct rc *rc, uint32_t reader)
{
	struct service *r = rc_slot(rc, reader);
	int fds[2];

	if (!r || r->d->pipe_r >= 0)
		return r ? 0 : -ENOENT;
	if (sys.pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	r->d->pipe_r = fds[0];
	for (uint32_t k = 0; k < rc->g->longruns; k++) {
		struct service *w = rc->g->node[k].consumer == reader ? rc_slot(rc, k) : NULL;

		if (!w)
			continue;
		fdio_close(&w->d->pipe_w);
		w->d->pipe_w = sys.fcntl(fds[1], F_DUPFD_CLOEXEC, 3);
		pool_commit(rc->sv->pool, w->idx);
	}
	pool_commit(rc->sv->pool, r->idx);
	fdio_close(&fds[1]);
	return 0;
}

static bool reads_pipe(const struct rc *rc, uint32_t i)
{
	for (uint32_t k = 0; k < rc->g->longruns; k++)
		if (rc->g->node[k].consumer == i)
			return true;
	return false;
}

/* Nobody writes any more: its reader meets the end of what is in the pipe. */
static void close_pipe(struct rc *rc, uint32_t reader)
{
	for (uint32_t k = 0; k < rc->g->longruns; k++) {
		struct service *w = rc->g->node[k].consumer == reader ? rc_slot(rc, k) : NULL;

		if (w) {
			fdio_close(&w->d->pipe_w);
			pool_commit(rc->sv->pool, w->idx);
		}
	}
}

/* The next start makes a new one. */
static void forget_pipe(struct rc *rc, uint32_t reader)
{
	struct service *r = rc_slot(rc, reader);

	if (!r || r->d->pipe_r < 0)
		return;
	close_pipe(rc, reader);
	fdio_close(&r->d->pipe_r);
	pool_commit(rc->sv->pool, r->idx);
}

static void start_longrun(struct rc *rc, uint32_t i)
{
	uint32_t consumer = rc->g->node[i].consumer;
	struct service *s = rc_slot(rc, i);
	int r = 0;

	set_deadline(rc, i, rc->g->node[i].timeout_up);
	if (!s || !s->d->begun) {
		rc_done(rc, i, false, s && s->d->note[0] ? s->d->note : "it is not supervised");
		return;
	}
	if (reads_pipe(rc, i))
		r = open_pipe(rc, i);
	if (r == 0 && consumer != RC_NONE && s->d->pipe_w < 0)
		r = open_pipe(rc, consumer);
	if (r < 0) {
		rc_done(rc, i, false, "its pipe cannot be made");
		return;
	}
	s->d->note[0] = '\0';
	service_feed(s, EV_UP_FILE);
	rc_check(rc, i);
}

static void stop_longrun(struct rc *rc, uint32_t i)
{
	struct service *s = rc_slot(rc, i);

	set_deadline(rc, i, rc->g->node[i].timeout_down);
	rc->cell[i].stage = RC_STAGE_ASKED;
	if (s && s->d->begun && s->d->m.state == SV_UP && reads_pipe(rc, i)) {
		rc->cell[i].stage = RC_STAGE_EOF;
		if (!rc->cell[i].deadline_ns || rc->g->node[i].timeout_down > EOF_MS)
			rc->cell[i].deadline_ns = rc->cell[i].began_ns + EOF_MS * MS;
		service_feed(s, EV_ONCE_FILE);
		close_pipe(rc, i);
	} else if (s && s->d->begun) {
		service_feed(s, EV_DOWN_FILE);
	}
	rc_check(rc, i);
}

static void check_start(struct rc *rc, uint32_t i, const struct service *s)
{
	const struct slot_data *d = s ? s->d : NULL;
	bool notifies = rc->g->node[i].flags & RC_NOTIFIES;

	if (!d || !d->begun) {
		rc_done(rc, i, false, "it is not supervised any more");
	} else if (d->m.state == SV_UP) {
		if (notifies ? d->m.ready : !d->exec_pending)
			rc_done(rc, i, true, NULL);
	} else if (d->m.state == SV_DOWN && d->note[0]) {
		rc_done(rc, i, false, d->note);
	} else if (!notifies && d->started_ns >= rc->cell[i].began_ns && !d->exec_pending) {
		/* Compat: one that dies at once has been up. */
		rc_done(rc, i, true, NULL);
	} else if (d->m.state == SV_DOWN && !d->m.want_up) {
		rc_done(rc, i, false, "command exited 1");
	}
}

static void check_stop(struct rc *rc, uint32_t i, const struct service *s)
{
	if (s && s->d->begun && s->d->m.state != SV_DOWN && s->d->m.state != SV_GONE)
		return;
	if (reads_pipe(rc, i))
		forget_pipe(rc, i);
	rc_done(rc, i, true, NULL);
}

void rc_check(struct rc *rc, uint32_t i)
{
	if (rc->g->node[i].builtin == RC_LEGACY)
		rc_legacy_check(rc, i);
	if (rc->g->node[i].kind != RC_LONGRUN)
		return;
	if (starting(rc, i))
		check_start(rc, i, rc_slot(rc, i));
	else
		check_stop(rc, i, rc_slot(rc, i));
}

/* A script that runs, as its child knows it. */
struct script {
	struct rc *rc;
	uint32_t i, serial;
};

static void script_ended(struct rc *rc, uint32_t i, int wstatus)
{
	int code = WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : 128 + WTERMSIG(wstatus);
	char why[64];

	(void)snprintf(why, sizeof(why), "command exited %d", code);
	rc_done(rc, i, code == 0, why);
}

static void on_script_ended(void *owner, int wstatus, const char *out, size_t len)
{
	struct script *s = owner;
	struct rc *rc = s->rc;

	(void)out;
	(void)len;
	if (rc->g && s->i < rc->g->atomics && rc->cell[s->i].pid && rc->cell[s->i].serial == s->serial)
		script_ended(rc, s->i, wstatus);
	free(s);
}

bool rc_exited(struct supervisor *sv, pid_t pid, int wstatus)
{
	struct rc *rc = sv->rc;

	for (uint32_t i = 0; rc && rc->g && i < rc->g->atomics; i++)
		if (rc->cell[i].pid == pid) {
			script_ended(rc, i, wstatus);
			return true;
		}
	return false;
}

static pid_t run_script(struct rc *rc, uint32_t i, const char *text, volatile pid_t *note, child_done_fn *done, void *owner);

static void on_reloaded(void *owner, int wstatus, const char *out, size_t len)
{
	struct rc *rc = owner;

	(void)out;
	(void)len;
	rc->reload_failed |= wstatus != 0;
	if (--rc->reloads == 0 && rc->g && rc->live->goal == RC_GOAL_RELOAD)
		rc_over(rc, rc->reload_failed);
}

void rc_reload(struct rc *rc, const uint8_t *set)
{
	rc->live->goal = RC_GOAL_RELOAD;
	rc->reload_failed = false;
	rc->reloads = 0;
	for (uint32_t i = 0; i < rc->g->atomics; i++) {
		uint32_t text = rc->g->node[i].script[RC_SCRIPT_RELOAD];
		struct service *s = set[i] ? rc_slot(rc, i) : NULL;

		if (s && s->d->begun)
			service_feed(s, EV_RELOAD);
		if (!set[i] || !text)
			continue;
		if (run_script(rc, i, rc_text(rc->g, text), NULL, on_reloaded, rc) > 0)
			rc->reloads++;
		else
			rc->reload_failed = true;
	}
	if (!rc->reloads)
		rc_over(rc, rc->reload_failed);
}

/* PATH and what else services get, and RC_NAME. To be freed, with the first word; NULL without memory. */
static char **script_env(const struct rc *rc, const char *name)
{
	char *const *envp = rc->sv->envp, *word = sys.calloc(1, strlen(name) + sizeof("RC_NAME="));
	size_t n = 0;
	char **ret;

	while (envp[n])
		n++;
	ret = sys.calloc(n + 2, sizeof(*ret));
	if (!ret || !word) {
		free(ret);
		free(word);
		return NULL;
	}
	(void)sprintf(word, "RC_NAME=%s", name);
	ret[0] = word;
	memcpy(ret + 1, envp, n * sizeof(*ret));
	return ret;
}

/* Compat: at boot the container's descriptors, of a client his own, while the container stops no input. */
static int script_stdin(const struct rc *rc)
{
	if (rc->io[0] >= 0)
		return rc->io[0];
	return !rc->live->last && rc->sv->head->stdinfd > 0 ? rc->sv->head->stdinfd : -1;
}

/* note: as child_spec's. */
static pid_t run_script(struct rc *rc, uint32_t i, const char *text, volatile pid_t *note, child_done_fn *done, void *owner)
{
	char dir[PATH_MAX], title[64], name[SV_NAME_FULL + 1];
	/* Copies: the child does not have the graph. */
	struct rc_script_arg arg = { .name = name, .text = strdup(text) };
	struct child_spec spec = { .title = title, .main_fn = rc_script_child, .arg = &arg, .cwd = dir,
		.stdin_fd = script_stdin(rc), .stdout_fd = rc->io[1], .stderr_fd = rc->io[2], .note = note };
	char **env = script_env(rc, rc_name(rc->g, i));
	struct stat st;
	pid_t pid = -ENOMEM;

	(void)snprintf(name, sizeof(name), "%s", rc_name(rc->g, i));
	(void)snprintf(title, sizeof(title), "%.63s", name);
	(void)snprintf(dir, sizeof(dir), "%s/servicedirs", rc->live->dir);
	if (sys.fstatat(AT_FDCWD, dir, &st, 0) < 0)
		spec.cwd = "/";
	arg.envp = env;
	if (env && arg.text)
		pid = prefix_child(rc->sv, name, &spec, done, owner);
	free((char *)(uintptr_t)arg.text);
	if (env)
		free(env[0]);
	free(env);
	return pid;
}

static void begin_oneshot(struct rc *rc, uint32_t i)
{
	const struct rc_node *n = &rc->g->node[i];
	uint32_t text = n->script[starting(rc, i) ? RC_SCRIPT_UP : RC_SCRIPT_DOWN];
	struct script *s;
	char why[96];
	pid_t pid;

	if (!text) {
		rc_done(rc, i, true, NULL);
		return;
	}
	set_deadline(rc, i, starting(rc, i) ? n->timeout_up : n->timeout_down);
	s = sys.calloc(1, sizeof(*s));
	rc->cell[i].serial = ++rc->live->serial;
	if (s)
		*s = (struct script){ rc, i, rc->cell[i].serial };
	pid = s ? run_script(rc, i, rc_text(rc->g, text), &rc->cell[i].pid, on_script_ended, s) : -ENOMEM;
	if (pid < 0) {
		free(s);
		(void)snprintf(why, sizeof(why), "unable to run its script: %s", strerror(-(int)pid));
		rc_done(rc, i, false, why);
	}
}

static void begin_builtin(struct rc *rc, uint32_t i)
{
	enum rc_builtin which = (enum rc_builtin)rc->g->node[i].builtin;
	bool up = starting(rc, i);
	int r;

	rc->cell[i].began_ns = mono_ns();
	rc->cell[i].deadline_ns = 0;
	if (which == RC_LEGACY)
		r = up ? rc_legacy_up(rc) : rc_legacy_down(rc);
	else
		r = boot_builtin(rc->sv, which, up);
	if (r <= 0)
		rc_done(rc, i, r == 0, "command exited 1");
}

void rc_begin(struct rc *rc, uint32_t i)
{
	bool up = rc->plan.up;

	rc_tell(rc, rc_info(rc, i), "service %s: %s", rc_shown(rc, i), up ? "starting" : "stopping");
	(void)rc_plan_event(&rc->plan, i, up ? RC_START : RC_STOP);
	if (rc->g->node[i].builtin)
		begin_builtin(rc, i);
	else if (rc->g->node[i].kind == RC_ONESHOT)
		begin_oneshot(rc, i);
	else if (up)
		start_longrun(rc, i);
	else
		stop_longrun(rc, i);
}

/* The rest of the time that a reader of a pipeline has, now told to end. */
static void end_of_patience(struct rc *rc, uint32_t i)
{
	struct service *s = rc_slot(rc, i);
	uint32_t ms = rc->g->node[i].timeout_down;

	rc->cell[i].stage = RC_STAGE_ASKED;
	rc->cell[i].deadline_ns = ms ? rc->cell[i].began_ns + ms * MS : 0;
	if (s && s->d->begun)
		service_feed(s, EV_DOWN_FILE);
}

/* Compat: s6-rc 6: a longrun that is late is told down; a script gets SIGTERM, and what it does then counts no more. */
void rc_late(struct rc *rc, uint32_t i)
{
	pid_t pid = rc->cell[i].pid;
	struct service *s;

	if (rc->g->node[i].builtin == RC_LEGACY) {
		rc_legacy_late(rc, i);
		return;
	}
	if (rc->g->node[i].kind == RC_LONGRUN) {
		if (!starting(rc, i) && rc->cell[i].stage == RC_STAGE_EOF) {
			end_of_patience(rc, i);
			return;
		}
		s = rc_slot(rc, i);
		if (s && s->d->begun && starting(rc, i))
			service_feed(s, EV_DOWN_FILE);
		rc_done(rc, i, false, "command exited 99");
		return;
	}
	rc_done(rc, i, false, "command exited 111");
	if (pid > 0) {
		(void)sys.kill(pid, SIGTERM);
		(void)sys.kill(pid, SIGCONT);
	}
}

void rc_interrupt(struct rc *rc, uint32_t i)
{
	if (rc->cell[i].pid > 0) {
		boot_kill_group(rc->cell[i].pid, SIGTERM);
		boot_kill_group(rc->cell[i].pid, SIGCONT);
	}
}

/* Somebody has said how long it may take; that counts unless there is a hurry. */
static bool has_limit(const struct rc *rc, uint32_t i, const struct service *s)
{
	uint32_t ms = 0;

	if (rc->live->hurried)
		return false;
	/* Nobody outside counts the seconds when the container ends by itself: then a script ends when it is done. */
	if (rc->g->node[i].kind == RC_ONESHOT && rc->g->node[i].builtin != RC_LEGACY && !rc->sv->boot->rec.signals)
		return true;
	return (rc->cell[i].deadline_ns && rc->g->node[i].timeout_down) ||
		(s && svcdir_uint(s->d->dirfd, "timeout-kill", &ms) == 0 && ms > 0);
}

void rc_kill(struct rc *rc, uint32_t i)
{
	struct service *s = rc->g->node[i].kind == RC_LONGRUN ? rc_slot(rc, i) : NULL;

	if (has_limit(rc, i, s))
		return;
	if (rc->cell[i].pid > 0) {
		msg_warn(0, "%s: its script (pid %ld) did not end in time, killing it", rc_shown(rc, i),
			(long)rc->cell[i].pid);
		boot_kill_group(rc->cell[i].pid, SIGKILL);
	} else if (s && s->d->begun && s->d->pid > 0 && s->d->m.state != SV_DOWN) {
		if (rc->cell[i].stage != RC_STAGE_KILLED)
			msg_warn(0, "%s: '%s' (pid %ld) did not end in time, killing it", rc_shown(rc, i),
				s->d->m.state == SV_UP || s->d->m.state == SV_LASTUP ? "run" : "finish", (long)s->d->pid);
		rc->cell[i].stage = RC_STAGE_KILLED;
		service_feed(s, EV_DOWN_FILE);
		boot_kill_group(s->d->pid, SIGKILL);
	} else if (rc->g->node[i].builtin == RC_LEGACY) {
		rc_legacy_late(rc, i);
	} else if (rc->g->node[i].builtin) {
		boot_script_late(rc->sv);
	}
}

/* What the fault left half-done is done again where that can be seen; a script that cannot be found is run again. */
void rc_again(struct rc *rc, uint32_t i)
{
	bool up = starting(rc, i);
	struct service *s;

	if (rc->g->node[i].builtin == RC_LEGACY) {
		rc_legacy_again(rc);
	} else if (rc->g->node[i].builtin) {
		begin_builtin(rc, i);
	} else if (rc->g->node[i].kind == RC_ONESHOT) {
		if (!rc->cell[i].pid)
			begin_oneshot(rc, i);
	} else if ((s = rc_slot(rc, i)) && s->d->begun && s->d->m.want_up != up) {
		service_feed(s, up ? EV_UP_FILE : EV_DOWN_FILE);
	}
}
