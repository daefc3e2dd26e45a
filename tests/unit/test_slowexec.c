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

static bool possible(const char *text)
{
	scratch_write("run", text);
	return slowexec_possible(scratch_fd, "run", dev);
}

Test(slowexec, a_script_with_an_ordinary_interpreter_is_waited_for)
{
	static const char *const texts[] = {
		"#!/nonexistent/sh\n", "#! /nonexistent/sh -e\n", "#!relative\n", "#!", "#!\n", "#!/\n", "#", "", "\177ELF",
		"text\n#!/proc/self/exe\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		cr_expect_not(possible(texts[i]), "%s", texts[i]);
	cr_expect_not(slowexec_possible(scratch_fd, "none", dev));
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
	cr_expect(slowexec_possible(scratch_fd, "run", dev));
	cr_assert_eq(symlinkat("nowhere", scratch_fd, "dangling"), 0);
	cr_expect(slowexec_possible(scratch_fd, "dangling", dev));
}

Test(slowexec, a_program_on_another_device_is_not_waited_for)
{
	scratch_write("run", "#!/bin/sh\n");
	cr_expect(slowexec_possible(scratch_fd, "run", dev + 1));
}

Test(slowexec, a_lease_is_not_waited_for)
{
	int fd;

	scratch_write("run", "#!/nonexistent/sh\n");
	fd = openat(scratch_fd, "run", O_RDWR | O_CLOEXEC);
	cr_assert(fd >= 0);
	signal(SIGIO, SIG_IGN);
	cr_assert_eq(fcntl(fd, F_SETLEASE, F_WRLCK), 0);
	cr_expect(slowexec_possible(scratch_fd, "run", dev));
	cr_assert_eq(fcntl(fd, F_SETLEASE, F_UNLCK), 0);
	cr_expect_not(slowexec_possible(scratch_fd, "run", dev));
	close(fd);
}
