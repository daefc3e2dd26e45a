/*
 * The phases of /init: the service graph is read, brought up, then the main program runs. What of the graph is ours
 * (bundle "base") has steps of its own: cont-init.d, reconcile, its log, a scan. Owns pool_head.boot and
 * decides what comes next; how a phase is done is in boot_prepare.c, boot_script.c, profiles.c, rc.c, holder.c
 * and boot_stop.c. Never waits: every phase ends in a callback that calls boot_advance.
 */
#include "boot.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "boot_int.h"
#include "child.h"
#include "config.h"
#include "holder.h"
#include "msg.h"
#include "prefix.h"
#include "rc.h"
#include "scandir.h"
#include "sys.h"

#define LASTS_NS INT64_C(1000000000)

_Static_assert(sizeof(struct boot_record) <= sizeof(((struct pool_head *)0)->boot), "the record fits");

void boot_commit(struct supervisor *sv)
{
	memcpy(sv->head->boot, &sv->boot->rec, sizeof(sv->boot->rec));
	pool_commit_head(sv->pool);
}

volatile pid_t *boot_begin(struct supervisor *sv, const pid_t *pid)
{
	sv->head->begun = 0;
	sv->head->begun_at = (uint32_t)((const char *)pid - (const char *)&sv->boot->rec);
	return &sv->head->begun;
}

void boot_begun(struct supervisor *sv, pid_t *pid, pid_t r)
{
	*pid = r > 0 ? r : 0;
	boot_commit(sv);
	sv->head->begun = 0;
}

pid_t boot_child(struct supervisor *sv, pid_t *pid, const char *prefix, struct child_spec *spec, child_done_fn *done)
{
	pid_t r;

	spec->note = boot_begin(sv, pid);
	r = prefix ? prefix_child(sv, prefix, spec, done, sv) : child_start(sv, spec, done, sv);
	boot_begun(sv, pid, r);
	return r;
}

/* After a fault. */
static void adopt_begun(struct supervisor *sv)
{
	struct boot_record *rec = &sv->boot->rec;
	const pid_t pid = sv->head->begun;

	if (pid > 0 && sv->head->begun_at <= sizeof(*rec) - sizeof(pid))
		memcpy((char *)rec + sv->head->begun_at, &pid, sizeof(pid));
}

void boot_enter(struct supervisor *sv, enum boot_phase phase)
{
	sv->boot->rec.phase = phase;
	boot_commit(sv);
}

void boot_base_enter(struct supervisor *sv, enum boot_base step)
{
	sv->boot->rec.base = step;
	boot_commit(sv);
}

bool boot_stopping(const struct supervisor *sv)
{
	return sv->boot && sv->boot->rec.phase == BOOT_STOPPING;
}

/* What failed, and what S6_BEHAVIOUR_IF_STAGE2_FAILS makes of it. True: it counts, and the container is to stop. */
static bool counts(struct supervisor *sv, const char *what)
{
	unsigned int behaviour = boot_number(sv, "S6_BEHAVIOUR_IF_STAGE2_FAILS", 0);

	if (behaviour == 1)
		boot_say(sv, 1, 0, "%s failed, going on", what);
	else if (behaviour >= 2)
		msg_error(0, "%s failed, stopping the container", what);
	return behaviour >= 2;
}

static void stop_with(struct supervisor *sv, int code)
{
	boot_set_code(sv, code);
	boot_shutdown(sv, false);
}

static bool phase_hook(struct supervisor *sv)
{
	if (sv->boot->rec.script || boot_hook_start(sv))
		return false;
	boot_enter(sv, BOOT_PREPARE);
	return true;
}

/* Compat: overlay-boot 7.3: a hook that fails is warned about even where it counts for nothing. */
void boot_hook_over(struct supervisor *sv, int code)
{
	if (boot_stopping(sv)) {
		boot_stop_again(sv);
		return;
	}
	if (code == 0)
		boot_say(sv, 2, 0, "the hook exited 0");
	else if (code != 0 && boot_number(sv, "S6_BEHAVIOUR_IF_STAGE2_FAILS", 0) == 0)
		boot_say(sv, 1, 0, "the hook exited %d, going on", code);
	if (code != 0 && counts(sv, "the hook")) {
		stop_with(sv, code);
		return;
	}
	boot_enter(sv, BOOT_PREPARE);
	boot_advance(sv);
}

/* The end of it, whatever it was that it ended in. Without a graph there is nobody else to tell. */
static void base_over(struct supervisor *sv, int code)
{
	boot_base_enter(sv, BASE_OVER);
	if (sv->boot->bare)
		boot_rc_over(sv, code);
	else
		rc_builtin_done(sv, RC_CONT_INIT, code);
}

/* Without a graph cont-init.d comes next whatever this has come to. */
void boot_fix_attrs_over(struct supervisor *sv, int code)
{
	bool failed = code != 0 && !boot_stopping(sv) && counts(sv, "fix-attrs.d");

	if (!sv->boot->bare)
		rc_builtin_done(sv, RC_FIX_ATTRS, failed || boot_stopping(sv) ? 1 : 0);
	else if (failed)
		base_over(sv, 1);
	boot_advance(sv);
}

static bool base_cont_init(struct supervisor *sv)
{
	struct boot_record *rec = &sv->boot->rec;

	if (rec->script)
		return false;
	if (boot_script_next(sv, SCRIPT_CONT_INIT))
		return !rec->script;
	if (rec->script_failed && counts(sv, "some scripts of cont-init.d")) {
		base_over(sv, 1);
		return false;
	}
	boot_base_enter(sv, BASE_RECONCILE);
	return true;
}

static void on_main_ended(struct supervisor *sv, int wstatus)
{
	int code = WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : 128 + WTERMSIG(wstatus);

	sv->boot->rec.holder = 0;
	if (boot_stopping(sv)) {
		boot_stop_main_ended(sv, code);
		return;
	}
	boot_set_code(sv, code);
	boot_shutdown(sv, false);
}

static void on_holder_ended(void *owner, int wstatus, const char *out, size_t len)
{
	(void)out;
	(void)len;
	on_main_ended(owner, wstatus);
}

static bool receives_signals(const struct supervisor *sv)
{
	return boot_number(sv, "S6_CMD_RECEIVE_SIGNALS", 0) > 0;
}

static bool phase_main(struct supervisor *sv)
{
	char prefix[4096];
	struct holder_arg arg = {
		.prefix = boot_text(sv, "S6_CMD_ARG0", prefix, sizeof(prefix)),
		.argv = sv->argv + 1,
		.envp = sv->envp,
		.use_terminal = boot_number(sv, "S6_CMD_USE_TERMINAL", 0) > 0,
		.receive_signals = receives_signals(sv),
	};
	struct child_spec spec = {
		.title = HOLDER_COMM,
		.main_fn = holder_main,
		.arg = &arg,
		.cwd_fd = sv->head->cwdfd,
		/* Compat: overlay-boot 11.4: one that gets the signals has no terminal's keys and no stdin. */
		.stdin_fd = sv->head->stdinfd > 0 && !arg.receive_signals ? sv->head->stdinfd : -1,
		.keep_mask = true,
	};
	pid_t pid;

	if (sv->argc < 2) {
		boot_enter(sv, BOOT_RUNNING);
		return true;
	}
	holder_yield_terminal();
	sv->boot->rec.divert = arg.receive_signals;
	boot_commit(sv);
	pid = boot_child(sv, &sv->boot->rec.holder, NULL, &spec, on_holder_ended);
	if (pid < 0) {
		msg_error((int)pid, "unable to start the main program '%s', stopping the container", sv->argv[1]);
		boot_set_code(sv, EXIT_SYSTEM);
		boot_shutdown(sv, false);
		return false;
	}
	boot_enter(sv, BOOT_RUNNING);
	return true;
}

/* cont-finish.d, one after the other. */
static bool base_finish(struct supervisor *sv)
{
	const struct boot_record *rec = &sv->boot->rec;

	if (rec->script)
		return false;
	if (boot_script_next(sv, SCRIPT_CONT_FINISH))
		return !rec->script;
	boot_base_enter(sv, BASE_IDLE);
	if (rec->finish_alone)
		boot_stop_down_over(sv);
	else
		rc_builtin_done(sv, RC_CONT_INIT, 0);
	return false;
}

static bool base_scan(struct supervisor *sv)
{
	if (sv->head->scandirfd >= 0)
		scandir_scan(sv);
	base_over(sv, 0);
	return false;
}

/* One step. True: the next one can begin. While the container stops none does. */
static bool base_step(struct supervisor *sv)
{
	const struct boot_record *rec = &sv->boot->rec;

	if (boot_stopping(sv) && rec->base > BASE_IDLE && rec->base < BASE_OVER) {
		if (!rec->script && !rec->reader && !rec->logger)
			base_over(sv, 1);
		return false;
	}
	switch ((enum boot_base)rec->base) {
	case BASE_CONT_INIT:
		return base_cont_init(sv);
	case BASE_RECONCILE:
		return boot_home_reconcile(sv);
	case BASE_LOGGING:
		return boot_home_logging(sv);
	case BASE_SCAN:
		return base_scan(sv);
	case BASE_FINISH:
		return base_finish(sv);
	case BASE_IDLE:
	case BASE_OVER:
		break;
	}
	return false;
}

/*
 * Compat: overlay-boot 7.5: with definition errors nothing is started, the main program neither, and the container
 * stays, so that somebody can look; here the behaviour variable can have it end.
 */
static bool phase_prepare(struct supervisor *sv)
{
	if (!rc_prepare(sv))
		return false;
	if (rc_verdict(sv) != -EINVAL) {
		boot_enter(sv, BOOT_UP);
		return true;
	}
	boot_enter(sv, BOOT_RUNNING);
	if (boot_number(sv, "S6_BEHAVIOUR_IF_STAGE2_FAILS", 0) >= 2)
		stop_with(sv, 1);
	return false;
}

/* Without a graph the scripts still run, and the main program. */
static bool phase_up(struct supervisor *sv)
{
	struct boot *b = sv->boot;

	if (b->up_begun)
		return false;
	b->up_begun = true;
	if (rc_up(sv, "top", boot_number(sv, "S6_CMD_WAIT_FOR_SERVICES_MAXTIME", 0)) == 0)
		return false;
	b->bare = true;
	if (b->rec.base == BASE_IDLE && !b->rec.script) {
		boot_base_enter(sv, BASE_CONT_INIT);
		(void)boot_fix_attrs_start(sv);
	}
	return false;
}

void boot_rc_over(struct supervisor *sv, int code)
{
	unsigned int behaviour = boot_number(sv, "S6_BEHAVIOUR_IF_STAGE2_FAILS", 0);

	if (boot_stopping(sv)) {
		boot_stop_down_over(sv);
		return;
	}
	if (sv->boot->rec.phase != BOOT_UP)
		return;
	if (code && behaviour)
		msg_warn(0, "some services could not be brought up%s", code == 2 ? " in time" : "");
	if (code && behaviour >= 2) {
		msg_error(0, "stopping the container");
		stop_with(sv, code);
		return;
	}
	boot_enter(sv, BOOT_MAIN);
	boot_advance(sv);
}

/* fix-attrs.d runs, or is begun. */
static int fix_attrs(struct supervisor *sv)
{
	const struct boot_record *rec = &sv->boot->rec;

	return (rec->script && rec->kind == SCRIPT_FIX_ATTRS) || boot_fix_attrs_start(sv);
}

static int cont_init(struct supervisor *sv)
{
	const struct boot_record *rec = &sv->boot->rec;

	if (rec->base == BASE_OVER)
		return 0;
	if (rec->base == BASE_IDLE)
		boot_base_enter(sv, BASE_CONT_INIT);
	boot_advance(sv);
	return 1;
}

static int cont_finish(struct supervisor *sv)
{
	struct boot_record *rec = &sv->boot->rec;

	if (rec->base != BASE_FINISH) {
		rec->name[0] = '\0';
		rec->script_failed = false;
		boot_base_enter(sv, BASE_FINISH);
	}
	boot_advance(sv);
	return 1;
}

int boot_builtin(struct supervisor *sv, enum rc_builtin which, bool up)
{
	if (which == RC_FIX_ATTRS)
		return up ? fix_attrs(sv) : 0;
	return up ? cont_init(sv) : cont_finish(sv);
}

/* Compat: overlay-boot 11.4, overlay-shutdown 1. What is diverted reaches the main program alone, as long as it lives. */
void boot_signal(struct supervisor *sv, int sig)
{
	const struct boot_record *rec = &sv->boot->rec;

	if (rec->divert && rec->holder) {
		(void)sys.kill(rec->holder, sig);
		return;
	}
	switch (sig) {
	case SIGTERM:
	case SIGUSR2:
		boot_halt(sv, HALT_STOP, true);
		break;
	case SIGINT:
		boot_halt(sv, HALT_REBOOT, true);
		break;
	case SIGUSR1:
	case SIGPWR:
		boot_halt(sv, HALT_POWEROFF, true);
		break;
	default:
		break;
	}
}

/* One phase. True: the next one can begin. */
static bool step(struct supervisor *sv)
{
	switch ((enum boot_phase)sv->boot->rec.phase) {
	case BOOT_VOLUME:
		return boot_home_volume(sv);
	case BOOT_HOOK:
		return phase_hook(sv);
	case BOOT_PREPARE:
		return phase_prepare(sv);
	case BOOT_UP:
		return phase_up(sv);
	case BOOT_MAIN:
		return phase_main(sv);
	case BOOT_RUNNING:
	case BOOT_STOPPING:
		break;
	}
	return false;
}

void boot_advance(struct supervisor *sv)
{
	while (step(sv) || base_step(sv))
		;
	if (boot_stopping(sv))
		boot_stop_again(sv);
}

static void begin_prefix(struct supervisor *sv)
{
	sv->boot->rec.prefixer = prefix_start(sv);
	sv->boot->rec.prefixer_ns = mono_ns();
	boot_commit(sv);
}

static void resume(struct supervisor *sv)
{
	struct boot_record *rec = &sv->boot->rec;

	memcpy(rec, sv->head->boot, sizeof(*rec));
	adopt_begun(sv);
	/* Begun is all that such a step is about: what comes next was not noted yet. */
	if (rec->phase == BOOT_MAIN && rec->holder)
		rec->phase = BOOT_RUNNING;
	if (rec->base == BASE_RECONCILE && rec->logger)
		rec->base = BASE_LOGGING;
	boot_commit(sv);
	sv->head->begun = 0;
	boot_home_resume(sv);
	if (!boot_stopping(sv) && !rec->prefixer)
		begin_prefix(sv);
	if (boot_stopping(sv))
		boot_stop_resume(sv);
	else if (sv->rc && sv->head->scandirfd >= 0)
		scandir_scan(sv); /* the fault may have cut one short */
	sv->boot->up_begun = rc_busy(sv);
	rc_recover(sv);
}

/* Services that start from now on have another; one that does not last is none. */
void boot_prefix_ended(struct supervisor *sv)
{
	struct boot_record *rec = &sv->boot->rec;

	rec->prefixer = 0;
	prefix_end(sv);
	if (boot_stopping(sv)) {
		boot_stop_again(sv);
		return;
	}
	msg_warn(0, "the process that puts names before lines has gone%s",
		mono_ns() - rec->prefixer_ns < LASTS_NS ? ", there is no other" : "");
	if (mono_ns() - rec->prefixer_ns >= LASTS_NS)
		begin_prefix(sv);
	boot_commit(sv);
}

static void begin(struct supervisor *sv)
{
	sv->boot->rec.grace_ms = -1;
	sv->head->stdinfd = sv->boot->stdinfd;
	sv->head->cwdfd = sv->boot->cwdfd;
	boot_commit(sv);
	boot_catchall_start(sv);
	begin_prefix(sv);
	boot_clean_attic(sv);
}

void boot_run(struct supervisor *sv)
{
	if (!sv->pid1) {
		/* Orphans below us come to us, and not to a process that may not wait for them. */
		if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
			msg_warn(errno, "unable to become child subreaper, orphans are not collected");
		if (!sv->resumed)
			msg_info("not process 1: clients will not detect this supervisor, "
				"and only its own descendants are stopped at the end");
	}
	boot_home_open(sv);
	if (sv->resumed)
		resume(sv);
	else
		begin(sv);
	boot_halt_open(sv);
	boot_script_open(sv);
	boot_advance(sv);
}

bool boot_exited(struct supervisor *sv, pid_t pid, int wstatus)
{
	struct boot_record *rec = sv->boot ? &sv->boot->rec : NULL;

	if (!rec || pid <= 0)
		return false;
	if (pid == rec->script)
		boot_script_ended(sv, wstatus);
	else if (pid == rec->reader)
		boot_home_reader_gone(sv);
	else if (pid == rec->logger)
		boot_home_logged(sv, wstatus);
	else if (pid == rec->holder)
		on_main_ended(sv, wstatus);
	else if (pid == rec->reader_of_all)
		boot_catchall_reader_ended(sv);
	else if (pid == rec->prefixer)
		boot_prefix_ended(sv);
	else
		return rc_exited(sv, pid, wstatus);
	return true;
}
