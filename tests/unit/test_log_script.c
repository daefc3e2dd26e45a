/* Logging scripts: what is accepted, what a directive changes, which actions a line gets. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "../../shim/log_script.c"

#define WORDS 16

/* Splits text at blanks; the words live in buf. */
static unsigned int split(char *buf, char *words[WORDS])
{
	unsigned int n = 0;

	for (char *word = strtok(buf, " "); word && n < WORDS; word = strtok(NULL, " "))
		words[n++] = word;
	return n;
}

static bool parse(const char *text, struct log_script *script, char why[LOG_WHY])
{
	static char buf[256];
	static char *words[WORDS];

	(void)snprintf(buf, sizeof(buf), "%s", text);
	return log_script_parse(script, words, split(buf, words), why);
}

static void note(const struct log_step *step, unsigned int index, void *ctx)
{
	char *done = ctx;

	(void)step;
	done[strlen(done)] = (char)('0' + index);
}

Test(log_script, refuses_what_s6_refuses_in_its_words)
{
	static const char *const rows[][2] = {
		{ "n10", "no action directive specified" },
		{ "nx", "no action directive specified" },
		{ "zz 1", "unrecognized directive: zz" },
		{ "nx 1", "unrecognized directive: nx" },
		{ "n 1", "unrecognized directive: n" },
		{ "n4294967296 1", "unrecognized directive: n4294967296" },
		{ "S18446744073709551616 1", "unrecognized directive: S18446744073709551616" },
		{ "+( 1", "unrecognized directive: +(" },
		{ "1x", "syntax error at directive: 1x" },
		{ "tt 1", "syntax error at directive: tt" },
		{ "= 1", "syntax error at directive: =" },
		{ "s8192 l4097 1", "directive l4097 conflicts with previous s directive" },
	};
	struct log_script script;
	char why[LOG_WHY];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect_not(parse(rows[i][0], &script, why), "%s", rows[i][0]);
		cr_expect_str_eq(why, rows[i][1]);
	}
}

Test(log_script, keeps_controls_and_spends_stamps)
{
	struct log_script script;
	char why[LOG_WHY];

	cr_assert(parse("n3 s100 S7 r9 R8 E1 ^2 px t T ./a ./b p 1", &script, why), "%s", why);
	cr_assert_eq(script.n, 3);
	cr_expect(script.step[0].tai && script.step[0].human);
	cr_expect_not(script.step[1].tai || script.step[1].human);
	for (int i = 0; i < 2; i++) {
		const struct log_step *step = &script.step[i];

		cr_expect_eq(step->dir.max_files, 3);
		cr_expect_eq(step->dir.max_size, 4096);
		cr_expect_eq(step->dir.max_total, 7);
		cr_expect_eq(step->dir.retry_ms, 9);
		cr_expect_eq(step->dir.period_s, 8);
		cr_expect_eq(step->alert_max, 1);
		cr_expect_eq(step->status_size, 2);
		cr_expect_str_eq(step->prefix, "x");
	}
	cr_expect_null(script.step[2].prefix);
	log_script_free(&script);
}

Test(log_script, notices_selections_that_nothing_comes_of)
{
	static const struct {
		const char *text;
		bool idle;
	} rows[] = {
		{ "1", false }, { "1 n5", false }, { "1 t p", false }, { "f 1", false }, { "1 f", true }, { "1 -a n5", true },
		{ "1 +a 2", false }, { "1 +a nx", true }, { "-a", false },
	};
	struct log_script script;
	char why[LOG_WHY];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool ok = parse(rows[i].text, &script, why);

		cr_expect_eq(script.has_idle, rows[i].idle, "%s", rows[i].text);
		if (ok)
			log_script_free(&script);
	}
}

Test(log_script, has_the_defaults_of_s6)
{
	struct log_script script;
	char why[LOG_WHY];

	cr_assert(parse("s4294967295 s99999 /d", &script, why), "%s", why);
	cr_expect_eq(script.step[0].dir.max_files, 10);
	cr_expect_eq(script.step[0].dir.max_size, 99999);
	cr_expect_eq(script.step[0].dir.tolerance, 2000);
	cr_expect_eq(script.step[0].alert_max, 200);
	cr_expect_eq(script.step[0].status_size, 1001);
	cr_expect_null(script.step[0].dir.processor);
	log_script_free(&script);
}

Test(log_script, tells_the_processors_apart)
{
	struct log_script script;
	char why[LOG_WHY];

	cr_assert(parse("?a /x !b /y ! /z", &script, why), "%s", why);
	cr_expect(script.step[0].dir.shell && strcmp(script.step[0].dir.processor, "a") == 0);
	cr_expect(!script.step[1].dir.shell && strcmp(script.step[1].dir.processor, "b") == 0);
	cr_expect_null(script.step[2].dir.processor);
	log_script_free(&script);
}

Test(log_script, gives_a_line_its_actions)
{
	/* Digits are positions in the script. */
	static const char *const rows[][3] = {
		{ "1 2", "x", "01" },
		{ "-. +a 1", "cab", "2" },
		{ "-. +a 1", "cub", "" },
		{ "+a 1", "b", "1" },
		{ "-^a$ 1", "ab", "1" },
		{ "-a 1 f 2", "a", "3" },
		{ "-a 1 f 2", "b", "1" },
		{ "1 -. 2 +x 1", "x", "04" },
		{ "f 1 f 2", "x", "1" },
	};
	struct log_script script;
	char why[LOG_WHY];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char done[WORDS] = "";

		cr_assert(parse(rows[i][0], &script, why), "%s", why);
		log_script_run(&script, rows[i][1], note, done);
		cr_expect_str_eq(done, rows[i][2], "%s with '%s': %s", rows[i][0], rows[i][1], done);
		log_script_free(&script);
	}
}
