/*
 * Starting run and finish: who they run as, what they hold, what is told to the machine of it. Nothing is
 * waited for here: what might block does so in the child.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "fdio.h"
#include "prefix.h"
#include "rights.h"
#include "service_act.h"
#include "slowexec.h"
#include "spawn.h"
#include "svfiles.h"
#include "sys.h"
#include "tai.h"

/* The write end of the pair's pipe for a producer, its read end for a logger, /dev/null after a detach. */
static void standard_fds(const struct service *s, struct spawn *sp)
{
	const struct slot_data *partner = pool_data(s->sv->pool, s->d->partner);

	if (s->id->is_log)
		sp->in = partner ? partner->pipe_r : s->sv->head->nullfd;
	else if (s->d->pipe_w >= 0)
		sp->out = s->d->pipe_w;
	/* A reader of a pipeline of s6-rc.d has its end itself. */
	if (!partner && s->d->pipe_r >= 0)
		sp->in = s->d->pipe_r;
	if (s->d->detached)
		sp->in = sp->out = s->sv->head->nullfd;
	/* Our own standard error may be what it reads. */
	if (service_is_catch_all(s))
		sp->err = s->sv->head->consolefd;
}

/*
 * Who it runs as, and what follows from it and from where the program lies: may_block. The outlook, or -EPERM with a
 * note.
 */
static int judge(struct service *s, const char *file, struct spawn *sp, struct ids *ids)
{
	enum slowexec outlook;
	char why[NOTE_MAX];

	switch (rights_to_run(s, file, ids, why, sizeof(why))) {
	case RIGHTS_SELF:
		break;
	case RIGHTS_LINK:
		sp->check = rights_check_link;
		sp->may_block = true;
		break;
	case RIGHTS_IDS:
		/*
		 * From its setuid on that user may send it SIGSTOP, and whoever waits for a vfork would stop with
		 * it: us. The starter becomes him when we wait no more, and a forked child stops alone.
		 */
		sp->ids = ids;
		break;
	default:
		service_note(s, "%s", why);
		return -EPERM;
	}
	if (sp->may_block || (sp->ids && !spawn_has_starter()))
		outlook = EXEC_SLOW;
	else
		outlook = sp->ids ? EXEC_SOON : slowexec_expect(s->d->dirfd, file, s->sv->scandir_dev);
	sp->may_block = outlook == EXEC_SLOW;
	standard_fds(s, sp);
	return (int)outlook;
}

/* The number of a descriptor that the service asks for; -1: none, or one that cannot be, which is said. */
static int read_fd_num(const struct service *s, const char *file)
{
	uint32_t num;
	int r = svfiles_lacks(s, file) ? -ENOENT : svcdir_uint(s->d->dirfd, file, &num);

	if (r == 0 && (num == 0 || num >= spawn_fd_limit()))
		r = -EINVAL;
	service_complain(s, file, r);
	return r < 0 ? -1 : (int)num;
}

/* Makes the pipe for the number that was read. 0, or -errno: the start fails. */
static int open_readiness(struct service *s, struct spawn *sp)
{
	int fds[2];

	if (sp->notify_num < 0)
		return 0;
	service_unwatch(s); /* what a start that a fault cut short has left */
	if (sys.pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	if (sys.fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0) {
		int r = -errno;

		fdio_close(&fds[0]);
		fdio_close(&fds[1]);
		return r;
	}
	s->d->notifyfd = fds[0];
	sp->notify_fd = fds[1];
	return service_watch_ready(s);
}

/* The file of lock-fd. The child locks it: a lock is not inherited, and it may have to wait. */
static int open_lock(struct service *s, struct spawn *sp)
{
	bool wrote, held;

	if (sp->lock_num < 0)
		return 0;
	sp->lock_fd = svfiles_open_service_lock(s, &wrote, &held);
	if (sp->lock_fd < 0)
		return sp->lock_fd;
	if (wrote)
		service_warn(s, 0, "a previous instance of the service wrote to the lock file!");
	if (held)
		service_warn(s, 0, "another instance of the service is already running, child will block");
	sp->may_block = true;
	return 0;
}

static void spawned(struct service *s, pid_t pid, int execfd)
{
	service_set_pid(s, pid);
	s->d->started_ns = mono_ns();
	s->d->ready_ns = 0;
	s->d->bounced = false;
	s->d->note[0] = '\0';
	s->d->execfd = execfd;
	s->d->exec_pending = execfd >= 0;
	service_watch_exec(s);
	service_raise(s, EV_SPAWNED);
}

static void not_spawned(struct service *s, const char *what, int err)
{
	service_note(s, "unable to %s (waiting 60 seconds): %s", what, strerror(-err));
	service_raise(s, EV_SPAWN_FAILED);
}

static void start_run(struct service *s, struct spawn *sp, enum slowexec outlook)
{
	pid_t pid;
	int execfd;
	int r = open_lock(s, sp);

	if (r < 0) {
		not_spawned(s, "open supervise/service-lock for writing", r);
		return;
	}
	r = open_readiness(s, sp);
	s->up_stamp = tai_now();
	/* The record of a start must not be seen that comes to nothing. */
	if (outlook == EXEC_SOON && !sp->may_block && r == 0)
		sp->record = svfiles_stage_status(s);
	if (!sp->record)
		service_tell(s);
	pid = r < 0 ? r : prefix_spawn(s, sp, &execfd);
	svfiles_staged(s, sp->record, pid);
	fdio_close(&sp->notify_fd);
	fdio_close(&sp->lock_fd);
	if (pid < 0) {
		service_unwatch(s);
		not_spawned(s, "spawn ./run", pid);
	} else {
		spawned(s, pid, execfd);
	}
}

void service_note_exec_error(struct service *s, int err)
{
	char why[NOTE_MAX];

	if (err != RIGHTS_ECHECK) {
		service_note(s, "unable to spawn ./run (waiting 60 seconds): %s", strerror(err));
		return;
	}
	rights_check_said("run", why, sizeof(why));
	service_note(s, "%s", why);
}

void service_warn_finish_error(struct service *s, int err)
{
	char why[NOTE_MAX];

	if (err == RIGHTS_ECHECK) {
		rights_check_said("finish", why, sizeof(why));
		service_warn(s, 0, "%s", why);
	} else if (err != ENOENT) {
		service_warn(s, err, "unable to spawn ./finish");
	}
}

void service_run(struct service *s)
{
	char *argv[] = { (char[]){ "./run" }, service_argument(s), NULL };
	struct spawn sp = { .path = "./run", .argv = argv, .envp = s->sv->envp, .dirfd = s->d->dirfd, SPAWN_NOTHING,
		.note_pid = &s->d->spawned };
	struct ids ids;
	int outlook;

	if (s->d->successor_of != POOL_NONE) {
		s->d->start_waits = true;
		return;
	}
	s->d->spawned_finish = false;
	outlook = judge(s, "run", &sp, &ids);
	if (outlook < 0) {
		service_raise(s, EV_SPAWN_REFUSED);
		return;
	}
	svfiles_list(s);
	sp.lock_num = read_fd_num(s, "lock-fd");
	sp.notify_num = read_fd_num(s, "notification-fd");
	if (sp.lock_num >= 0 && sp.lock_num == sp.notify_num) {
		service_note(s, "unable to start service: notification-fd and lock-fd are the same");
		service_raise(s, EV_SPAWN_REFUSED);
		return;
	}
	sp.new_pidns = service_flag(s, "flag-newpidns");
	sp.may_block = sp.may_block || sp.new_pidns;
	start_run(s, &sp, (enum slowexec)outlook);
}

/* After a fault the finish of this death may be there already: the child left its pid. */
static bool adopt_finish(struct service *s)
{
	if (s->d->spawned == 0 || !s->d->spawned_finish)
		return false;
	service_set_pid(s, s->d->spawned);
	service_raise(s, EV_FINISHING);
	return true;
}

/* An error is exec's to report, and so is a link that leads nowhere. */
static bool is_there(const struct service *s, const char *file)
{
	struct stat st;

	return !svfiles_lacks(s, file) &&
		(sys.fstatat(s->d->dirfd, file, &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT);
}

/* The pid of finish; 0 if there is none, or none that could be started, which is said. */
static pid_t start_finish(struct service *s, struct spawn *sp)
{
	struct ids ids;
	pid_t pid;

	s->d->spawned_finish = true;
	if (s->d->vanished || !is_there(s, "finish") || judge(s, "finish", sp, &ids) < 0)
		return 0;
	pid = prefix_spawn(s, sp, &s->d->execfd);
	if (pid < 0)
		service_warn(s, pid, "unable to spawn ./finish");
	return pid < 0 ? 0 : pid;
}

void service_run_finish(struct service *s)
{
	char code[12], sig[12], pgid[12];
	char *argv[] = { (char[]){ "finish" }, code, sig, service_argument(s), pgid, NULL };
	struct spawn sp = { .path = "./finish", .argv = argv, .envp = s->sv->envp, .dirfd = s->d->dirfd, SPAWN_NOTHING,
		.note_pid = &s->d->spawned };
	pid_t pid;

	if (adopt_finish(s))
		return;
	snprintf(code, sizeof(code), "%d", WIFSIGNALED(s->wstatus) ? 256 : WEXITSTATUS(s->wstatus));
	snprintf(sig, sizeof(sig), "%d", WIFSIGNALED(s->wstatus) ? WTERMSIG(s->wstatus) : 0);
	snprintf(pgid, sizeof(pgid), "%d", (int)s->d->last_run);
	pid = start_finish(s, &sp);
	if (pid > 0)
		service_set_pid(s, pid);
	service_raise(s, pid > 0 ? EV_FINISHING : EV_NO_FINISH);
}
