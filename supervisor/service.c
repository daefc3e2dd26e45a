/*
 * The life of a supervised service: taken, begun, fed, left, freed. Owns struct service and what is
 * watched for it; what an action does is service_act.c's, what is on disk svfiles.c's.
 */
#include "service.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api.h"
#include "config.h"
#include "control.h"
#include "fdio.h"
#include "msg.h"
#include "rc.h"
#include "reaper.h"
#include "retry.h"
#include "scandir.h"
#include "service_act.h"
#include "svfiles.h"
#include "sys.h"
#include "tai.h"
#include "watch.h"

#define SECOND INT64_C(1000000000)
#define READY_BYTES 64      /* read from one readiness pipe in one turn */
#define PIPE_READS (65536 / READY_BYTES)
#define FINISH_LEFT (5 * SECOND) /* for a finish whose time limit a fault has lost */
#define LAST_READ (5 * SECOND) /* for a logger to end by itself once its producer is gone */
#define BEGIN_PAUSE_MAX 6   /* a directory that cannot be supervised is tried again after 1, 2, 4 .. 64 s */

void service_raise(struct service *s, enum sv_event ev)
{
	if (s->nqueued < SERVICE_QUEUE)
		s->queue[s->nqueued++] = (uint8_t)ev;
}

/*
 * What an event brings is told when it has been carried out, the record before the letters. That of the first start is told with
 * the beginning: its child has put its record in place (spawn_record) before anything is executed.
 */
void service_tell(struct service *s)
{
	int r = s->status_due ? svfiles_write_status(s) : 0;

	if (r < 0)
		service_warn(s, r, "unable to write status file");
	s->status_due = s->first_status = false;
	if (s->nletters > 0)
		svfiles_notify(s, s->letters, s->nletters);
	s->nletters = 0;
}

/* Has the first start just been made? */
static bool began_with_start(const struct service *s)
{
	return s->first_status && s->nqueued > 0 && s->queue[0] == EV_SPAWNED;
}

void service_letters(struct service *s, const char *letters)
{
	size_t n = strlen(letters);

	if (s->nletters + n > sizeof(s->letters))
		service_tell(s);
	memcpy(s->letters + s->nletters, letters, n);
	s->nletters += (uint8_t)n;
	api_event(s, letters);
}

static void step(struct service *s, enum sv_event ev)
{
	struct sv_step st = sv_step(&s->d->m, ev);

	asked_note(s, ev);
	s->d->m = st.next;
	service_act(s, ev, &st);
	if (!began_with_start(s))
		service_tell(s);
}

/* An incarnation has ended: the next one, or none any more. */
static void leave(struct service *s)
{
	int64_t now = mono_ns(), due = s->d->begun_ns + SECOND;

	service_letters(s, "x");
	service_tell(s);
	watch_stop(&s->ctl);
	service_unwatch(s);
	svfiles_close(s);
	s->d->begun = false;
	s->d->pid = 0;
	if (s->sv->mode == MODE_SINGLE) {
		supervisor_quit(s->sv, 0);
		return;
	}
	if (s->d->active && !s->d->vanished && !s->sv->head->leaving) {
		service_arm(s, due > now ? due : now + 1);
		pool_commit(s->sv->pool, s->idx);
		return;
	}
	service_free(s);
}

void service_feed(struct service *s, enum sv_event ev)
{
	if (s->stepping) {
		service_raise(s, ev);
		return;
	}
	s->stepping = true;
	step(s, ev);
	while (s->nqueued > 0) {
		enum sv_event next = (enum sv_event)s->queue[0];

		memmove(s->queue, s->queue + 1, --s->nqueued);
		step(s, next);
	}
	s->stepping = false;
	svfiles_end_turn();
	/* The producer may have gone first, being down already. */
	if (ev == EV_SUP_HUP && s->id->is_log && s->d->partner == POOL_NONE)
		service_bound_last_read(s);
	pool_commit(s->sv->pool, s->idx);
	/* Not before the record that knows of it is safe. */
	s->d->spawned = 0;
	s->d->said_ready = false;
	api_service_changed(s->sv, s);
	rc_service_changed(s->sv);
	if (s->d->m.state == SV_GONE && s->d->begun)
		leave(s);
}

static bool alive(const struct supervisor *sv, uint32_t idx, const struct service *s)
{
	return sv->services[idx] == s;
}

enum said { SAID_NOTHING, SAID_WORDS, SAID_READY };

/* One read of what the service says about itself: only a newline means anything. */
static enum said read_readiness(struct service *s)
{
	char buf[READY_BYTES];
	ssize_t n = sys.read(s->d->notifyfd, buf, sizeof(buf));

	if (n < 0)
		return SAID_NOTHING; /* not yet; an error of any other kind passes too */
	if (n > 0 && !memchr(buf, '\n', (size_t)n))
		return SAID_WORDS;
	s->d->said_ready = n > 0;
	watch_stop(&s->notify);
	fdio_close(&s->d->notifyfd);
	return n > 0 ? SAID_READY : SAID_NOTHING;
}

/* What it said before it died counts first. Bounded by what a pipe holds: others may go on writing. */
static void read_last_words(struct service *s)
{
	enum said said = SAID_WORDS;

	for (int i = 0; i < PIPE_READS && s->d->notifyfd >= 0 && said == SAID_WORDS; i++)
		said = read_readiness(s);
	if (said == SAID_READY)
		service_feed(s, EV_READY);
}

static void on_readiness(void *data)
{
	struct service *s = data;

	if (read_readiness(s) == SAID_READY)
		service_feed(s, EV_READY);
}

/* The errno of a failed exec, 0 if exec worked, -EAGAIN if that is not known yet. */
static int read_exec_result(struct service *s)
{
	int err = 0;
	ssize_t n = sys.read(s->d->execfd, &err, sizeof(err));

	if (n < 0)
		return -EAGAIN;
	return n == (ssize_t)sizeof(err) ? err : 0;
}

static void on_exec_result(void *data)
{
	struct service *s = data;
	int r;

	r = read_exec_result(s);
	if (r == -EAGAIN)
		return;
	watch_stop(&s->execp);
	fdio_close(&s->d->execfd);
	if (r > 0)
		service_note_exec_error(s, r);
	/* Failed: it stays pending, so that the death that follows is known for what it is. */
	s->d->exec_pending = r > 0;
	pool_commit(s->sv->pool, s->idx);
	api_service_changed(s->sv, s);
	rc_service_changed(s->sv);
}

int service_watch_ready(struct service *s)
{
	if (s->d->notifyfd >= 0 && !s->notify)
		s->notify = watch_start(&s->sv->loop, s->d->notifyfd, on_readiness, s);
	return s->d->notifyfd >= 0 && !s->notify ? -ENOMEM : 0;
}

/* Without a watch the result is read when the child has died: late, but not lost. That of a finish always is. */
void service_watch_exec(struct service *s)
{
	if (s->d->execfd >= 0 && s->d->exec_pending)
		s->execp = watch_start(&s->sv->loop, s->d->execfd, on_exec_result, s);
}

void service_unwatch(struct service *s)
{
	watch_stop(&s->notify);
	watch_stop(&s->execp);
	fdio_close(&s->d->notifyfd);
	fdio_close(&s->d->execfd);
}

static void on_timer(uv_timer_t *t)
{
	struct service *s = t->data;

	if (s->d->deadline_ns > mono_ns()) {
		service_arm(s, s->d->deadline_ns);
		return;
	}
	s->d->deadline_ns = 0;
	if (s->d->pid && reaper_took(s->sv, s->d->pid))
		return;
	if (s->d->begun)
		service_feed(s, EV_TIMEOUT);
	else
		service_begin(s);
}

void service_arm(struct service *s, int64_t deadline_ns)
{
	int64_t left;

	s->d->deadline_ns = deadline_ns;
	if (deadline_ns == 0) {
		uv_timer_stop(&s->timer);
		return;
	}
	left = deadline_ns - mono_ns();
	uv_timer_start(&s->timer, on_timer, left > 0 ? (uint64_t)(left + 999999) / 1000000 : 0, 0);
}

/* The struct beside a record. */
static struct service *attach(struct supervisor *sv, uint32_t idx)
{
	struct service *s = sys.calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->sv = sv;
	s->idx = idx;
	s->id = pool_ident(sv->pool, idx);
	s->d = pool_data(sv->pool, idx);
	uv_timer_init(&sv->loop, &s->timer);
	s->timer.data = s;
	sv->services[idx] = s;
	if (idx >= sv->services_max)
		sv->services_max = idx + 1;
	return s;
}

struct service *service_take(struct supervisor *sv, const char *name, int dirfd, const struct stat *st, int *err)
{
	struct service *s = NULL;
	uint32_t idx;

	*err = pool_take(sv->pool, &idx);
	if (*err == 0 && !(s = attach(sv, idx))) {
		pool_release(sv->pool, idx);
		*err = -ENOMEM;
	}
	if (!s) {
		fdio_close(&dirfd);
		return NULL;
	}
	snprintf(s->id->name, sizeof(s->id->name), "%s", name);
	s->id->dev = st->st_dev;
	s->id->ino = st->st_ino;
	s->id->uid = st->st_uid;
	s->id->gid = st->st_gid;
	s->id->is_log = sv->mode != MODE_SINGLE && strchr(name, '/') != NULL;
	s->d->dirfd = dirfd;
	s->d->active = true;
	s->d->m.state = SV_GONE;
	pool_commit(sv->pool, idx);
	return s;
}

/* The fault may have come between a close and the note of it: libuv aborts on watching such a number. */
static void drop_dead_fds(struct slot_data *d)
{
	int *const fds[] = { &d->dirfd, &d->lockfd, &d->ctlfd, &d->notifyfd, &d->execfd, &d->pipe_r, &d->pipe_w };

	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		if (*fds[i] >= 0 && sys.fcntl(*fds[i], F_GETFD, 0) < 0)
			*fds[i] = -1;
}

struct service *service_resume(struct supervisor *sv, uint32_t idx, int *err)
{
	struct service *s = attach(sv, idx);

	*err = s ? 0 : -ENOMEM;
	if (!s)
		return NULL;
	drop_dead_fds(s->d);
	service_watch_ready(s);
	service_watch_exec(s);
	if (s->d->begun)
		control_watch(s);
	return s;
}

/*
 * The fault came while it was being taken or begun: what it got is given back, our own lock first of all, and the
 * scan that follows every fault joins and begins it. One that has no directory yet is found anew by that scan.
 */
static void begin_again(struct service *s)
{
	struct supervisor *sv = s->sv;

	svfiles_close(s);
	if (s->d->dirfd < 0 || s->d->vanished || sv->head->leaving)
		service_free(s);
	else if (sv->mode == MODE_SINGLE)
		service_begin(s);
	else
		s->fresh = true;
}

/* The fault may have come before the first status had its name: then nobody has heard of this incarnation. */
static void recover_status(struct service *s)
{
	if (!s->d->begun || s->d->vanished
		|| sys.faccessat(s->d->dirfd, "supervise/status", F_OK, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT)
		return;
	s->status_due = s->first_status = true;
	service_letters(s, "s");
	service_tell(s);
	svfiles_end_turn();
}

void service_recover(struct service *s)
{
	recover_status(s);
	/* A run that was made but not yet heard of; a finish is taken up when its death is found again. */
	if (s->d->spawned > 0 && !s->d->spawned_finish && s->d->m.state == SV_DOWN) {
		service_set_pid(s, s->d->spawned);
		s->d->started_ns = mono_ns();
		s->up_stamp = tai_now();
		service_feed(s, EV_SPAWNED);
		return;
	}
	/* Safe mode took deaths without looking whose they were. */
	if (s->d->pid > 0 && sys.kill(s->d->pid, 0) < 0 && errno == ESRCH) {
		service_died(s, SIGKILL);
		return;
	}
	if (s->d->spawned == s->d->pid)
		s->d->spawned = 0;
	if (s->d->said_ready && !s->d->m.ready)
		service_feed(s, EV_READY);
	if (s->d->m.state == SV_GONE && s->d->begun) {
		leave(s);
		return;
	}
	if (!s->d->begun) {
		begin_again(s);
		return;
	}
	if (s->d->deadline_ns)
		service_arm(s, s->d->deadline_ns);
	else if (s->d->m.state == SV_FINISH || s->d->m.state == SV_LASTFINISH)
		service_arm(s, mono_ns() + FINISH_LEFT);
	else if (s->d->m.state == SV_DOWN && s->d->m.want_up && !s->d->note[0])
		service_feed(s, EV_TIMEOUT);
}

static void begin_later(struct service *s, int err)
{
	unsigned int shift = s->d->begin_fails < BEGIN_PAUSE_MAX ? s->d->begin_fails : BEGIN_PAUSE_MAX;

	if (s->sv->mode == MODE_SINGLE) {
		supervisor_quit(s->sv, err == -EBUSY || err == -EPERM ? EXIT_USAGE : EXIT_SYSTEM);
		return;
	}
	s->d->begin_fails++;
	service_arm(s, mono_ns() + (SECOND << shift));
	pool_commit(s->sv->pool, s->idx);
}

/* All that an incarnation needs is had before it begins. */
static int begin_files(struct service *s, char *why, size_t cap, int *ret_down)
{
	int r = svfiles_open(s, why, cap);

	if (r < 0)
		return r;
	svfiles_list(s);
	*ret_down = svfiles_is_down(s);
	if (*ret_down < 0) {
		snprintf(why, cap, "unable to check down: %s", strerror(-*ret_down));
		return *ret_down;
	}
	r = control_watch(s);
	if (r < 0)
		snprintf(why, cap, "unable to watch supervise/control: %s", strerror(-r));
	return r;
}

void service_begin(struct service *s)
{
	char why[NOTE_MAX];
	int r, down;

	if (s->d->vanished || s->d->begun)
		return;
	r = begin_files(s, why, sizeof(why), &down);
	if (r < 0) {
		service_note(s, "%s", why);
		watch_stop(&s->ctl);
		svfiles_close(s);
		begin_later(s, r);
		return;
	}
	s->d->begun = true;
	s->d->begin_fails = 0;
	s->d->detached = false;
	s->d->wstat = 0;
	s->d->begun_ns = mono_ns();
	s->d->deadline_ns = 0;
	s->d->note[0] = '\0';
	s->d->wstat = 0;
	s->d->stamp = s->d->readystamp = tai_now();
	s->d->m = (struct sv_machine){ .state = SV_DOWN, .want_up = !down, .ready = true };
	asked_begin(s);
	pool_commit(s->sv->pool, s->idx);
	s->status_due = s->first_status = true;
	service_letters(s, "s");
	service_feed(s, EV_TIMEOUT);
}

static void on_freed(uv_handle_t *h)
{
	free(h->data);
}

void service_bound_last_read(struct service *s)
{
	if (s->d->m.state != SV_LASTUP || s->d->m.dying)
		return;
	s->d->m.dying = true;
	service_arm(s, mono_ns() + LAST_READ);
}

/* What the other half of a pair needs to know. A producer's pipe is left to the logger until that is gone too. */
static void part(struct service *s)
{
	struct service *other = s->d->partner == POOL_NONE ? NULL : s->sv->services[s->d->partner];

	if (!other || other->d->partner != s->idx)
		return;
	other->d->partner = POOL_NONE;
	if (!s->id->is_log) {
		other->d->pipe_r = s->d->pipe_r;
		s->d->pipe_r = -1;
		service_bound_last_read(other);
	} else {
		fdio_close(&other->d->pipe_r);
		fdio_close(&other->d->pipe_w);
	}
	pool_commit(s->sv->pool, other->idx);
}

void service_free(struct service *s)
{
	struct supervisor *sv = s->sv;
	char name[SV_NAME_FULL + 1];
	bool had_vanished = s->d->vanished;
	uint32_t idx = s->idx;

	memcpy(name, s->id->name, sizeof(name));
	part(s);
	watch_stop(&s->ctl);
	service_unwatch(s);
	svfiles_close(s);
	fdio_close(&s->d->pipe_r);
	fdio_close(&s->d->pipe_w);
	fdio_close(&s->d->dirfd);
	sv->services[idx] = NULL;
	pool_release(sv->pool, idx);
	uv_close((uv_handle_t *)&s->timer, on_freed);
	/* Only what vanished can have a successor. */
	for (struct service *o = had_vanished ? service_next(sv, NULL) : NULL; o; o = service_next(sv, o))
		if (o->d->successor_of == idx)
			service_predecessor_gone(o);
	api_service_gone(sv, name);
	rc_service_changed(sv);
	scandir_service_left(sv);
}

void service_predecessor_gone(struct service *s)
{
	s->d->successor_of = POOL_NONE;
	if (!s->d->start_waits)
		return;
	s->d->start_waits = false;
	if (s->d->m.state != SV_DOWN)
		return;
	/* The machine has decided for this start already; only what comes of it is told. */
	s->stepping = true;
	service_run(s);
	s->stepping = false;
	if (s->nqueued > 0) {
		enum sv_event ev = (enum sv_event)s->queue[0];

		s->nqueued = 0;
		service_feed(s, ev);
	}
}

void service_died(struct service *s, int wstatus)
{
	bool finish = s->d->m.state == SV_FINISH || s->d->m.state == SV_LASTFINISH;
	int err = 0;

	s->wstatus = wstatus;
	if (finish) {
		bool failed = WIFEXITED(wstatus) && WEXITSTATUS(wstatus) == 125;

		if (s->d->execfd >= 0 && (err = read_exec_result(s)) > 0)
			service_warn_finish_error(s, err);
		service_unwatch(s);
		if (failed && retry_no_stop(s)) {
			msg_warn(0, "%s: exit code 0 after %lld ms, but nobody asked it to stop: starting it again",
				service_name(s), (long long)(s->d->run_ns / 1000000));
			failed = false;
		}
		service_feed(s, failed ? EV_DIED_125 : EV_DIED);
		return;
	}
	read_last_words(s);
	if (s->d->exec_pending && s->d->execfd >= 0 && (err = read_exec_result(s)) > 0)
		service_note_exec_error(s, err);
	if (s->d->exec_pending && (err > 0 || s->d->execfd < 0))
		service_feed(s, EV_EXEC_FAILED);
	else
		service_feed(s, EV_DIED);
}

void service_vanish(struct service *s)
{
	struct supervisor *sv = s->sv;
	uint32_t idx = s->idx;

	if (s->d->vanished)
		return;
	s->d->vanished = true;
	s->d->active = false;
	watch_stop(&s->ctl);
	if (!s->d->begun) {
		service_free(s);
		return;
	}
	msg_info("%s: its directory is gone: stopping it", service_name(s));
	if (!s->id->is_log) {
		service_feed(s, EV_VANISHED);
		return;
	}
	service_feed(s, EV_SUP_HUP);
	if (alive(sv, idx, s)) {
		service_bound_last_read(s);
		pool_commit(sv->pool, idx);
	}
}

void service_mend(struct service *s)
{
	int r = s->d->begun ? svfiles_mend_control(s) : 0;

	if (r == 1)
		msg_info("%s: supervise/control was lost and is made again", service_name(s));
	if (r == 1 || (r == 0 && s->d->begun && !s->ctl && !s->ctl_left))
		r = control_watch(s);
	if (r < 0)
		service_note(s, "unable to make supervise/control again: %s", strerror(-r));
}

static struct svstatus status_of(const struct slot_data *d, const struct sv_machine *m)
{
	return (struct svstatus){
		.stamp = d->stamp, .readystamp = d->readystamp, .pid = d->pid, .wstat = d->wstat,
		.paused = m->paused, .want_up = m->want_up, .ready = m->ready,
		.finishing = m->state == SV_FINISH || m->state == SV_LASTFINISH,
	};
}

void service_status(const struct service *s, struct svstatus *ret)
{
	*ret = status_of(s->d, &s->d->m);
	/* Compat: paused with pid 0 is how s6 2.13.2 and later say "not started yet", in the first status only. */
	if (s->first_status && ret->pid == 0)
		ret->paused = true;
}

void service_status_up(const struct service *s, struct svstatus *ret)
{
	const struct sv_step up = sv_step(&s->d->m, EV_SPAWNED);

	*ret = status_of(s->d, &up.next);
	ret->stamp = s->up_stamp;
	ret->pid = 0;
}

bool service_is_catch_all(const struct service *s)
{
	return strcmp(s->id->name, "s6-svscan-log") == 0;
}

bool service_has_process(const struct service *s)
{
	return s->d->pid > 0;
}

struct service *service_next(struct supervisor *sv, const struct service *prev)
{
	uint32_t i = prev ? prev->idx + 1 : 0;

	while (i < sv->services_max && !sv->services[i])
		i++;
	return i < sv->services_max ? sv->services[i] : NULL;
}

struct service *service_find(struct supervisor *sv, const char *name)
{
	struct service *found = NULL;

	for (struct service *s = service_next(sv, NULL); s; s = service_next(sv, s)) {
		if (s->d->vanished || strcmp(s->id->name, name) != 0)
			continue;
		/* One that was moved away may still run under the name that another directory has by now. */
		if (s->d->active)
			return s;
		found = found ? found : s;
	}
	return found;
}

void service_set_pid(struct service *s, pid_t pid)
{
	s->d->pid = pid;
	s->sv->pid_hint[(uint32_t)pid & s->sv->pid_mask] = s->idx + 1;
}

struct service *service_by_pid(struct supervisor *sv, pid_t pid)
{
	uint32_t hint = sv->pid_hint[(uint32_t)pid & sv->pid_mask];
	struct service *s = hint ? sv->services[hint - 1] : NULL;

	if (s && s->d->pid == pid)
		return s;
	s = service_next(sv, NULL);
	while (s && s->d->pid != pid)
		s = service_next(sv, s);
	return s;
}
