/* What follows from the supervisor's own figures. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "doctor.h"

static const struct doctor_info well = { .known = true, .pid1 = true, .init = true, .slots_used = 20,
	.slots_max = 10000, .fd_limit = 20000 };

/* The finding that says something, or NULL. */
static const struct finding *find(const struct findings *f, const char *text)
{
	for (size_t i = 0; i < f->n; i++)
		if (strstr(f->v[i].what, text) != NULL)
			return &f->v[i];
	return NULL;
}

static enum finding_level level_of(const struct doctor_info *info, const char *text)
{
	struct findings f = { NULL, 0 };
	const struct finding *found;
	enum finding_level level;

	doctor_supervisor(&f, info);
	found = find(&f, text);
	cr_assert_not_null(found, "nothing says '%s'", text);
	level = found->level;
	cr_assert(level <= FINDING_NOTE || found->mend[0] != '\0' || strstr(text, "stopped") != NULL,
		"'%s' is not said how to mend", text);
	doctor_finish(&f);
	return level;
}

Test(svctl_doctor, has_nothing_to_say_where_all_is_well)
{
	struct findings f = { NULL, 0 };

	doctor_supervisor(&f, &well);
	cr_assert_eq(f.n, 1);
	cr_assert_eq(f.v[0].level, FINDING_FINE);
	doctor_finish(&f);
}

Test(svctl_doctor, knows_when_there_is_no_room)
{
	struct doctor_info i = well;

	i.slots_used = i.slots_max;
	cr_assert_eq(level_of(&i, "all 10000 places"), FINDING_BAD);
	i = well;
	i.slots_used = 500;
	i.fd_limit = 1024;
	cr_assert_eq(level_of(&i, "1024 open files are not enough for 500"), FINDING_BAD);
	i.slots_used = 390;
	cr_assert_eq(level_of(&i, "leaves room for 6 more"), FINDING_WARNING);
}

Test(svctl_doctor, tells_faults_and_what_is_degraded)
{
	struct doctor_info i = well;

	i.faults = 2;
	i.fault_signal = 11;
	cr_assert_eq(level_of(&i, "renewed itself 2 times after a fault, the last one SIGSEGV"), FINDING_WARNING);
	i = well;
	i.pid1 = false;
	cr_assert_eq(level_of(&i, "not process 1"), FINDING_WARNING);
	i = well;
	i.uid = 10000;
	cr_assert_eq(level_of(&i, "as uid 10000, not as root"), FINDING_NOTE);
	i = well;
	i.shared = true;
	cr_assert_eq(level_of(&i, "others than root can write it"), FINDING_NOTE);
	i = well;
	i.leaving = true;
	cr_assert_eq(level_of(&i, "being stopped"), FINDING_WARNING);
	i = well;
	snprintf(i.profiles, sizeof i.profiles, "profiles are off");
	cr_assert_eq(level_of(&i, "profiles are off"), FINDING_NOTE);
}

Test(svctl_doctor, says_nothing_about_a_supervisor_that_does_not_tell)
{
	struct doctor_info i = { .known = false };
	struct findings f = { NULL, 0 };

	doctor_supervisor(&f, &i);
	cr_assert_eq(f.n, 0);
}
