/* Which manager is here: the five probes of an unprivileged user, and the others. */
#include <criterion/criterion.h>

#include <errno.h>

#include "manager.h"

static const struct manager_facts s6 = { .sysname = "Linux", .comm = "s6-svscan", .basedir = true };

Test(svctl_manager, both_signals_are_s6)
{
	cr_assert_eq(manager_judge(&s6), MANAGER_S6);
	cr_assert_str_eq(manager_name(MANAGER_S6), "s6");
	cr_assert_str_eq(manager_text(MANAGER_S6), "s6 (container supervisor)");
}

Test(svctl_manager, one_signal_is_not)
{
	struct manager_facts f = s6;

	f.basedir = false;
	cr_assert_eq(manager_judge(&f), MANAGER_NONE);
	f = s6;
	f.comm[8] = '\0';
	cr_assert_eq(manager_judge(&f), MANAGER_NONE);
	f = s6;
	f.comm[0] = '\0';
	f.comm_error = EACCES;
	cr_assert_eq(manager_judge(&f), MANAGER_NONE);
}

Test(svctl_manager, systemd_is_what_is_left)
{
	struct manager_facts f = { .sysname = "Linux", .comm = "systemd", .systemd = true };

	cr_assert_eq(manager_judge(&f), MANAGER_SYSTEMD);
	f = s6;
	f.systemd = true;
	cr_assert_eq(manager_judge(&f), MANAGER_S6, "a container that sees its host's /run");
}

Test(svctl_manager, other_systems_have_their_own)
{
	struct manager_facts f = { .sysname = "Darwin" };

	cr_assert_eq(manager_judge(&f), MANAGER_LAUNCHD);
	cr_assert_str_eq(manager_name(MANAGER_LAUNCHD), "launchd");
	f = (struct manager_facts){ .sysname = "CYGWIN_NT-10.0" };
	cr_assert_eq(manager_judge(&f), MANAGER_WINDOWS);
	cr_assert_str_eq(manager_name(MANAGER_WINDOWS), "windows");
	f = (struct manager_facts){ .sysname = "FreeBSD" };
	cr_assert_eq(manager_judge(&f), MANAGER_NONE);
	cr_assert_str_eq(manager_name(MANAGER_NONE), "none");
}
