/* The two ways of reading options: what is an option, what is its argument, where they end, what is refused. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "../../shim/option.c"

#define WORDS 16
#define SPEC "abt:d:"

static const struct option_name names[] = {
	{ "all", 'a' }, { "timeout", 't' }, { "all-of-them", 'b' }, { "stale", 'z' }, { NULL, 0 },
};

/*
 * Walks over the words of text as options and writes what it met: letters, "=value" behind those with an
 * argument, "!KIND:TEXT" for a failure, "|N" for the number of words after the options. "_" stands for an empty word.
 */
static void walk(char out[256], const char *text, const struct option_name *longs)
{
	struct option_walk w = OPTION_WALK_INIT;
	char copy[256], prog[] = "prog", *argv[WORDS + 1] = { prog };
	int argc = 1, c;
	size_t len = 0;

	(void)snprintf(copy, sizeof(copy), "%s", text);
	for (char *word = strtok(copy, " "); word && argc < WORDS; word = strtok(NULL, " "))
		argv[argc++] = strcmp(word, "_") == 0 ? word + 1 : word;
	*out = '\0';
	while ((c = option_next(&w, argc, argv, SPEC, longs)) >= 0)
		len += (size_t)snprintf(out + len, 256 - len, "%c%s%s", c, w.arg ? "=" : "", w.arg ? w.arg : "");
	if (c != OPTION_END)
		(void)snprintf(out + len, 256 - len, "!%d:%s", c, w.bad);
	else
		(void)snprintf(out + len, 256 - len, "|%d", argc - w.index);
}

static void check(const char *const rows[][2], size_t n, const struct option_name *longs)
{
	char got[256];

	for (size_t i = 0; i < n; i++) {
		walk(got, rows[i][0], longs);
		cr_expect_str_eq(got, rows[i][1], "'%s': %s, not %s", rows[i][0], got, rows[i][1]);
	}
}
#define CHECK(rows, longs) check(rows, sizeof(rows) / sizeof((rows)[0]), longs)

Test(option, both_ways_group_letters_and_take_attached_arguments)
{
	static const char *const rows[][2] = {
		{ "", "|0" }, { "-a", "a|0" }, { "-ab x", "ab|1" }, { "-a -b", "ab|0" }, { "-t5", "t=5|0" },
		{ "-t 5", "t=5|0" }, { "-at5 x", "at=5|1" }, { "-abt 5 -a", "abt=5a|0" }, { "-t -a", "t=-a|0" },
		{ "-tt", "t=t|0" }, { "-t _ x", "t=|1" }, { "-t=5", "t==5|0" },
	};

	CHECK(rows, NULL);
	CHECK(rows, names);
}

Test(option, both_ways_end_at_an_operand_a_dash_or_two)
{
	static const char *const rows[][2] = {
		{ "x -a", "|2" }, { "-a x -b", "a|2" }, { "-", "|1" }, { "-a - -b", "a|2" }, { "-a -- -b", "a|1" },
		{ "-- --", "|1" }, { "--", "|0" }, { "_ -a", "|2" },
	};

	CHECK(rows, NULL);
	CHECK(rows, names);
}

Test(option, both_ways_refuse_unknown_letters_and_missing_arguments)
{
	static const char *const rows[][2] = {
		{ "-x", "!-2:x" }, { "-axb", "a!-2:xb" }, { "-:", "!-2::" }, { "-t", "!-3:t" }, { "-a -bt", "ab!-3:t" },
		{ "-z", "!-2:z" },
	};

	CHECK(rows, NULL);
	CHECK(rows, names);
}

Test(option, the_classic_way_knows_no_long_names)
{
	static const char *const rows[][2] = {
		{ "--all", "!-2:-all" }, { "-a --", "a|0" }, { "-t --", "t=--|0" }, { "-t -- x", "t=--|1" },
		{ "-a-", "a!-2:-" },
	};

	CHECK(rows, NULL);
}

Test(option, the_long_way_knows_exact_names_with_their_kind)
{
	static const char *const rows[][2] = {
		{ "--all", "a|0" }, { "--all -b x", "ab|1" }, { "--all-of-them", "b|0" }, { "--timeout=5 x", "t=5|1" },
		{ "--timeout=", "t=|0" }, { "--timeout=a=b", "t=a=b|0" }, { "--timeout=--", "t=--|0" },
		{ "-a --timeout=5 -d 6", "at=5d=6|0" }, { "--timeout 5", "!-4:--timeout" }, { "--al", "!-4:--al" },
		{ "--alls", "!-4:--alls" }, { "--all=1", "!-5:--all=1" }, { "--=1", "!-5:--=1" },
		{ "--nothing=1", "!-5:--nothing=1" }, { "--stale", "!-4:--stale" }, { "---", "!-4:---" },
	};

	CHECK(rows, names);
}

Test(option, the_long_way_takes_no_double_dash_for_an_argument)
{
	static const char *const rows[][2] = {
		{ "-t -- x", "!-3:t" }, { "-t --all", "t=--all|0" }, { "-t---", "t=---|0" },
	};

	CHECK(rows, names);
}
