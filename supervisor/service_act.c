/*
 * The actions, in the order of their bits. Signals go to pids that were not yet waited for (the reaper
 * takes a pid only after the machine has heard of its death), so none can hit a stranger.
 */
#include "service_act.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "config.h"
#include "dtally.h"
#include "fdio.h"
#include "msg.h"
#include "retry.h"
#include "rights.h"
#include "signame.h"
#include "spawn.h"
#include "svfiles.h"
#include "sys.h"
#include "tai.h"

#define SECOND INT64_C(1000000000)
#define MS INT64_C(1000000)
#define AGAIN_NS (5 * SECOND)   /* between two SIGKILLs */
#define RETRY_NS (60 * SECOND)  /* after a failed start, as s6 */
#define VANISHED_NS (5 * SECOND) /* for a service whose directory is gone, so that nobody else can stop it */
#define FINISH_MS 5000

/* What was wrong with a file that has a default; said at each reading, as s6 does. */
static void complain(const struct service *s, const char *file, int err)
{
	if (err == -EINVAL)
		msg_warn(0, "%s: invalid %s", service_name(s), file);
	else if (err < 0 && err != -ENOENT)
		msg_warn(err, "%s: unable to open %s", service_name(s), file);
}

static uint32_t read_uint(struct service *s, const char *file, uint32_t fallback)
{
	uint32_t n = fallback;

	complain(s, file, svcdir_uint(s->d->dirfd, file, &n));
	return n;
}

static int read_signal(struct service *s, const char *file, int fallback)
{
	int sig = fallback;

	complain(s, file, svcdir_signal(s->d->dirfd, file, &sig));
	return sig;
}

static void send_signal(struct service *s, int sig)
{
	pid_t pid = s->d->pid;

	if (pid <= 1)
		return;
	if (sys.kill(sig < 0 ? -pid : pid, sig < 0 ? -sig : sig) < 0 && errno == EPERM)
		msg_warn(EPERM, "%s: unable to send signal %d", service_name(s), sig < 0 ? -sig : sig);
}

static void act_kill(struct service *s)
{
	int group = svcdir_flag(s->d->dirfd, "flag-timeout-killpg") > 0 ? -1 : 1;

	send_signal(s, group * SIGKILL);
	send_signal(s, group * SIGCONT);
}

static void act_kill_finish(struct service *s)
{
	msg_warn(0, "%s: finish script lifetime reached maximum value - sending it a SIGKILL", service_name(s));
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
	r = svfiles_add_death(s, s->wstatus, read_uint(s, "max-death-tally", DTALLY_DEFAULT));
	if (r < 0)
		msg_warn(r, "%s: unable to update the death tally", service_name(s));
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

static void act_status(struct service *s)
{
	int r = svfiles_write_status(s);

	if (r < 0)
		msg_warn(r, "%s: unable to write status file", service_name(s));
}

/* The write end of the pair's pipe for a producer, its read end for a logger, /dev/null after a detach. */
static void standard_fds(const struct service *s, int *in, int *out)
{
	const struct slot_data *partner = pool_data(s->sv->pool, s->d->partner);

	*in = *out = -1;
	if (s->id->is_log)
		*in = partner ? partner->pipe_r : s->sv->head->nullfd;
	else if (s->d->pipe_w >= 0)
		*out = s->d->pipe_w;
	if (s->d->detached)
		*in = *out = s->sv->head->nullfd;
}

/* Is the program on another file system than the scan directory, so that its exec might block? */
static bool exec_may_block(const struct service *s, const char *file)
{
	struct stat run;

	return sys.fstatat(s->d->dirfd, file, &run, 0) == 0 && run.st_dev != s->sv->scandir_dev;
}

static int judge(struct service *s, const char *file, struct spawn *sp, struct ids *ids)
{
	char why[NOTE_MAX];

	switch (rights_to_run(s, file, ids, why, sizeof(why))) {
	case RIGHTS_SELF:
		return 0;
	case RIGHTS_IDS:
		/*
		 * From its setuid on that user may send it SIGSTOP, and whoever waits for a vfork would stop with
		 * it: us. A forked child stops alone.
		 */
		sp->ids = ids;
		sp->may_block = true;
		return 0;
	default:
		service_note(s, "%s", why);
		return -EPERM;
	}
}

/* Reads notification-fd and makes its pipe. 0, or -errno: the start fails. */
static int open_readiness(struct service *s, struct spawn *sp)
{
	struct rlimit rl;
	uint32_t num;
	int fds[2];
	int r = svcdir_uint(s->d->dirfd, "notification-fd", &num);

	if (r == -ENOENT)
		return 0;
	if (r == 0 && getrlimit(RLIMIT_NOFILE, &rl) == 0 && (num == 0 || num >= rl.rlim_cur))
		r = -EINVAL;
	if (r < 0) {
		complain(s, "notification-fd", r);
		return 0;
	}
	service_unwatch(s); /* what a start that a fault cut short has left */
	if (sys.pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	if (sys.fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0) {
		r = -errno;
		fdio_close(&fds[0]);
		fdio_close(&fds[1]);
		return r;
	}
	s->d->notifyfd = fds[0];
	sp->notify_fd = fds[1];
	sp->notify_num = (int)num;
	return service_watch_ready(s);
}

static void read_lock_num(struct service *s, struct spawn *sp)
{
	uint32_t num = read_uint(s, "lock-fd", 0);

	if (num == 0 || num > INT32_MAX)
		return;
	sp->lock_num = (int)num;
	sp->may_block = true;
}

static void spawned(struct service *s, pid_t pid, int execfd)
{
	s->d->pid = pid;
	s->d->started_ns = mono_ns();
	s->d->ready_ns = 0;
	s->d->bounced = false;
	s->d->note[0] = '\0';
	s->d->execfd = execfd;
	s->d->exec_pending = execfd >= 0;
	service_watch_exec(s);
	service_raise(s, EV_SPAWNED);
}

/* 0, or -errno: nothing runs. */
static int start_run(struct service *s, struct spawn *sp)
{
	pid_t pid;
	int execfd;
	int r = open_readiness(s, sp);

	pid = r < 0 ? r : spawn_start(sp, &execfd);
	fdio_close(&sp->notify_fd);
	if (pid < 0) {
		service_unwatch(s);
		return pid;
	}
	spawned(s, pid, execfd);
	return 0;
}

void service_run(struct service *s)
{
	char *argv[] = { (char[]){ "./run" }, s->id->name, NULL };
	struct spawn sp = { .path = "./run", .argv = argv, .envp = s->sv->envp, .dirfd = s->d->dirfd,
		.notify_fd = -1, .notify_num = -1, .lock_num = -1, .note_pid = &s->d->spawned };
	struct ids ids;
	int r;

	if (s->d->successor_of != POOL_NONE) {
		s->d->start_waits = true;
		return;
	}
	s->d->spawned_finish = false;
	if (judge(s, "run", &sp, &ids) < 0) {
		service_raise(s, EV_SPAWN_REFUSED);
		return;
	}
	read_lock_num(s, &sp);
	if (sp.lock_num >= 0) {
		uint32_t num = 0;

		if (svcdir_uint(s->d->dirfd, "notification-fd", &num) == 0 && (int)num == sp.lock_num) {
			service_note(s, "unable to start service: notification-fd and lock-fd are the same");
			service_raise(s, EV_SPAWN_REFUSED);
			return;
		}
	}
	sp.may_block = sp.may_block || exec_may_block(s, "run");
	standard_fds(s, &sp.in, &sp.out);
	r = start_run(s, &sp);
	if (r < 0) {
		service_note(s, "unable to spawn ./run (waiting 60 seconds): %s", strerror(-r));
		service_raise(s, EV_SPAWN_FAILED);
	}
}

static void act_run(struct service *s)
{
	service_run(s);
}

/* After a fault the finish of this death may be there already: the child left its pid. */
static bool adopt_finish(struct service *s)
{
	if (s->d->spawned == 0 || !s->d->spawned_finish)
		return false;
	s->d->pid = s->d->spawned;
	service_raise(s, EV_FINISHING);
	return true;
}

static void act_finish(struct service *s)
{
	char code[12], sig[12], pgid[12];
	char *argv[] = { (char[]){ "finish" }, code, sig, s->id->name, pgid, NULL };
	struct spawn sp = { .path = "./finish", .argv = argv, .envp = s->sv->envp, .dirfd = s->d->dirfd,
		.notify_fd = -1, .notify_num = -1, .lock_num = -1, .note_pid = &s->d->spawned };
	struct ids ids;
	pid_t pid = -ENOENT;
	int execfd = -1;
	bool there;

	if (adopt_finish(s))
		return;
	snprintf(code, sizeof(code), "%d", WIFSIGNALED(s->wstatus) ? 256 : WEXITSTATUS(s->wstatus));
	snprintf(sig, sizeof(sig), "%d", WIFSIGNALED(s->wstatus) ? WTERMSIG(s->wstatus) : 0);
	snprintf(pgid, sizeof(pgid), "%d", (int)s->d->last_run);
	s->d->spawned_finish = true;
	there = !s->d->vanished && svcdir_flag(s->d->dirfd, "finish") != 0;
	if (there && judge(s, "finish", &sp, &ids) == 0) {
		sp.may_block = sp.may_block || exec_may_block(s, "finish");
		standard_fds(s, &sp.in, &sp.out);
		pid = spawn_start(&sp, &execfd);
		if (pid < 0)
			msg_warn(pid, "%s: unable to spawn ./finish", service_name(s));
	}
	fdio_close(&execfd); /* a finish that could not be executed ends like one that had nothing to do */
	if (pid > 0)
		s->d->pid = pid;
	service_raise(s, pid > 0 ? EV_FINISHING : EV_NO_FINISH);
}

void service_act(struct service *s, enum sv_event ev, const struct sv_step *step)
{
	uint32_t a = step->actions;
	int r = 0;

	retry_note(s, ev);
	if (a & ACT_MAKE_DOWN && (r = svfiles_make_down(s)) < 0)
		msg_warn(r, "%s: unable to create down file", service_name(s));
	if (a & ACT_DROP_DOWN && (r = svfiles_drop_down(s)) < 0)
		msg_warn(r, "%s: unable to remove down file", service_name(s));
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
		s->d->stamp = tai_now();
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
		act_status(s);
	if (a & ACT_NOTIFY)
		svfiles_notify(s, step->notify);
	if (a & ACT_RUN)
		act_run(s);
	if (a & ACT_FINISH)
		act_finish(s);
}
