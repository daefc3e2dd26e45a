/*
 * The shutdown of the container. Everybody is told to end at once; we leave in the moment the last one is
 * gone; what outlives the budget is named and killed. Loggers are never signalled before the
 * end: they finish when the last writer of their pipe is gone, and so keep the last line.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "boot_int.h"
#include "child.h"
#include "config.h"
#include "fdio.h"
#include "msg.h"
#include "prefix.h"
#include "procs.h"
#include "rc.h"
#include "scandir.h"
#include "service.h"
#include "sys.h"

#define NS_MS 1000000LL
#define GRACE_MAX_MS 300000u
#define SERVICES_MS 3000u /* compat: S6_SERVICES_GRACETIME's default */
#define HASTE_MS 1000     /* what a second signal leaves */
#define MOMENT_MS 500     /* what is left in any case to those who are told last */
#define KILL_MS 2000      /* a killed process that has not gone by then is left behind: it hangs in the kernel */
#define LOGGERS_MS 1000   /* of those: loggers may still write */
#define TICK_MS 50

static void stop_check(struct supervisor *sv);
static void kill_all(struct supervisor *sv);
static void arm(struct supervisor *sv);

static void on_turn(uv_timer_t *h)
{
	stop_check(h->data);
}

/* Looks again after ms; 0: in the next turn, when what is being closed now has gone. */
static void look_again(struct supervisor *sv, unsigned int ms)
{
	(void)uv_timer_start(&sv->boot->turn, on_turn, ms, 0);
}

void boot_stop_again(struct supervisor *sv)
{
	look_again(sv, 0);
}

void boot_service_left(struct supervisor *sv)
{
	if (boot_stopping(sv))
		look_again(sv, 0);
}

static void term_group(pid_t leader)
{
	boot_kill_group(leader, SIGTERM);
	boot_kill_group(leader, SIGCONT);
}

/* The one that logs for all is neither: it goes when everybody else has gone. */
static bool services_left(struct supervisor *sv, bool loggers)
{
	for (struct service *s = service_next(sv, NULL); s; s = service_next(sv, s))
		if (boot_is_logger(s) == loggers && (!loggers || !service_is_catch_all(s)))
			return true;
	return false;
}

static bool ours_left(struct supervisor *sv)
{
	const struct boot_record *rec = &sv->boot->rec;

	return rec->holder || rec->script || services_left(sv, false);
}

/* Compat: overlay-shutdown 7: the kill grace time, capped at five minutes. */
static unsigned int grace_ms(const struct supervisor *sv)
{
	int64_t asked = sv->boot->rec.grace_ms;
	unsigned int ms = asked >= 0 ? (unsigned int)asked
		: boot_number(sv, "S6_KILL_GRACETIME", sv->config->grace_ms);

	return ms < GRACE_MAX_MS ? ms : GRACE_MAX_MS;
}

static void finish(struct supervisor *sv)
{
	struct boot_record *rec = &sv->boot->rec;
	int file = rec->written < 0 ? -1 : boot_read_code();

	if (rec->stage == STOP_END)
		return;
	rec->stage = STOP_END;
	boot_commit(sv);
	(void)uv_timer_stop(&sv->boot->timer);
	(void)uv_timer_stop(&sv->boot->turn);
	boot_catchall_end(sv);
	if (boot_number(sv, "S6_SYNC_DISKS", 0))
		sync();
	supervisor_quit(sv, boot_halt_end(sv, file < 0 ? rec->code : file));
}

/*
 * How long the deadline is put off for services, who have a time of their own; 0: not at all. Compat: the kill grace
 * time is for the others, and images set it to 0.
 */
static int64_t put_off_until(struct supervisor *sv)
{
	const struct boot_record *rec = &sv->boot->rec;

	if (rec->signals > 1 || !services_left(sv, false))
		return 0;
	return rec->started_ns + boot_number(sv, "S6_SERVICES_GRACETIME", SERVICES_MS) * NS_MS;
}

/* Whether a script is late is for boot_script.c to say; the one after it has a moment too. */
static void on_finish_late(struct supervisor *sv)
{
	boot_script_late(sv);
	sv->boot->rec.deadline_ns = mono_ns() + HASTE_MS * NS_MS;
	boot_commit(sv);
	arm(sv);
}

static void on_deadline(uv_timer_t *h)
{
	struct supervisor *sv = h->data;
	int64_t now = mono_ns(), until = put_off_until(sv);

	if (sv->boot->rec.stage == STOP_DOWN) {
		on_finish_late(sv);
		return;
	}
	if (sv->boot->rec.stage < STOP_KILL && now < until) {
		(void)uv_timer_start(h, on_deadline, (uint64_t)((until - now) / NS_MS) + 1, 0);
		return;
	}
	kill_all(sv);
}

static void arm(struct supervisor *sv)
{
	int64_t ns = sv->boot->rec.deadline_ns - mono_ns();

	/* Timers count from the loop's idea of now, which may be old after long work. */
	uv_update_time(&sv->loop);
	(void)uv_timer_start(&sv->boot->timer, on_deadline, ns > 0 ? (uint64_t)(ns / NS_MS) + 1 : 0, 0);
}

/*
 * Takes those through whom everybody else writes out of the list: they are told to end when nobody else is left, first
 * who puts names before lines, then the logger of all. Returns how many others there are.
 */
static ssize_t others_left(struct supervisor *sv, struct proc *p, ssize_t n)
{
	struct service *s = service_find(sv, "s6-svscan-log");
	pid_t prefixer = sv->boot->rec.prefixer, of_all = s ? s->d->pid : sv->boot->rec.reader_of_all;
	pid_t last[2] = { prefixer < of_all ? prefixer : of_all, prefixer < of_all ? of_all : prefixer };
	/* No pid is no leader: sessions of other namespaces are seen as 0. */
	struct leaders l = { last + (last[0] <= 0), (last[0] > 0) + (last[1] > 0) };
	ssize_t kept = 0;

	for (ssize_t i = 0; i < n; i++)
		if (!boot_led_by(&l, &p[i]))
			p[kept++] = p[i];
	if (kept == 0 && prefixer)
		prefix_end(sv);
	else if (kept == 0)
		boot_catchall_end(sv);
	return n < 0 ? n : kept;
}

/* One pass of killing; repeated, since a service that was killed may start its finish script. */
static void kill_pass(struct supervisor *sv)
{
	struct boot_record *rec = &sv->boot->rec;
	int64_t left_ns = rec->deadline_ns - mono_ns();
	struct leaders loggers = { NULL, 0 };
	struct proc *p = NULL;
	ssize_t n = procs_list(&p, sv->pid1);

	if (left_ns > LOGGERS_MS * NS_MS)
		loggers = boot_leaders(sv, true);
	for (ssize_t i = 0; i < n; i++)
		if (!boot_led_by(&loggers, &p[i]))
			(void)sys.kill(p[i].pid, SIGKILL);
	if (n < 0)
		boot_kill_blindly(sv);
	if (n == 0 || (n < 0 && !boot_blind_left(sv))) {
		finish(sv);
	} else if (left_ns <= 0) {
		loggers.n = 0;
		boot_name_them(sv, p, n < 0 ? 0 : (size_t)n, &loggers, "could not be killed, leaving it behind");
		finish(sv);
	} else {
		(void)others_left(sv, p, n);
		look_again(sv, TICK_MS);
	}
	free(p);
	free(loggers.pid);
}

/* The budget is spent. */
static void kill_all(struct supervisor *sv)
{
	struct boot_record *rec = &sv->boot->rec;
	struct leaders loggers = boot_leaders(sv, true);
	struct proc *p = NULL;
	ssize_t n;

	if (rec->stage < STOP_KILL) {
		n = procs_list(&p, sv->pid1);
		boot_name_them(sv, p, n < 0 ? 0 : (size_t)n, &loggers, "did not end in time, killing it");
		rec->stage = STOP_KILL;
		rec->deadline_ns = mono_ns() + KILL_MS * NS_MS;
		boot_commit(sv);
		look_again(sv, 0);
	}
	free(p);
	free(loggers.pid);
}

static void on_rest_closed(uv_handle_t *h)
{
	struct supervisor *sv = h->data;

	sv->boot->rest_fd = -1;
	stop_check(sv);
}

static void on_rest_ended(uv_poll_t *h, int status, int events)
{
	struct supervisor *sv = h->data;
	int fd = sv->boot->rest_fd;

	(void)status;
	(void)events;
	uv_close((uv_handle_t *)h, on_rest_closed);
	fdio_close(&fd);
}

/* Wakes us when that process has ended; it may be no child of ours (docker exec's are not). */
static void watch_rest(struct supervisor *sv, pid_t pid)
{
	struct boot *b = sv->boot;
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0) {
		/* Gone meanwhile, or a kernel before 5.3: looking again is all there is. */
		look_again(sv, errno == ESRCH ? 0 : TICK_MS);
		return;
	}
	if (uv_poll_init(&sv->loop, &b->rest, fd) < 0) {
		fdio_close(&fd);
		look_again(sv, TICK_MS);
		return;
	}
	b->rest_fd = fd;
	b->rest.data = sv;
	if (uv_poll_start(&b->rest, UV_READABLE, on_rest_ended) < 0)
		on_rest_ended(&b->rest, 0, 0);
}

/* Loggers first; then any other process. */
static void check_rest(struct supervisor *sv)
{
	struct proc *p = NULL;
	ssize_t n;

	if (sv->boot->rest_fd >= 0 || sv->boot->rec.logger || services_left(sv, true))
		return;
	n = procs_list(&p, sv->pid1);
	if (n > 0)
		(void)others_left(sv, p, n);
	if (n > 0) {
		watch_rest(sv, p[0].pid);
	} else if (n < 0 && boot_blind_left(sv)) {
		boot_catchall_end(sv);
		if (boot_first_told(sv->boot, -1) && sv->pid1) {
			(void)sys.kill(-1, SIGTERM);
			(void)sys.kill(-1, SIGCONT);
		}
		look_again(sv, TICK_MS);
	} else {
		finish(sv);
	}
	free(p);
}

/* Something may have gone: what is left to wait for? */
static void stop_check(struct supervisor *sv)
{
	struct boot_record *rec = &sv->boot->rec;

	if (rec->stage < STOP_KILL)
		boot_catchall_mend(sv);
	if (rec->stage == STOP_OURS) {
		if (ours_left(sv))
			return;
		rec->stage = STOP_REST;
		boot_commit(sv);
		boot_term_strangers(sv, true);
	}
	if (rec->stage == STOP_REST)
		check_rest(sv);
	else if (rec->stage == STOP_KILL)
		kill_pass(sv);
}

/* Once each: what has been told already is leaving. */
static void ask_service(struct service *s)
{
	if (!s->d->begun || s->d->m.state < SV_LASTUP)
		scandir_dismiss(s, false);
}

/* Everybody at once; while services of the graph go down in their order, all others. */
static void ask_all(struct supervisor *sv, bool but_graph)
{
	struct boot_record *rec = &sv->boot->rec;

	if (!rec->asked) {
		term_group(rec->script);
		term_group(rec->holder);
		if (rec->reader)
			child_kill(sv, rec->reader);
	}
	/* By index: feeding may free the service. */
	for (uint32_t i = 0; i < sv->services_max; i++)
		if (sv->services[i] && !(but_graph && rc_owns(sv, sv->services[i])))
			ask_service(sv->services[i]);
	if (!but_graph)
		boot_term_strangers(sv, false);
	rec->asked = true;
	boot_commit(sv);
}

static void open_handles(struct supervisor *sv)
{
	struct boot *b = sv->boot;

	if (b->open)
		return;
	b->open = true;
	(void)uv_timer_init(&sv->loop, &b->timer);
	(void)uv_timer_init(&sv->loop, &b->turn);
	b->timer.data = b->turn.data = sv;
}

/*
 * When the rest is killed. Compat: overlay-shutdown 3: a grace time that was asked for begins now, when the graph is down.
 * Otherwise there is one budget for all; who is told only now has a moment all the same.
 */
static int64_t rest_deadline(struct supervisor *sv)
{
	const struct boot_record *rec = &sv->boot->rec;
	bool asked = rec->grace_ms >= 0 || boot_number(sv, "S6_KILL_GRACETIME", UINT_MAX) != UINT_MAX;
	int64_t now = mono_ns(), until = rec->started_ns + grace_ms(sv) * NS_MS;

	if (rec->signals >= 2)
		return now + (rec->signals == 2 ? HASTE_MS * NS_MS : 0);
	if (asked)
		return now + grace_ms(sv) * NS_MS;
	return until > now + MOMENT_MS * NS_MS ? until : now + MOMENT_MS * NS_MS;
}

/* The graph is down. */
void boot_stop_down_over(struct supervisor *sv)
{
	struct boot_record *rec = &sv->boot->rec;

	if (rec->stage != STOP_DOWN)
		return;
	rec->stage = STOP_OURS;
	rec->deadline_ns = rest_deadline(sv);
	boot_commit(sv);
	ask_all(sv, false);
	arm(sv);
	look_again(sv, 0);
}

/* For services of the graph that say nothing themselves; S6_KILL_GRACETIME is for all others. */
static unsigned int down_budget_ms(const struct supervisor *sv)
{
	unsigned int ms = boot_number(sv, "S6_SERVICES_GRACETIME", SERVICES_MS);

	ms = ms > sv->config->grace_ms ? ms : sv->config->grace_ms;
	return ms < GRACE_MAX_MS ? ms + 1 : GRACE_MAX_MS;
}

/*
 * cont-finish.d runs even where nothing is to be brought down: for definitions with errors, and where there was no memory
 * for a graph, if cont-init.d has run without one. False: it is the graph's, or the boot did not come that far.
 */
static bool finish_alone(struct supervisor *sv)
{
	struct boot_record *rec = &sv->boot->rec;
	int verdict = rc_verdict(sv);

	if (verdict == 0 || (verdict != -EINVAL && rec->base != BASE_OVER))
		return false;
	rec->finish_alone = true;
	rec->deadline_ns = rec->started_ns + down_budget_ms(sv) * NS_MS;
	ask_all(sv, true);
	arm(sv);
	(void)boot_builtin(sv, RC_CONT_INIT, false);
	return true;
}

static void stop_begin(struct supervisor *sv)
{
	struct boot_record *rec = &sv->boot->rec;

	open_handles(sv);
	rec->phase = BOOT_STOPPING;
	rec->stage = STOP_DOWN;
	/* No service begins another life from here on. */
	sv->head->leaving = true;
	sv->head->leave_how = 't';
	rec->started_ns = mono_ns();
	boot_commit(sv);
	if (rc_down(sv, down_budget_ms(sv))) {
		ask_all(sv, true);
		boot_advance(sv);
	} else if (!finish_alone(sv)) {
		boot_stop_down_over(sv);
	}
}

/* Somebody is in a hurry. */
static void hasten(struct supervisor *sv)
{
	struct boot_record *rec = &sv->boot->rec;
	int64_t soon = mono_ns() + HASTE_MS * NS_MS;

	if (rec->stage >= STOP_KILL)
		return;
	if (rec->stage == STOP_DOWN && !rec->finish_alone) {
		rc_hasten(sv, rec->signals >= 3 ? 0 : HASTE_MS);
	} else if (rec->stage == STOP_DOWN && rec->signals >= 3) {
		on_finish_late(sv);
	} else if (rec->signals >= 3) {
		kill_all(sv);
	} else if (rec->signals == 2 && soon < rec->deadline_ns) {
		rec->deadline_ns = soon;
		boot_commit(sv);
		arm(sv);
	}
}

void boot_shutdown(struct supervisor *sv, bool from_signal)
{
	struct boot_record *rec = &sv->boot->rec;

	if (from_signal && rec->signals < UINT8_MAX)
		rec->signals++;
	if (!boot_stopping(sv))
		stop_begin(sv);
	else if (from_signal)
		hasten(sv);
}

/* The main program's own code counts unless our signal ended it, or somebody has set another one meanwhile. */
void boot_stop_main_ended(struct supervisor *sv, int code)
{
	const struct boot_record *rec = &sv->boot->rec;
	bool by_signal = code == 128 + SIGTERM || code == 128 + SIGKILL;

	if (!by_signal && (rec->written < 0 || boot_read_code() == rec->written))
		boot_set_code(sv, code);
	boot_commit(sv);
	look_again(sv, 0);
}

void boot_stop_resume(struct supervisor *sv)
{
	struct boot_record *rec = &sv->boot->rec;

	open_handles(sv);
	if (rec->stage == STOP_END) {
		/* The fault came between the end of the shutdown and that of the loop. */
		rec->stage = STOP_KILL;
		finish(sv);
		return;
	}
	if (rec->stage == STOP_DOWN) {
		if (!rec->asked)
			ask_all(sv, true);
		if (rec->finish_alone)
			arm(sv);
		else if (!rc_busy(sv))
			boot_stop_down_over(sv);
		return;
	}
	if (!rec->asked)
		ask_all(sv, false);
	arm(sv);
	look_again(sv, 0);
}
