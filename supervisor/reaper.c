#include "reaper.h"

#include <errno.h>
#include <string.h>

#include "boot.h"
#include "child.h"
#include "service.h"
#include "sys.h"

/* The wait status as waitpid would have given it. */
static int status_of(const siginfo_t *info)
{
	if (info->si_code == CLD_EXITED)
		return (info->si_status & 0xff) << 8;
	return (info->si_status & 0x7f) | (info->si_code == CLD_DUMPED ? 0x80 : 0);
}

static void hand_on(struct supervisor *sv, pid_t pid, int wstatus)
{
	struct service *s = service_by_pid(sv, pid);

	if (s)
		service_died(s, wstatus);
	else if (!child_exited(sv, pid, wstatus) && sv->boot)
		(void)boot_exited(sv, pid, wstatus);
	/* Anything else was an orphan: taking its death is all it needs. */
}

static void on_again(uv_idle_t *idle)
{
	(void)uv_idle_stop(idle);
	reaper_sweep(idle->data);
}

/*
 * In the next turn, whatever else that one has to do. A timer of no time at all would not do: libuv before 1.45 calls one that
 * is started again from its own callback in the same turn, before it looks at any descriptor.
 */
static void sweep_again(struct supervisor *sv)
{
	static uv_idle_t again;

	if (!again.data)
		(void)uv_idle_init(&sv->loop, &again);
	again.data = sv;
	(void)uv_idle_start(&again, on_again);
}

/* Hands one death on, any or that of one process, and takes it: its pid, or 0 where there is none. */
static pid_t take(struct supervisor *sv, idtype_t type, pid_t which)
{
	siginfo_t info;
	pid_t pid;

	memset(&info, 0, sizeof(info));
	while (sys.waitid(type, (id_t)which, &info, WEXITED | WNOHANG | WNOWAIT) < 0) {
		if (errno != EINTR)
			return 0;
	}
	if (info.si_pid == 0)
		return 0;
	pid = info.si_pid;
	hand_on(sv, pid, status_of(&info));
	while (sys.waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG) < 0 && errno == EINTR)
		;
	return pid;
}

bool reaper_took(struct supervisor *sv, pid_t pid)
{
	return take(sv, P_PID, pid) != 0;
}

void reaper_sweep(struct supervisor *sv)
{
	for (int n = 0; n < REAPER_TURN; n++) {
		if (take(sv, P_ALL, 0) == 0)
			return;
	}
	sweep_again(sv);
}
