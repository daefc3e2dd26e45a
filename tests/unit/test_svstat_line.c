/* The lines of s6-svstat for states that a live tree does not show on demand. */
#include <criterion/criterion.h>
#include <string.h>

#include "../../shim/svstat_line.c"

static const struct svstat base = {
	.st = { .stamp = { 1000, 500 }, .readystamp = { 1010, 0 } },
	.now = { 1100, 400 },
};

static void human_is(const struct svstat *s, bool numeric, const char *want)
{
	char line[SVSTAT_LINE];

	svstat_human(line, s, numeric);
	cr_assert_str_eq(line, want);
}

static void field_is(const struct svstat *s, const char *name, const char *want)
{
	char line[SVSTAT_LINE];
	int field = svstat_field_of_name(name, strlen(name));

	cr_assert_geq(field, 0, "%s", name);
	svstat_fields(line, s, &field, 1);
	cr_assert_str_eq(line, want, "%s: %s, not %s", name, line, want);
}

Test(svstat_line, says_not_started_yet_with_the_blank_before_the_comma)
{
	struct svstat s = base;

	s.st.paused = true;
	human_is(&s, false, "down (not started yet) ");
	s.normally_up = s.st.want_up = s.st.ready = true;
	human_is(&s, false, "down (not started yet) , normally up, want up");
	field_is(&s, "exitcode", "-1");
	field_is(&s, "paused", "false");
	field_is(&s, "ready", "false");
}

Test(svstat_line, counts_whole_seconds_and_never_below_zero)
{
	struct svstat s = base;

	s.st.pid = 7;
	s.st.want_up = s.normally_up = true;
	human_is(&s, false, "up (pid 7) 99 seconds");
	s.now.tv_nsec = 500;
	human_is(&s, false, "up (pid 7) 100 seconds");
	s.st.stamp.tv_sec = 2000;
	human_is(&s, false, "up (pid 7) 0 seconds");
	field_is(&s, "readyfor", "90");
}

Test(svstat_line, shows_everything_that_is_unusual_about_an_up_service)
{
	struct svstat s = base;

	s.st.pid = 7;
	s.st.paused = s.st.ready = true;
	human_is(&s, false, "up (pid 7) 99 seconds, normally down, paused, want down, ready 90 seconds");
}

Test(svstat_line, a_finishing_service_is_down_and_has_no_pid)
{
	struct svstat s = base;

	s.st.pid = 9;
	s.st.finishing = s.st.want_up = s.normally_up = true;
	s.st.wstat = 0x0300;
	human_is(&s, false, "down (exitcode 3) 99 seconds, normally up, want up");
	field_is(&s, "pid", "-1");
	field_is(&s, "pgid", "-1");
	field_is(&s, "up", "false");
}

Test(svstat_line, names_signals_without_aliases)
{
	static const struct {
		uint16_t wstat;
		const char *name, *number, *line;
	} rows[] = {
		{ 6, "SIGABRT", "6", "down (signal SIGABRT) 99 seconds" },
		{ 0x80 + 11, "SIGSEGV", "11", "down (signal SIGSEGV) 99 seconds" },
		{ 17, "SIGCHLD", "17", "down (signal SIGCHLD) 99 seconds" },
		{ 64, "SIG???", "64", "down (signal SIG???" ") 99 seconds" },
		{ 0x0500, "NA", "-1", "down (exitcode 5) 99 seconds" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct svstat s = base;

		s.st.wstat = rows[i].wstat;
		human_is(&s, false, rows[i].line);
		field_is(&s, "signal", rows[i].name);
		field_is(&s, "signum", rows[i].number);
		field_is(&s, "exitcode", i == 4 ? "5" : "-1");
	}
}

Test(svstat_line, prints_signals_as_numbers_when_asked)
{
	struct svstat s = base;

	s.st.wstat = 15;
	human_is(&s, true, "down (signal 15) 99 seconds");
}

Test(svstat_line, takes_beginnings_of_names_that_fit_one_name_alone)
{
	cr_expect_eq(svstat_field_of_name("wan", 3), svstat_field_of_name("wantedup", 8));
	cr_expect_eq(svstat_field_of_name("pi", 2), svstat_field_of_letter('p'));
	cr_expect_eq(svstat_field_of_name("up", 2), svstat_field_of_letter('u'));
	cr_expect_eq(svstat_field_of_name("ready", 5), svstat_field_of_letter('r'));
	cr_expect_eq(svstat_field_of_name("sig", 3), -1);
	cr_expect_eq(svstat_field_of_name("p", 1), -1);
	cr_expect_eq(svstat_field_of_name("", 0), -1);
	cr_expect_eq(svstat_field_of_name("pidx", 4), -1);
}

Test(svstat_line, knows_a_field_for_each_letter_it_takes)
{
	for (const char *c = SVSTAT_LETTERS; *c; c++)
		cr_expect_geq(svstat_field_of_letter(*c), 0, "%c", *c);
	cr_expect_eq(svstat_field_of_letter('x'), -1);
	cr_expect_eq(svstat_field_of_letter(0), -1);
}
