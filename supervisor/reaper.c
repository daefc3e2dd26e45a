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

void reaper_sweep(struct supervisor *sv)
{
	siginfo_t info;
	pid_t pid;

	for (int n = 0; n < REAPER_TURN; n++) {
		memset(&info, 0, sizeof(info));
		if (sys.waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0) {
			if (errno == EINTR)
				continue;
			return;
		}
		pid = info.si_pid;
		if (pid == 0)
			return;
		hand_on(sv, pid, status_of(&info));
		while (sys.waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG) < 0 && errno == EINTR)
			;
	}
	sweep_again(sv);
}
