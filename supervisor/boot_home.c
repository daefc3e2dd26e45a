/*
 * What the boot has to do with the application's home: the slots of its profiles, their log. PID 1 makes slots in
 * the scan directory; the home itself is looked at by children, for whom the boot waits a while and not for ever.
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "boot_int.h"
#include "child.h"
#include "config.h"
#include "msg.h"
#include "port.h"
#include "prepare.h"
#include "profiles_watch.h"
#include "scandir.h"
#include "sys.h"

/* A boot script may have given the application user another number: what he owns here follows. */
static void follow_user(struct supervisor *sv)
{
	struct ids ids;
	const int fds[] = { sv->head->scandirfd, sv->head->scanctlfd, sv->head->scanlockfd };

	if (geteuid() != 0 || !boot_scandir_ids(sv, &ids))
		return;
	if (ids.uid == sv->scandir_uid && ids.gid == sv->scandir_gid)
		return;
	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		if (fds[i] > 0 && sys.fchownat(fds[i], "", ids.uid, ids.gid, AT_EMPTY_PATH) < 0)
			msg_warn(errno, "unable to give the scan directory to the application user's new number");
	(void)sys.fchownat(sv->head->scandirfd, ".s6-svscan", ids.uid, ids.gid, AT_SYMLINK_NOFOLLOW);
	sv->scandir_uid = ids.uid;
	sv->scandir_gid = ids.gid;
}

static void create_slots(struct supervisor *sv, struct plan *plan, const struct ids *owner)
{
	struct slot_spec spec = { .config = sv->config, .owner = owner };

	port_compare(sv->config, plan);
	for (size_t i = 0; i < plan->n; i++) {
		struct plan_op *op = &plan->op[i];
		int r;

		if (op->action == PLAN_SKIPPED)
			continue;
		spec.profile = op->profile;
		spec.down = op->action != PLAN_STARTED;
		r = slot_create(sv->head->scandirfd, &spec, NULL);
		if (r < 0 && r != -EEXIST) {
			msg_warn(r, "profile '%s': unable to make its slot, it is skipped", op->profile);
			op->action = PLAN_SKIPPED;
		}
	}
}

/* What the boot waits for the home for is over. */
static void leave_home(struct supervisor *sv)
{
	uv_timer_stop(&sv->boot->home);
	if (sv->boot->rec.base == BASE_RECONCILE || sv->boot->rec.base == BASE_LOGGING)
		boot_base_enter(sv, BASE_SCAN);
}

void boot_home_logged(struct supervisor *sv, int wstatus)
{
	if (wstatus != 0)
		msg_warn(0, "unable to write all of the boot log");
	sv->boot->rec.logger = 0;
	if (sv->boot->rec.base == BASE_LOGGING)
		leave_home(sv);
	boot_advance(sv);
}

static void on_logged(void *owner, int wstatus, const char *out, size_t len)
{
	(void)out;
	(void)len;
	boot_home_logged(owner, wstatus);
}

static void start_log(struct supervisor *sv, const struct plan *plan, const struct ids *as)
{
	struct boot_log_input in = {
		.config = sv->config,
		.home = reconcile_home(sv->config, sv->boot->env),
		.plan = plan,
	};
	struct child_spec spec = {
		.title = "hexad-bootlog",
		.main_fn = boot_log_child,
		.arg = &in,
		.stdin_fd = -1,
		.as = geteuid() == 0 ? as : NULL,
	};
	pid_t pid = boot_child(sv, &sv->boot->rec.logger, NULL, &spec, on_logged);

	if (pid < 0)
		msg_warn((int)pid, "unable to start the writer of the boot log");
	if (sv->boot->rec.base == BASE_RECONCILE && pid < 0)
		leave_home(sv);
	else if (sv->boot->rec.base == BASE_RECONCILE)
		boot_base_enter(sv, BASE_LOGGING);
}

static void on_plan(void *owner, struct plan *plan, const char *why)
{
	struct supervisor *sv = owner;
	bool late = sv->boot->rec.base != BASE_RECONCILE;
	struct ids ids;
	int r;

	sv->boot->rec.reader = 0;
	if (boot_stopping(sv)) {
		boot_advance(sv);
		return;
	}
	r = plan ? profiles_owner(sv, &ids) : 0;
	if (!plan || r < 0) {
		msg_warn(r, "reconcile failed, no profile gets its slot: %s", plan ? "no application user" : why);
		leave_home(sv);
	} else if (sv->head->observing) {
		leave_home(sv);
	} else {
		create_slots(sv, plan, &ids);
		start_log(sv, plan, &ids);
	}
	if (late)
		scandir_scan(sv);
	profiles_watch_begin(sv, sv->head->observing ? NULL : plan);
	boot_advance(sv);
}

/* The home, or the log in it, does not answer: its child waits alone. */
static void on_home_late(uv_timer_t *timer)
{
	struct supervisor *sv = timer->data;
	uint8_t base = sv->boot->rec.base;

	if (base != BASE_RECONCILE && base != BASE_LOGGING)
		return;
	boot_say(sv, 1, 0, "the home has not answered for %u ms, going on without it: %s", sv->config->read_ms,
		base == BASE_LOGGING ? "the boot log is late" : "the slots of profiles come when it does");
	leave_home(sv);
	boot_advance(sv);
}

bool boot_home_reconcile(struct supervisor *sv)
{
	int r;

	if (sv->boot->rec.reader)
		return false;
	follow_user(sv);
	if (!*sv->config->app_user || !sv->config->profiles_enabled) {
		boot_base_enter(sv, BASE_SCAN);
		return true;
	}
	if (reconcile_skipped(sv->config, sv->argv)) {
		msg_info("reconcile: skipped, this container's command is '%s'", sv->config->skip_when_command);
		boot_base_enter(sv, BASE_SCAN);
		return true;
	}
	r = sv->head->scandirfd < 0 ? -ENOENT
		: profiles_plan(sv, PROFILES_BOOT, boot_begin(sv, &sv->boot->rec.reader), on_plan, sv);
	boot_begun(sv, &sv->boot->rec.reader, r);
	if (r < 0) {
		msg_warn(r, "reconcile failed, no profile gets its slot");
		boot_base_enter(sv, BASE_SCAN);
		return true;
	}
	uv_timer_start(&sv->boot->home, on_home_late, sv->config->read_ms, 0);
	return false;
}

bool boot_home_logging(struct supervisor *sv)
{
	if (sv->boot->rec.logger)
		return false;
	boot_base_enter(sv, BASE_RECONCILE);
	return true;
}

static void volume_over(struct supervisor *sv)
{
	sv->boot->rec.reader = 0;
	uv_timer_stop(&sv->boot->home);
	boot_enter(sv, BOOT_HOOK);
	boot_advance(sv);
}

static void on_prepared(void *owner, int wstatus, const char *out, size_t len)
{
	struct supervisor *sv = owner;

	(void)out;
	(void)len;
	if (wstatus != 0 && !boot_stopping(sv))
		msg_warn(0, "the volume was not prepared in full");
	if (sv->boot->rec.phase == BOOT_VOLUME) {
		volume_over(sv);
	} else if (boot_stopping(sv)) {
		sv->boot->rec.reader = 0;
		boot_advance(sv);
	}
}

static void on_volume_late(uv_timer_t *timer)
{
	struct supervisor *sv = timer->data;

	if (sv->boot->rec.phase != BOOT_VOLUME)
		return;
	boot_say(sv, 1, 0, "the volume is not prepared after %u ms: that goes on beside the boot",
		sv->config->volume_wait_ms);
	volume_over(sv);
}

bool boot_home_volume(struct supervisor *sv)
{
	struct prepare_input in = { .config = sv->config, .environ = sv->boot->env, .tells = boot_talks(sv, 2) };
	struct child_spec spec = { .title = "hexad-volume", .main_fn = prepare_child, .arg = &in, .stdin_fd = -1 };
	pid_t pid;

	if (sv->boot->rec.reader)
		return false;
	pid = prepare_wanted(sv->config, sv->boot->env)
		? boot_child(sv, &sv->boot->rec.reader, NULL, &spec, on_prepared) : 0;
	if (pid < 0)
		msg_warn((int)pid, "unable to prepare the volume");
	if (pid <= 0) {
		boot_enter(sv, BOOT_HOOK);
		return true;
	}
	uv_timer_start(&sv->boot->home, on_volume_late, sv->config->volume_wait_ms, 0);
	return false;
}

/*
 * What the reader has found out was lost with the former image. The next one comes when it has gone: it may hold the
 * volume's lock until then, and the next would believe that somebody else does.
 */
void boot_home_resume(struct supervisor *sv)
{
	struct boot_record *rec = &sv->boot->rec;

	if (rec->reader > 0 && sys.kill(rec->reader, SIGKILL) < 0)
		rec->reader = 0;
	if (rec->phase == BOOT_VOLUME && rec->reader)
		uv_timer_start(&sv->boot->home, on_volume_late, sv->config->volume_wait_ms, 0);
	else if ((rec->base == BASE_RECONCILE && rec->reader) || (rec->base == BASE_LOGGING && rec->logger))
		uv_timer_start(&sv->boot->home, on_home_late, sv->config->read_ms, 0);
}

void boot_home_reader_gone(struct supervisor *sv)
{
	sv->boot->rec.reader = 0;
	boot_commit(sv);
	boot_advance(sv);
}

void boot_home_open(struct supervisor *sv)
{
	uv_timer_init(&sv->loop, &sv->boot->home);
	sv->boot->home.data = sv;
}
