/* Which programs PID 1 does not wait for when it starts them. */
#include "slowexec.h"

#include "unitdir.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sys/stat.h>

static dev_t dev;

static void setup(void)
{
	struct stat st;

	scratch_make();
	cr_assert_eq(fstat(scratch_fd, &st), 0);
	dev = st.st_dev;
}

TestSuite(slowexec, .init = setup, .fini = scratch_remove);

static enum slowexec expect_of(const char *text, mode_t mode)
{
	(void)unlinkat(scratch_fd, "run", 0);
	scratch_write("run", text);
	cr_assert_eq(fchmodat(scratch_fd, "run", mode, 0), 0);
	return slowexec_expect(scratch_fd, "run", dev);
}

static bool possible(const char *text)
{
	return expect_of(text, 0755) == EXEC_SLOW;
}

Test(slowexec, a_script_with_an_ordinary_interpreter_is_waited_for)
{
	static const char *const texts[] = {
		"#!/nonexistent/sh\n", "#! /nonexistent/sh -e\n", "#!relative\n", "#!", "#!\n", "#!/\n", "#", "", "\177ELF",
		"text\n#!/proc/self/exe\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		cr_expect_not(possible(texts[i]), "%s", texts[i]);
	cr_expect_not(slowexec_expect(scratch_fd, "none", dev) == EXEC_SLOW);
}

Test(slowexec, an_interpreter_on_another_mount_is_not)
{
	static const char *const texts[] = {
		"#!/proc/version\n", "#!  \t/proc/version -x\n", "#!///proc/version", "#!/proc/self/exe\n",
		"#!/proc/self/root/bin/sh\n",
	};
	char text[400];

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		cr_expect(possible(texts[i]), "%s", texts[i]);
	/* A line longer than the kernel reads is cut, as it does it. */
	snprintf(text, sizeof(text), "#!/proc/version %0380d", 0);
	cr_expect(possible(text));
}

Test(slowexec, a_link_is_not_followed)
{
	scratch_write("program", "#!/bin/sh\n");
	cr_assert_eq(symlinkat("program", scratch_fd, "run"), 0);
	cr_expect_eq(slowexec_expect(scratch_fd, "run", dev), EXEC_SLOW);
	cr_assert_eq(symlinkat("nowhere", scratch_fd, "dangling"), 0);
	cr_expect_eq(slowexec_expect(scratch_fd, "dangling", dev), EXEC_SLOW);
}

Test(slowexec, a_program_on_another_device_is_not_waited_for)
{
	scratch_write("run", "#!/bin/sh\n");
	cr_expect_eq(slowexec_expect(scratch_fd, "run", dev + 1), EXEC_SLOW);
}

Test(slowexec, a_lease_is_not_waited_for)
{
	int fd;

	scratch_write("run", "#!/nonexistent/sh\n");
	fd = openat(scratch_fd, "run", O_RDWR | O_CLOEXEC);
	cr_assert(fd >= 0);
	signal(SIGIO, SIG_IGN);
	cr_assert_eq(fcntl(fd, F_SETLEASE, F_WRLCK), 0);
	cr_expect_eq(slowexec_expect(scratch_fd, "run", dev), EXEC_SLOW);
	cr_assert_eq(fcntl(fd, F_SETLEASE, F_UNLCK), 0);
	cr_expect_neq(slowexec_expect(scratch_fd, "run", dev), EXEC_SLOW);
	close(fd);
}

Test(slowexec, success_is_expected_only_of_what_shows_no_fault)
{
	cr_expect_eq(expect_of("\177ELF...", 0755), EXEC_SOON);
	cr_expect_eq(expect_of("#!/bin/sh\n", 0755), EXEC_SOON);
	cr_expect_eq(expect_of("\177ELF...", 0644), EXEC_UNSURE, "not executable");
	cr_expect_eq(expect_of("\177ELF...", 0700), EXEC_UNSURE, "not for everybody");
	cr_expect_eq(expect_of("#!/nonexistent/sh\n", 0755), EXEC_UNSURE, "no such interpreter");
	cr_expect_eq(expect_of("#!sh\n", 0755), EXEC_UNSURE, "of this directory, whatever that is then");
	cr_expect_eq(expect_of("", 0755), EXEC_UNSURE, "empty");
	cr_expect_eq(expect_of("text", 0755), EXEC_UNSURE, "no program");
	cr_expect_eq(slowexec_expect(scratch_fd, "none", dev), EXEC_UNSURE);
}
