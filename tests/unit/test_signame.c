/* Signal names and numbers, both ways. */
#include "signame.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

static int parse(const char *text)
{
	return signame_parse(text, strlen(text));
}

Test(signame, names_what_linux_numbers)
{
	static const struct {
		int sig;
		const char *name;
	} rows[] = {
		{1, "HUP"},
		{2, "INT"},
		{3, "QUIT"},
		{4, "ILL"},
		{5, "TRAP"},
		{6, "ABRT"},
		{7, "BUS"},
		{8, "FPE"},
		{9, "KILL"},
		{10, "USR1"},
		{11, "SEGV"},
		{12, "USR2"},
		{13, "PIPE"},
		{14, "ALRM"},
		{15, "TERM"},
		{16, "STKFLT"},
		{17, "CHLD"},
		{18, "CONT"},
		{19, "STOP"},
		{20, "TSTP"},
		{21, "TTIN"},
		{22, "TTOU"},
		{23, "URG"},
		{24, "XCPU"},
		{25, "XFSZ"},
		{26, "VTALRM"},
		{27, "PROF"},
		{28, "WINCH"},
		{29, "IO"},
		{30, "PWR"},
		{31, "SYS"},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect_str_eq(signame_of(rows[i].sig), rows[i].name, "signal %d", rows[i].sig);
		cr_expect_eq(parse(rows[i].name), rows[i].sig, "%s", rows[i].name);
	}
	cr_assert_eq(sizeof(rows) / sizeof(rows[0]), 31);
}

Test(signame, has_no_name_for_other_numbers)
{
	cr_assert_null(signame_of(0));
	cr_assert_null(signame_of(32));
	cr_assert_null(signame_of(64));
	cr_assert_null(signame_of(-1));
}

Test(signame, takes_second_names_prefix_and_any_case)
{
	cr_assert_eq(parse("CLD"), SIGCHLD);
	cr_assert_eq(parse("POLL"), SIGIO);
	cr_assert_eq(parse("IOT"), SIGABRT);
	cr_assert_eq(parse("sigusr1"), SIGUSR1);
	cr_assert_eq(parse("SiGtErM"), SIGTERM);
	cr_assert_eq(parse("hup"), SIGHUP);
}

Test(signame, takes_numbers_without_judging_them)
{
	cr_assert_eq(parse("15"), 15);
	cr_assert_eq(parse("SIG15"), 15);
	cr_assert_eq(parse("0"), 0);
	cr_assert_eq(parse("99"), 99);
	cr_assert_eq(parse("007"), 7);
	cr_assert_eq(parse("2147483647"), 2147483647);
}

Test(signame, refuses_everything_else)
{
	static const char *const bad[] = {
		"",
		"SIG",
		"TER",
		"TERMX",
		" TERM",
		"TERM ",
		"TERM\n",
		"SIGSIGTERM",
		"-1",
		"+1",
		"1x",
		"0x9",
		"2147483648",
		"99999999999",
		"SIG-1",
		"RTMIN",
		"TÉRM",
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(parse(bad[i]), -EINVAL, "'%s'", bad[i]);
}

Test(signame, looks_at_exactly_the_length_given)
{
	cr_assert_eq(signame_parse("TERMINAL", 4), SIGTERM);
	cr_assert_eq(signame_parse("1599", 2), 15);
	cr_assert_eq(signame_parse("TERM", 3), -EINVAL);
	cr_assert_eq(signame_parse("TERM\0X", 6), -EINVAL);
}
