/* Deaths without end must not be the end of all else. */
#include "reaper.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reaper.c"

static int left, taken;

/* Nobody knows any of them. */
struct service *service_by_pid(struct supervisor *sv, pid_t pid)
{
	(void)sv;
	(void)pid;
	return NULL;
}

void service_died(struct service *s, int wstatus)
{
	(void)s;
	(void)wstatus;
}

bool child_exited(struct supervisor *sv, pid_t pid, int wstatus)
{
	(void)sv;
	(void)pid;
	(void)wstatus;
	return false;
}

bool boot_exited(struct supervisor *sv, pid_t pid, int wstatus)
{
	return child_exited(sv, pid, wstatus);
}

/* An orphan is dead, and then another. */
static int fake_waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
	(void)options;
	memset(info, 0, sizeof(*info));
	if (type == P_PID) {
		cr_assert_eq((int)id, 100 + taken);
		taken++;
		left--;
	} else if (left > 0) {
		info->si_pid = 100 + taken;
		info->si_code = CLD_EXITED;
	}
	return 0;
}

/* What comes through a descriptor, as a signal does. */
static void on_other(uv_poll_t *p, int status, int events)
{
	(void)status;
	(void)events;
	*(int *)p->data = taken;
	(void)uv_poll_stop(p);
}

Test(reaper, takes_so_many_deaths_in_a_turn_and_the_rest_in_the_next)
{
	static struct supervisor sv;
	uv_poll_t other;
	int when = -1, fd[2];

	cr_assert_eq(uv_loop_init(&sv.loop), 0);
	cr_assert_eq(pipe(fd), 0);
	cr_assert_eq(write(fd[1], "", 1), 1);
	cr_assert_eq(uv_poll_init(&sv.loop, &other, fd[0]), 0);
	other.data = &when;
	uv_poll_start(&other, UV_READABLE, on_other);
	sys.waitid = fake_waitid;
	left = 9 * REAPER_TURN - 10;
	reaper_sweep(&sv);
	cr_assert_eq(taken, REAPER_TURN, "%d in one turn", taken);
	uv_run(&sv.loop, UV_RUN_DEFAULT);
	cr_assert_eq(left, 0);
	cr_assert_eq(taken, 9 * REAPER_TURN - 10);
	cr_assert_leq(when, 3 * REAPER_TURN, "something else had to wait for %d", when);
}

static pid_t dead, reaped;

static int fake_waitid_of(idtype_t type, id_t id, siginfo_t *info, int options)
{
	cr_assert_eq(type, P_PID);
	memset(info, 0, sizeof(*info));
	if (!(options & WNOWAIT))
		reaped = (pid_t)id;
	else if ((pid_t)id == dead)
		info->si_pid = dead;
	return 0;
}

Test(reaper, takes_the_death_of_one_that_is_asked_for)
{
	static struct supervisor sv;

	sys.waitid = fake_waitid_of;
	dead = 142;
	cr_assert_not(reaper_took(&sv, 141));
	cr_assert_eq(reaped, 0);
	cr_assert(reaper_took(&sv, 142));
	cr_assert_eq(reaped, 142);
}
