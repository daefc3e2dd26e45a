/*
 * hexad: /init of a container, s6-svscan of a scan directory, s6-supervise of one service. The name it is
 * called by decides. Reads as a table of contents: options, process set-up, the parts, the loop.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "api.h"
#include "boot.h"
#include "config.h"
#include "control.h"
#include "fault.h"
#include "fdio.h"
#include "msg.h"
#include "options.h"
#include "profiles_watch.h"
#include "watch.h"
#include "reaper.h"
#include "rights.h"
#include "scandir.h"
#include "scripts.h"
#include "service.h"
#include "slotfile.h"
#include "slowexec.h"
#include "spawn.h"
#include "sys.h"
#include "title.h"

int64_t mono_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

void supervisor_quit(struct supervisor *sv, int code)
{
	sv->exit_code = code;
	uv_stop(&sv->loop);
}

static void on_sigpipe(int sig)
{
	(void)sig; /* a handler, not SIG_IGN: programs get the default back */
}

static const int faults[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE };
static const int watched[] = { SIGCHLD, SIGALRM, SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGUSR1, SIGUSR2, SIGPWR,
	SIGWINCH };

/*
 * Blocked, so that nothing is lost before the loop runs or while one image replaces another. Faults stay
 * blocked until fault_arm: a second one that waits already would end us by its default action.
 */
static void block_signals(sigset_t *set)
{
	sigset_t mask;

	sigemptyset(set);
	for (size_t i = 0; i < sizeof(watched) / sizeof(*watched); i++)
		sigaddset(set, watched[i]);
	mask = *set;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		sigaddset(&mask, faults[i]);
	/* A terminal with tostop set, and we in the background: blocked, what is written there just goes through. */
	sigaddset(&mask, SIGTTOU);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, on_sigpipe);
}

/* Compat: s6-svscan replaces only what is closed. Without /dev an empty file in memory serves. */
static int open_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	return fd >= 0 ? fd : memfd_create("null", MFD_CLOEXEC);
}

static void fill_standard_fds(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			(void)!memfd_create("null", 0);
}

static void raise_limits(struct supervisor *sv)
{
	struct rlimit rl;

	spawn_init();
	sv->fd_limit = 1024;
	if (getrlimit(RLIMIT_NOFILE, &rl) < 0)
		return;
	if (rl.rlim_cur < rl.rlim_max) {
		rlim_t soft = rl.rlim_cur;

		rl.rlim_cur = rl.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &rl) < 0)
			rl.rlim_cur = soft;
	}
	sv->fd_limit = rl.rlim_cur > UINT32_MAX ? UINT32_MAX : (uint32_t)rl.rlim_cur;
}

static void signal_to_single(struct supervisor *sv, int sig)
{
	struct service *s = service_next(sv, NULL);

	if (!s)
		return;
	if (sig == SIGTERM)
		service_feed(s, EV_SUP_TERM);
	else if (sig == SIGHUP)
		service_feed(s, EV_SUP_HUP);
	else if (sig == SIGQUIT)
		service_feed(s, EV_SUP_QUIT);
	else if (sig == SIGINT)
		service_feed(s, EV_SUP_INT);
}

static void signal_to_tree(struct supervisor *sv, int sig)
{
	static const struct { int sig; char letter; } letters[] = {
		{ SIGALRM, 'a' }, { SIGHUP, 'h' }, { SIGTERM, 't' }, { SIGINT, 't' }, { SIGQUIT, 'q' },
	};

	if (sv->mode == MODE_SCANDIR && scripts_on_signal(sv, sig))
		return;
	for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++)
		if (letters[i].sig == sig)
			scandir_command(sv, letters[i].letter);
}

static void signal_to_init(struct supervisor *sv, int sig)
{
	if (sig == SIGALRM || sig == SIGHUP)
		signal_to_tree(sv, sig);
	else
		boot_signal(sv, sig);
}

static void on_signal(void *data)
{
	struct supervisor *sv = data;
	struct signalfd_siginfo si;

	if (sys.read(sv->head->signalfd, &si, sizeof(si)) != (ssize_t)sizeof(si))
		return;
	if (si.ssi_signo == SIGCHLD)
		reaper_sweep(sv);
	else if (sv->mode == MODE_INIT)
		signal_to_init(sv, (int)si.ssi_signo);
	else if (sv->mode == MODE_SINGLE)
		signal_to_single(sv, (int)si.ssi_signo);
	else
		signal_to_tree(sv, (int)si.ssi_signo);
}

/*
 * A fault that spoilt the pool itself: who runs what is not known any more, and the locks we inherited would stop
 * us. The tree starts anew; as PID 1 without the processes of the old one beside it.
 */
static void start_over(int err)
{
	msg_warn(err, "unable to take over after a fault: starting anew");
	close_range(3, ~0u, 0);
	if (getpid() == 1)
		kill(-1, SIGKILL);
}

/* The pool of the image before this one, if fd is one and ours. */
static struct pool *former_pool(int fd)
{
	struct pool *p;
	int err = -EPERM;

	/* Only a handler of ours passes a sealed memfd: anything else is somebody's variable and means nothing. */
	if (fd < 0 || fcntl(fd, F_GET_SEALS) != (F_SEAL_SHRINK | F_SEAL_GROW))
		return NULL;
	p = pool_open(fd, &err);
	if (!p || pool_head(p)->owner_pid != getpid()) {
		start_over(err);
		return NULL;
	}
	fault_reclaim(p);
	spawn_reserve(pool_head(p)->nullfd);
	spawn_take_starter(pool_head(p)->starterfd);
	return p;
}

static struct pool *new_pool(uint32_t slots)
{
	int null = open_null(), err = 0;
	struct pool *p;

	spawn_reserve(null);
	p = pool_create(slots, &err);
	if (!p)
		msg_die(EXIT_SYSTEM, err, "unable to make the pool for %u services", slots);
	*pool_head(p) = (struct pool_head){ .signalfd = -1, .inotifyfd = -1, .listenfd = -1, .listenfd2 = -1,
		.scandirfd = -1, .scanlockfd = -1, .scanctlfd = -1, .exefd = -1, .starterfd = -1, .consolefd = -1,
		.volumefd = -1, .profilesfd = -1, .home_wd = -1, .stdinfd = -1, .cwdfd = -1, .rcfd = -1,
		.nullfd = null, .owner_pid = getpid() };
	return p;
}

/*
 * hexad-start, for programs that run as another user. PID 1 waits for its exec, so it must be root's alone and lie
 * where that does not take long; without it those programs are started through a fork.
 */
static void open_starter(struct supervisor *sv)
{
	const char *path = SLOTFILE_INTERPRETER; /* of one file with it */

	if (geteuid() != 0 || sv->config->run_as != RUN_AS_OWNER || !rights_only_root(path) ||
		slowexec_expect_interpreter(path) != EXEC_SOON)
		return;
	sv->head->starterfd = fdio_open(AT_FDCWD, path, O_PATH, 0);
	spawn_take_starter(sv->head->starterfd);
}

static void open_pool(struct supervisor *sv, int resume_fd, uint32_t slots)
{
	sv->pool = former_pool(resume_fd);
	sv->resumed = sv->pool != NULL;
	if (!sv->pool)
		sv->pool = new_pool(slots);
	sv->head = pool_head(sv->pool);
	sv->services = calloc(pool_max(sv->pool), sizeof(*sv->services));
	for (sv->pid_mask = 15; sv->pid_mask < 2 * pool_max(sv->pool); sv->pid_mask = 2 * sv->pid_mask + 1)
		;
	sv->pid_hint = calloc((size_t)sv->pid_mask + 1, sizeof(*sv->pid_hint));
	if (!sv->services || !sv->pid_hint)
		msg_die(EXIT_SYSTEM, ENOMEM, "unable to make room for %u services", slots);
}

static int open_loop(struct supervisor *sv, const sigset_t *set)
{
	int r = uv_loop_init(&sv->loop);

	if (r < 0)
		return r;
	if (!sv->resumed)
		sv->head->signalfd = signalfd(-1, set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (sv->head->signalfd < 0)
		return -errno;
	sv->signals = watch_start(&sv->loop, sv->head->signalfd, on_signal, sv);
	return sv->signals ? 0 : -ENOMEM;
}

/* s6-supervise DIR: a tree of one, without a scan directory. */
static int open_single(struct supervisor *sv)
{
	struct service *s;
	struct stat st;
	int fd, err;

	uv_timer_init(&sv->loop, &sv->rescan_timer);
	control_open(sv);
	if (sv->resumed) {
		sv->scandir_dev = fstat(sv->head->scandirfd, &st) < 0 ? 0 : st.st_dev;
		return 0;
	}
	fd = fdio_open(AT_FDCWD, sv->scandir, O_PATH | O_DIRECTORY, 0);
	if (fd < 0 || fstat(fd, &st) < 0)
		msg_die(EXIT_SYSTEM, fd < 0 ? fd : errno, "unable to chdir to %s", sv->scandir);
	sv->head->scandirfd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	sv->scandir_uid = st.st_uid;
	sv->scandir_dev = st.st_dev;
	s = service_take(sv, sv->scandir, fd, &st, &err);
	if (!s)
		return err;
	/* What runs from here on must be found again, and without a whole head nothing is. */
	pool_commit_head(sv->pool);
	service_begin(s);
	return 0;
}

static void resume_services(struct supervisor *sv)
{
	uint32_t n = 0;
	int err;

	for (uint32_t i = 0; i < pool_max(sv->pool); i++)
		if (pool_ident(sv->pool, i))
			n += service_resume(sv, i, &err) != NULL;
	msg_warn(0, "took over after a fault (signal %d, fault %u): %u services carried on", sv->head->fault_signal,
		(unsigned int)sv->head->faults, (unsigned int)n);
	for (uint32_t i = 0; i < sv->services_max; i++)
		if (sv->services[i])
			service_recover(sv->services[i]);
}

static void announce(int fd)
{
	if (fd < 3)
		return;
	(void)!write(fd, "\n", 1);
	close(fd);
}

/* A container without a scan directory still runs its main program: degraded, and said so. */
static void open_parts(struct supervisor *sv)
{
	int r = sv->mode == MODE_SINGLE ? open_single(sv) : scandir_open(sv);

	if (r < 0 && sv->mode != MODE_INIT)
		exit(r == -EBUSY || r == -EPERM ? EXIT_USAGE : EXIT_SYSTEM);
	if (r < 0) {
		msg_warn(0, "no scan directory: no service is supervised, the main program runs alone");
		fdio_close(&sv->head->scandirfd);
	} else if (sv->mode != MODE_SINGLE) {
		(void)api_open(sv);
	}
	pool_commit_head(sv->pool);
}

static void on_first_turn(uv_timer_t *t)
{
	struct supervisor *sv = t->data;

	uv_close((uv_handle_t *)t, NULL);
	if (sv->resumed)
		resume_services(sv);
	if (sv->mode == MODE_INIT)
		boot_run(sv);
	else if (sv->mode == MODE_SCANDIR && sv->head->leaving)
		scandir_leave(sv, sv->head->leave_how); /* a fault may have kept it from somebody */
	else if (sv->mode == MODE_SCANDIR)
		scandir_scan(sv); /* the first, or the one that a fault may have cut short */
	if (sv->resumed)
		profiles_watch_resume(sv);
	/* Only now is it known whose the dead are: services were resumed, and boot has its record back. */
	reaper_sweep(sv);
}

int main(int argc, char **argv)
{
	static struct supervisor sv;
	static struct config config;
	struct options opt;
	uv_timer_t first;
	sigset_t set;
	int resume_fd = fault_resume_fd(environ);

	sv.argc = argc;
	sv.argv = title_init(argc, argv);
	options_parse(&opt, sv.argv, resume_fd >= 0);
	prctl(PR_SET_NAME, opt.mode == MODE_SINGLE ? "s6-supervise" : "s6-svscan");
	msg_waits = false;
	msg_prog = opt.prog;
	sv.mode = opt.mode;
	sv.scandir = opt.dir;
	sv.name_max = opt.name_max;
	sv.rescan_ms = opt.rescan_ms;
	sv.pid1 = getpid() == 1;
	sv.envp = environ;
	sv.config = &config;

	fill_standard_fds();
	if (sv.mode == MODE_INIT && resume_fd < 0)
		boot_await_fds(environ);
	block_signals(&set);
	raise_limits(&sv);
	if (!sv.pid1 && prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		msg_warn(errno, "unable to become a subreaper: what services leave behind goes to somebody else");
	if (config_load(&config, opt.config, stderr) < 0) {
		if (resume_fd < 0)
			msg_die(EXIT_USAGE, 0, "the configuration has errors: nothing is started");
		msg_warn(0, "the configuration has errors now: going on with what of it is valid");
	}
	open_pool(&sv, resume_fd, opt.slots ? opt.slots : config.slots_max);
	if (!sv.resumed) {
		sv.head->consolefd = opt.console_fd;
		open_starter(&sv);
	}
	fault_arm(&sv, environ);
	if (sv.resumed && fault_too_many(sv.head, mono_ns()))
		fault_safe_mode(&sv);
	if (sv.mode == MODE_INIT) {
		sv.scandir = config.scandir;
		boot_prepare(&sv);
	}
	if (open_loop(&sv, &set) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to make the event loop");
	open_parts(&sv);
	/* From here on nothing exits: every failure has a next state. */
	if (!sv.resumed)
		announce(opt.ready_fd);
	uv_timer_init(&sv.loop, &first);
	first.data = &sv;
	uv_timer_start(&first, on_first_turn, 0, 0);
	uv_run(&sv.loop, UV_RUN_DEFAULT);
	api_close(&sv);
	return sv.mode == MODE_SCANDIR ? scripts_end(&sv, sv.exit_code) : sv.exit_code;
}
