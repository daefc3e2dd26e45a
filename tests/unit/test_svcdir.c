/* The small files of a service directory: good and odd content, and what is no file at all. */
#include "svcdir.h"

#include "scratch.h"

#include <criterion/criterion.h>
#include <errno.h>

struct uint_row {
	const char *text;
	int r;
	uint32_t v;
};

static const struct uint_row uints[] = {
	{"5", 0, 5},
	{"5\n", 0, 5},
	{"5\nfoo", 0, 5},
	{"0", 0, 0},
	{"007", 0, 7},
	{"3000\n", 0, 3000},
	{"4294967295", 0, 4294967295U},
	{"00000000007", 0, 7},
	/* Cut after 11 digits. */
	{"000000000079", 0, 7},
	{"00000000001\n", 0, 1},
	{"0000000000123 garbage", 0, 1},
	{"4294967296", -EINVAL, 0},
	{"42949672950", -EINVAL, 0},
	{"99999999999", -EINVAL, 0},
	{"", -EINVAL, 0},
	{"\n", -EINVAL, 0},
	{"\n5", -EINVAL, 0},
	{"5x", -EINVAL, 0},
	{" 5", -EINVAL, 0},
	{"5 ", -EINVAL, 0},
	{"5\t\n", -EINVAL, 0},
	{"5\r\n", -EINVAL, 0},
	{"+5", -EINVAL, 0},
	{"-1", -EINVAL, 0},
	{"0x10", -EINVAL, 0},
	{"five", -EINVAL, 0},
	{"5.0", -EINVAL, 0},
};

struct signal_row {
	const char *text;
	int r;
	int sig;
};

static const struct signal_row signals[] = {
	{"TERM", 0, 15},
	{"SIGTERM\n", 0, 15},
	{"sigusr1", 0, 10},
	{"usr2\nhup", 0, 12},
	{"10", 0, 10},
	{"SIG10", 0, 10},
	{"0", 0, 0},
	{"99", 0, 99},
	{"CLD", 0, 17},
	{"SIGSTKFLT\n", 0, 16},
	{"SIGTERM garbage", -EINVAL, 0},
	{"", -EINVAL, 0},
	{"\nTERM", -EINVAL, 0},
	{" TERM", -EINVAL, 0},
	{"TERM ", -EINVAL, 0},
	{"SIGNONE", -EINVAL, 0},
	{"-15", -EINVAL, 0},
	/* What is behind 15 bytes is not seen. */
	{"000000000000015x", 0, 15},
	{"0000000000000015", 0, 1},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

Test(svcdir, parses_numbers_as_s6_does)
{
	size_t i;

	for (i = 0; i < COUNT(uints); i++) {
		uint32_t v = 12345;
		int r = svcdir_parse_uint(uints[i].text, strlen(uints[i].text), &v);

		cr_expect_eq(r, uints[i].r, "'%s'", uints[i].text);
		cr_expect_eq(v, r < 0 ? 12345 : uints[i].v, "'%s'", uints[i].text);
	}
}

Test(svcdir, parses_a_number_with_a_nul_as_invalid)
{
	uint32_t v = 0;

	cr_assert_eq(svcdir_parse_uint("5\0", 2, &v), -EINVAL);
	cr_assert_eq(svcdir_parse_uint("\0", 1, &v), -EINVAL);
}

Test(svcdir, parses_signals_as_s6_does)
{
	size_t i;

	for (i = 0; i < COUNT(signals); i++) {
		int sig = -5;
		int r = svcdir_parse_signal(signals[i].text, strlen(signals[i].text), &sig);

		cr_expect_eq(r, signals[i].r, "'%s'", signals[i].text);
		cr_expect_eq(sig, r < 0 ? -5 : signals[i].sig, "'%s'", signals[i].text);
	}
}

Test(svcdir, reads_the_files_with_the_same_rules)
{
	struct scratch s = scratch_make();
	size_t i;

	for (i = 0; i < COUNT(uints); i++) {
		uint32_t v = 12345;

		scratch_text(&s, "timeout-kill", uints[i].text);
		cr_expect_eq(
			svcdir_uint(s.fd, "timeout-kill", &v), uints[i].r, "'%s'", uints[i].text);
		cr_expect_eq(v, uints[i].r < 0 ? 12345 : uints[i].v, "'%s'", uints[i].text);
	}
	for (i = 0; i < COUNT(signals); i++) {
		int sig = -5;

		scratch_text(&s, "down-signal", signals[i].text);
		cr_expect_eq(svcdir_signal(s.fd, "down-signal", &sig), signals[i].r, "'%s'",
			signals[i].text);
		cr_expect_eq(sig, signals[i].r < 0 ? -5 : signals[i].sig, "'%s'", signals[i].text);
	}
	scratch_remove(&s);
}

Test(svcdir, leaves_the_default_where_there_is_no_file)
{
	struct scratch s = scratch_make();
	uint32_t v = 5000;
	int sig = 15;

	cr_assert_eq(svcdir_uint(s.fd, "timeout-finish", &v), -ENOENT);
	cr_assert_eq(svcdir_signal(s.fd, "down-signal", &sig), -ENOENT);
	cr_assert(v == 5000 && sig == 15);
	scratch_remove(&s);
}

Test(svcdir, does_not_hang_on_or_follow_what_is_no_file)
{
	struct scratch s = scratch_make();
	uint32_t v = 5000;
	int sig = 15;

	cr_assert_eq(mkdirat(s.fd, "dir", 0755), 0);
	cr_assert_eq(mkfifoat(s.fd, "fifo", 0644), 0);
	scratch_text(&s, "elsewhere", "7");
	cr_assert_eq(symlinkat("elsewhere", s.fd, "link"), 0);
	cr_assert_eq(svcdir_uint(s.fd, "dir", &v), -EISDIR);
	cr_assert_eq(svcdir_uint(s.fd, "fifo", &v), -EINVAL);
	cr_assert_eq(svcdir_uint(s.fd, "link", &v), -ELOOP);
	cr_assert_eq(svcdir_signal(s.fd, "fifo", &sig), -EINVAL);
	cr_assert_eq(svcdir_signal(s.fd, "link", &sig), -ELOOP);
	cr_assert(v == 5000 && sig == 15);
	scratch_remove(&s);
}

Test(svcdir, sees_a_flag_by_its_existence)
{
	struct scratch s = scratch_make();

	cr_assert_eq(svcdir_flag(s.fd, "down"), 0);
	scratch_text(&s, "down", "");
	cr_assert_eq(svcdir_flag(s.fd, "down"), 1);
	cr_assert_eq(mkdirat(s.fd, "dir", 0), 0);
	cr_assert_eq(svcdir_flag(s.fd, "dir"), 1);
	cr_assert_eq(symlinkat("down", s.fd, "link"), 0);
	cr_assert_eq(svcdir_flag(s.fd, "link"), 1);
	cr_assert_eq(symlinkat("nowhere", s.fd, "dangling"), 0);
	cr_assert_eq(svcdir_flag(s.fd, "dangling"), 0);
	cr_assert_eq(symlinkat("loop", s.fd, "loop"), 0);
	cr_assert_eq(svcdir_flag(s.fd, "loop"), -ELOOP);
	scratch_remove(&s);
}

Test(svcdir, takes_the_names_that_s6_takes)
{
	char longest[SV_NAME_MAX + 2];

	memset(longest, 'x', sizeof(longest));
	longest[SV_NAME_MAX] = '\0';
	cr_assert(svcdir_name_ok("web"));
	cr_assert(svcdir_name_ok("-x"));
	cr_assert(svcdir_name_ok("a..b"));
	cr_assert(svcdir_name_ok("two\nlines"));
	cr_assert(svcdir_name_ok("\xff\x01 "));
	cr_assert(svcdir_name_ok(longest));
	longest[SV_NAME_MAX] = 'x';
	longest[SV_NAME_MAX + 1] = '\0';
	cr_assert_not(svcdir_name_ok(longest));
	cr_assert_not(svcdir_name_ok(""));
	cr_assert_not(svcdir_name_ok("."));
	cr_assert_not(svcdir_name_ok(".."));
	cr_assert_not(svcdir_name_ok(".hidden"));
	cr_assert_not(svcdir_name_ok("a/b"));
	cr_assert_not(svcdir_name_ok("a/"));
}

Test(svcdir, says_what_is_wrong_with_a_profile_name)
{
	static const char *const good[] = {"a", "0", "web", "my-profile_2", "9-_-"};
	static const struct {
		const char *name, *why;
	} bad[] = {
		{"", "the name is empty"},
		{"..", "a name begins with a lower case letter or a digit"},
		{"-x", "a name begins with a lower case letter or a digit"},
		{"_x", "a name begins with a lower case letter or a digit"},
		{"Web", "a name begins with a lower case letter or a digit"},
		{"wEb", "a name holds lower case letters, digits, '_' and '-' only"},
		{"a/b", "a name holds lower case letters, digits, '_' and '-' only"},
		{"a.b", "a name holds lower case letters, digits, '_' and '-' only"},
		{"a\n", "a name holds lower case letters, digits, '_' and '-' only"},
		{"a b", "a name holds lower case letters, digits, '_' and '-' only"},
		{"m\xc3\xbcller", "a name holds lower case letters, digits, '_' and '-' only"},
		{"\xc3\xa4", "a name begins with a lower case letter or a digit"},
	};
	char longest[301];
	size_t i;

	for (i = 0; i < COUNT(good); i++)
		cr_expect_null(svcdir_profile_name_why(good[i], SV_PROFILE_MAX), "%s", good[i]);
	for (i = 0; i < COUNT(bad); i++)
		cr_expect_str_eq(svcdir_profile_name_why(bad[i].name, SV_PROFILE_MAX), bad[i].why,
			"%s", bad[i].name);
	memset(longest, 'x', sizeof(longest));
	longest[300] = '\0';
	cr_assert_str_eq(svcdir_profile_name_why(longest, SV_PROFILE_MAX), "the name is too long");
	longest[SV_PROFILE_MAX + 1] = '\0';
	cr_assert_str_eq(svcdir_profile_name_why(longest, SV_PROFILE_MAX), "the name is too long");
	longest[SV_PROFILE_MAX] = '\0';
	cr_assert_null(svcdir_profile_name_why(longest, SV_PROFILE_MAX));
}
