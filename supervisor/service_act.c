/*
 * The actions, in the order of their bits. Signals go to pids that were not yet waited for (the reaper
 * takes a pid only after the machine has heard of its death), so none can hit a stranger.
 */
#include "service_act.h"

#include <errno.h>
#include <signal.h>

#include "config.h"
#include "dtally.h"
#include "retry.h"
#include "signame.h"
#include "svfiles.h"
#include "sys.h"
#include "tai.h"

#define SECOND INT64_C(1000000000)
#define MS INT64_C(1000000)
#define AGAIN_NS (5 * SECOND)   /* between two SIGKILLs */
#define RETRY_NS (60 * SECOND)  /* after a failed start, as s6 */
#define VANISHED_NS (5 * SECOND) /* for a service whose directory is gone, so that nobody else can stop it */
#define FINISH_MS 5000

void service_complain(const struct service *s, const char *file, int err)
{
	if (err == -EINVAL)
		service_warn(s, 0, "invalid %s", file);
	else if (err < 0 && err != -ENOENT)
		service_warn(s, err, "unable to open %s", file);
}

/* A flag that cannot be looked for counts as not there, with a warning. */
bool service_flag(const struct service *s, const char *file)
{
	int r = svfiles_lacks(s, file) ? 0 : svcdir_flag(s->d->dirfd, file);

	if (r < 0)
		service_warn(s, r, "unable to access %s", file);
	return r > 0;
}

static uint32_t read_uint(struct service *s, const char *file, uint32_t fallback)
{
	uint32_t n = fallback;

	if (!svfiles_lacks(s, file))
		service_complain(s, file, svcdir_uint(s->d->dirfd, file, &n));
	return n;
}

static int read_signal(struct service *s, const char *file, int fallback)
{
	int sig = fallback;

	service_complain(s, file, svcdir_signal(s->d->dirfd, file, &sig));
	return sig;
}

static void send_signal(struct service *s, int sig)
{
	pid_t pid = s->d->pid;

	if (pid <= 1)
		return;
	if (sys.kill(sig < 0 ? -pid : pid, sig < 0 ? -sig : sig) < 0 && errno == EPERM)
		service_warn(s, EPERM, "unable to send signal %d", sig < 0 ? -sig : sig);
}

static void act_kill(struct service *s)
{
	int group = service_flag(s, "flag-timeout-killpg") ? -1 : 1;

	send_signal(s, group * SIGKILL);
	send_signal(s, group * SIGCONT);
}

static void act_kill_finish(struct service *s)
{
	service_warn(s, 0, "finish script lifetime reached maximum value - sending it a SIGKILL");
	send_signal(s, SIGCONT);
	send_signal(s, SIGKILL);
}

static void act_died(struct service *s)
{
	int r;

	s->d->wstat = (uint16_t)s->wstatus;
	s->d->stamp = tai_now();
	s->d->last_run = s->d->pid;
	s->d->exec_pending = false;
	retry_count(s, mono_ns() - s->d->started_ns);
	service_unwatch(s);
	svfiles_list(s);
	r = svfiles_add_death(s, s->wstatus, read_uint(s, "max-death-tally", DTALLY_DEFAULT));
	if (r < 0)
		service_warn(s, r, "unable to update the death tally");
}

/* Compat: s6 makes every service pause; here only one that ran for less than a second does. */
static void act_arm_restart(struct service *s)
{
	int64_t now = mono_ns(), due;

	if (!s->d->m.want_up) {
		service_arm(s, 0);
		return;
	}
	due = retry_due(s, now);
	if (due < 0) {
		service_arm(s, 0);
		return;
	}
	if (due > 0)
		;
	else if (s->sv->config->throttle == THROTTLE_S6)
		due = (s->d->ready_ns ? s->d->ready_ns : now) + SECOND;
	else
		due = s->d->started_ns + SECOND;
	if (due > now) {
		service_arm(s, due);
		return;
	}
	service_arm(s, 0);
	service_raise(s, EV_TIMEOUT);
}

static void act_arm_kill(struct service *s)
{
	int64_t ms;

	if (s->d->vanished) {
		service_arm(s, mono_ns() + VANISHED_NS);
		return;
	}
	ms = read_uint(s, "timeout-kill", 0);
	service_arm(s, ms ? mono_ns() + ms * MS : 0);
}

static void act_arm_finish(struct service *s)
{
	int64_t ms = read_uint(s, "timeout-finish", FINISH_MS);

	service_arm(s, ms ? mono_ns() + ms * MS : 0);
}

void service_act(struct service *s, enum sv_event ev, const struct sv_step *step)
{
	uint32_t a = step->actions;
	int r = 0;

	retry_note(s, ev);
	if (a & ACT_MAKE_DOWN && (r = svfiles_make_down(s)) < 0)
		service_warn(s, r, "unable to create down file");
	if (a & ACT_DROP_DOWN && (r = svfiles_drop_down(s)) < 0)
		service_warn(s, r, "unable to remove down file");
	if (a & ACT_DETACH)
		s->d->detached = true;
	if (a & ACT_SIGNAL)
		send_signal(s, sv_signal_of(ev));
	if (a & ACT_DOWN_SIGNAL)
		send_signal(s, s->d->vanished ? SIGTERM : read_signal(s, "down-signal", SIGTERM));
	if (a & ACT_RELOAD_SIGNAL)
		send_signal(s, read_signal(s, "reload-signal", SIGHUP));
	if (a & ACT_CONTINUE)
		send_signal(s, SIGCONT);
	if (a & ACT_KILL)
		act_kill(s);
	if (a & ACT_KILL_FINISH)
		act_kill_finish(s);
	if (a & ACT_INT_GROUP)
		send_signal(s, -SIGINT);
	if (a & ACT_DIED)
		act_died(s);
	if (a & ACT_NO_PID)
		s->d->pid = 0;
	if (a & ACT_UP_STAMP)
		s->d->stamp = s->up_stamp;
	if (a & ACT_READY_STAMP) {
		s->d->readystamp = tai_now();
		s->d->ready_ns = ev == EV_READY ? mono_ns() : s->d->ready_ns;
	}
	if (a & ACT_DISARM)
		service_arm(s, 0);
	if (a & ACT_ARM_KILL)
		act_arm_kill(s);
	if (a & ACT_ARM_AGAIN)
		service_arm(s, mono_ns() + AGAIN_NS);
	if (a & ACT_ARM_FINISH)
		act_arm_finish(s);
	if (a & ACT_ARM_RESTART)
		act_arm_restart(s);
	if (a & ACT_ARM_RETRY)
		service_arm(s, mono_ns() + RETRY_NS);
	if (a & ACT_STATUS)
		s->status_due = true;
	if (a & ACT_NOTIFY)
		service_letters(s, step->notify);
	if (a & ACT_STATUS && a & ACT_RUN)
		service_tell(s); /* that it is wanted is told apart from its start */
	if (a & ACT_RUN)
		service_run(s);
	if (a & ACT_FINISH)
		service_run_finish(s);
}
