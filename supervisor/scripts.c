/* Programs in .s6-svscan. Reads nothing of services; never waits for what it starts. */
#include "scripts.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "msg.h"
#include "noexec.h"
#include "rights.h"
#include "spawn.h"
#include "svcdir.h"
#include "sys.h"

#define FINISH ".s6-svscan/finish"
#define CRASH ".s6-svscan/crash"

/* 1: there and to be run; 0: not there, or refused with a message. */
static int there(const struct supervisor *sv, const char *path)
{
	if (svcdir_flag(sv->head->scandirfd, path) == 0)
		return 0;
	if (rights_to_script(sv, path))
		return 1;
	msg_warn(0, "refused to run %s as root: others can write it", path);
	return 0;
}

/* Only returns on failure, with -errno. */
static int execute(const struct supervisor *sv, const char *path)
{
	char *argv[] = { (char *)path, NULL };

	if (fchdir(sv->head->scandirfd) < 0)
		return -errno;
	spawn_reset_child(true);
	/* What takes our place did not ask for the orphans of others. */
	(void)prctl(PR_SET_CHILD_SUBREAPER, 0);
	return noexec_execve(path, argv, sv->envp);
}

int scripts_end(struct supervisor *sv, int code)
{
	int r;

	if (!there(sv, FINISH))
		return code;
	r = execute(sv, FINISH);
	/* Not there, as we learn when it could not be looked for. */
	if (r == -ENOENT && svcdir_flag(sv->head->scandirfd, FINISH) == 0)
		return code;
	msg_warn(r, "unable to exec finish script " FINISH);
	msg_warn(0, "executing into " CRASH);
	r = there(sv, CRASH) ? execute(sv, CRASH) : -ENOENT;
	msg_error(r, "unable to exec " CRASH);
	return r == -ENOENT ? EXIT_NOTFOUND : EXIT_NOEXEC;
}

void scripts_crash(const struct supervisor *sv)
{
	if (sv->mode == MODE_SCANDIR && rights_to_script(sv, CRASH))
		(void)execute(sv, CRASH);
}

static const char *script_of(int sig)
{
	static const struct { int sig; const char *path; } scripts[] = {
		{ SIGHUP, ".s6-svscan/SIGHUP" }, { SIGINT, ".s6-svscan/SIGINT" }, { SIGQUIT, ".s6-svscan/SIGQUIT" },
		{ SIGTERM, ".s6-svscan/SIGTERM" }, { SIGUSR1, ".s6-svscan/SIGUSR1" },
		{ SIGUSR2, ".s6-svscan/SIGUSR2" }, { SIGPWR, ".s6-svscan/SIGPWR" },
		{ SIGWINCH, ".s6-svscan/SIGWINCH" },
	};

	for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++)
		if (scripts[i].sig == sig)
			return scripts[i].path;
	return NULL;
}

bool scripts_on_signal(struct supervisor *sv, int sig)
{
	const char *path = script_of(sig);
	char *argv[] = { (char *)path, NULL };
	struct spawn sp = { .path = path, .argv = argv, .envp = sv->envp, .dirfd = sv->head->scandirfd, SPAWN_NOTHING,
		.same_session = true };
	pid_t pid;
	int execfd;

	/* Compat: as in 2.15, one that is not executable counts as not there, without a word. */
	if (!path || sys.faccessat(sp.dirfd, path, X_OK, AT_EACCESS) < 0 || !there(sv, path))
		return false;
	pid = spawn_start(&sp, &execfd);
	if (pid < 0)
		msg_warn(pid, "unable to spawn %s", path);
	return pid > 0;
}
