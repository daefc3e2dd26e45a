#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "sys.h"

static struct config cfg;

static void defaults(void)
{
	FILE *err = fopen("/dev/null", "w");

	cr_assert_eq(config_load(&cfg, "/dev/null/none", err), -EINVAL);
	config_finish(&cfg);
	unsetenv("HEXAD_CONFIG");
	cr_assert_eq(config_load(&cfg, "rootfs/image/etc/hexad.ini", err), 0);
	fclose(err);
}

static void release(void)
{
	config_finish(&cfg);
}

TestSuite(plan, .init = defaults, .fini = release);

#define NONE { VALUE_NONE, NULL }
#define ODD { VALUE_ODD, NULL }
#define TEXT(s) { VALUE_TEXT, s }

Test(plan, each_state_file_has_its_outcome)
{
	static const struct {
		const char *what;
		enum state_file file;
		struct state_value desired, runtime;
		enum plan_action action;
		const char *prior, *why;
	} rows[] = {
		{ "no file", STATE_ABSENT, NONE, NONE, PLAN_REGISTERED, "", "" },
		{ "unusable", STATE_UNUSABLE, NONE, NONE, PLAN_REGISTERED, "", "state file is no valid JSON, so it stays down" },
		{ "unusable, whatever else", STATE_UNUSABLE, TEXT("running"), TEXT("running"), PLAN_REGISTERED, "",
			"state file is no valid JSON, so it stays down" },
		{ "empty object", STATE_READ, NONE, NONE, PLAN_REGISTERED, "", "" },
		{ "desired running", STATE_READ, TEXT("running"), NONE, PLAN_STARTED, "running", "" },
		{ "desired wins over runtime", STATE_READ, TEXT("running"), TEXT("stopped"), PLAN_STARTED, "running", "" },
		{ "desired stopped wins", STATE_READ, TEXT("stopped"), TEXT("running"), PLAN_REGISTERED, "stopped", "" },
		{ "desired is taken verbatim", STATE_READ, TEXT("draining"), TEXT("running"), PLAN_REGISTERED, "draining", "" },
		{ "desired in another case", STATE_READ, TEXT("Running"), NONE, PLAN_REGISTERED, "Running", "" },
		{ "desired with a blank", STATE_READ, TEXT("running "), NONE, PLAN_REGISTERED, "running ", "" },
		{ "desired empty", STATE_READ, TEXT(""), TEXT("running"), PLAN_REGISTERED, "", "" },
		{ "desired no string", STATE_READ, ODD, TEXT("running"), PLAN_REGISTERED, "",
			"'desired_state' in the state file is no string, so it stays down" },
		{ "runtime running", STATE_READ, NONE, TEXT("running"), PLAN_STARTED, "running", "" },
		{ "runtime draining", STATE_READ, NONE, TEXT("draining"), PLAN_STARTED, "running", "" },
		{ "runtime degraded", STATE_READ, NONE, TEXT("degraded"), PLAN_STARTED, "running", "" },
		{ "runtime starting", STATE_READ, NONE, TEXT("starting"), PLAN_REGISTERED, "starting", "" },
		{ "runtime startup_failed", STATE_READ, NONE, TEXT("startup_failed"), PLAN_REGISTERED, "startup_failed", "" },
		{ "runtime stopped", STATE_READ, NONE, TEXT("stopped"), PLAN_REGISTERED, "stopped", "" },
		{ "runtime unknown word", STATE_READ, NONE, TEXT("x y"), PLAN_REGISTERED, "x y", "" },
		{ "runtime no string", STATE_READ, NONE, ODD, PLAN_REGISTERED, "",
			"'gateway_state' in the state file is no string, so it stays down" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct profile_facts f = { .name = "coder", .file = rows[i].file, .file_why = "is no valid JSON",
			.desired = rows[i].desired, .runtime = rows[i].runtime };

		for (int root = 0; root < 2; root++) {
			struct plan_op op;

			f.root = root;
			f.name = root ? "default" : "coder";
			op = plan_profile(&cfg, &f);
			cr_expect_eq(op.action, rows[i].action, "%s: action %d", rows[i].what, op.action);
			cr_expect_str_eq(op.prior_state, rows[i].prior, "%s: '%s'", rows[i].what, op.prior_state);
			cr_expect_str_eq(op.why, rows[i].why, "%s: '%s'", rows[i].what, op.why);
			cr_expect_str_eq(op.profile, f.name);
		}
	}
}

Test(plan, a_multiplexed_start_is_vetoed_for_named_profiles_only)
{
	struct profile_facts f = { .name = "coder", .file = STATE_READ, .desired = TEXT("running"), .multiplex = true };
	struct plan_op op = plan_profile(&cfg, &f);

	cr_expect_eq(op.action, PLAN_REGISTERED);
	cr_expect_str_eq(op.prior_state, "running");
	f.name = "default";
	f.root = true;
	op = plan_profile(&cfg, &f);
	cr_expect_eq(op.action, PLAN_STARTED);
}

Test(plan, the_phase_says_how_it_ended)
{
	static const struct {
		struct state_value phase;
		enum plan_exit want;
	} rows[] = {
		{ NONE, PRIOR_UNKNOWN },
		{ ODD, PRIOR_UNKNOWN },
		{ TEXT("exited"), PRIOR_CLEAN },
		{ TEXT("running"), PRIOR_UNCLEAN },
		{ TEXT("starting"), PRIOR_UNKNOWN },
		{ TEXT(""), PRIOR_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct profile_facts f = { .name = "coder", .file = STATE_ABSENT, .phase = rows[i].phase };

		cr_expect_eq(plan_profile(&cfg, &f).prior_exit, rows[i].want, "row %zu", i);
	}
}

Test(plan, what_cannot_be_a_slot_is_skipped_and_says_why)
{
	static char longest[SV_PROFILE_MAX + 2];
	static const struct {
		const char *name, *shown, *why;
		int err;
	} rows[] = {
		{ "Upper", "Upper", "a name begins with a lower case letter or a digit", 0 },
		{ "a b", "a b", "a name holds lower case letters, digits, '_' and '-' only", 0 },
		{ "a\nb", "a\\x0ab", "a name holds lower case letters, digits, '_' and '-' only", 0 },
		{ "-x", "-x", "a name begins with a lower case letter or a digit", 0 },
		{ ".git", ".git", "a name begins with a lower case letter or a digit", 0 },
		{ "\xc3\xa4", "\\xc3\\xa4", "a name begins with a lower case letter or a digit", 0 },
		{ longest, longest, "the name is too long", 0 },
		{ "default", "profiles/default", "the name is reserved for the home itself", 0 },
		{ "shut", "shut", "unable to look into it: Permission denied", -EACCES },
	};

	memset(longest, 'a', sizeof(longest) - 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct profile_facts f = { .name = rows[i].name, .file = STATE_READ, .desired = TEXT("running"),
			.phase = TEXT("running"), .lookup_err = rows[i].err };
		struct plan_op op = plan_profile(&cfg, &f);

		cr_expect_eq(op.action, PLAN_SKIPPED, "%s", rows[i].name);
		cr_expect_str_eq(op.profile, rows[i].shown, "'%s'", op.profile);
		cr_expect_str_eq(op.why, rows[i].why, "'%s'", op.why);
		cr_expect_str_eq(op.prior_state, "");
		cr_expect_eq(op.prior_exit, PRIOR_UNKNOWN);
	}
	longest[SV_PROFILE_MAX] = '\0';
	cr_expect_eq(plan_profile(&cfg, &(struct profile_facts){ .name = longest }).action, PLAN_REGISTERED);
}

Test(plan, a_state_is_shown_escaped_and_cut)
{
	char word[200];
	struct profile_facts f = { .name = "coder", .file = STATE_READ, .runtime = TEXT("a\tb\n\x1b[0m\\") };
	struct plan_op op = plan_profile(&cfg, &f);

	cr_expect_str_eq(op.prior_state, "a\\x09b\\x0a\\x1b[0m\\x5c");
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	f.runtime.text = word;
	op = plan_profile(&cfg, &f);
	cr_expect_eq(strlen(op.prior_state), PLAN_STATE_MAX);
	cr_expect_str_eq(op.prior_state + PLAN_STATE_MAX - 3, "...");
}

Test(plan, a_line_is_read_as_it_was_written)
{
	struct plan_op ops[] = {
		{ "default", "running", PLAN_STARTED, PRIOR_CLEAN, "" },
		{ "coder", "", PLAN_REGISTERED, PRIOR_UNCLEAN, "state file is no valid JSON" },
		{ "Up\\x0a", "", PLAN_SKIPPED, PRIOR_UNKNOWN, "a name" },
	};
	char text[3 * PLAN_LINE_MAX + 1];
	struct plan plan;
	size_t len = 0;

	for (int i = 0; i < 3; i++)
		len += plan_line(&ops[i], text + len);
	cr_assert_eq(plan_parse(&plan, text, len), 0);
	cr_assert_eq(plan.n, 3);
	for (int i = 0; i < 3; i++) {
		cr_expect_str_eq(plan.op[i].profile, ops[i].profile);
		cr_expect_str_eq(plan.op[i].prior_state, ops[i].prior_state);
		cr_expect_str_eq(plan.op[i].why, ops[i].why);
		cr_expect_eq(plan.op[i].action, ops[i].action);
		cr_expect_eq(plan.op[i].prior_exit, ops[i].prior_exit);
	}
	plan_finish(&plan);
	plan_finish(&plan);
	cr_expect_null(plan.op);
}

Test(plan, the_longest_op_fits_into_a_line)
{
	struct plan_op op = { .action = PLAN_REGISTERED, .prior_exit = PRIOR_UNKNOWN };
	char text[PLAN_LINE_MAX + 1];
	struct plan plan;
	size_t len;

	memset(op.profile, 'a', SV_PROFILE_MAX);
	memset(op.prior_state, 'b', PLAN_STATE_MAX);
	memset(op.why, 'c', PLAN_WHY_MAX);
	len = plan_line(&op, text);
	cr_assert_leq(len, PLAN_LINE_MAX);
	cr_assert_eq(text[len - 1], '\n');
	cr_assert_eq(plan_parse(&plan, text, len), 0);
	cr_expect_str_eq(plan.op[0].why, op.why);
	plan_finish(&plan);
}

Test(plan, malformed_lines_are_refused_whole)
{
	static const struct {
		const char *text;
		size_t len;
	} rows[] = {
#define ROW(s) { s, sizeof(s) - 1 }
		ROW("\n"),
		ROW("a"),
		ROW("a\t\tstarted\tclean\t"),
		ROW("a\tstarted\tclean\t\n"),
		ROW("a\t\tstarted\tclean\n"),
		ROW("a\t\tstarted\tclean\t\t\n"),
		ROW("\t\tstarted\tclean\t\n"),
		ROW("a\t\tstart\tclean\t\n"),
		ROW("a\t\tstartedx\tclean\t\n"),
		ROW("a\t\t\tclean\t\n"),
		ROW("a\t\tstarted\t\t\n"),
		ROW("a\t\tstarted\tdirty\t\n"),
		ROW("A\t\tstarted\tclean\t\n"),
		ROW("../x\t\tregistered\tclean\t\n"),
		ROW("a/b\t\tregistered\tclean\t\n"),
		ROW(".\t\tstarted\tclean\t\n"),
		ROW("a\0b\t\tstarted\tclean\t\n"),
		ROW("a\t\0\tstarted\tclean\t\n"),
		ROW("a\tx\x1b\tstarted\tclean\t\n"),
		ROW("a\t\xc3\xa4\tstarted\tclean\t\n"),
		ROW("a\t\tstarted\tclean\tw\r\n"),
		ROW("a\t\tstarted\tclean\t\nb"),
		ROW("a\t\tstarted\tclean\t\n\n"),
		ROW("a\t12345678901234567890123456789012345678901234567890123456789012345\tstarted\tclean\t\n"),
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct plan plan = { (void *)1, 7 };

		cr_expect_eq(plan_parse(&plan, rows[i].text, rows[i].len), -EBADMSG, "row %zu: %s", i, rows[i].text);
		cr_expect_null(plan.op);
		cr_expect_eq(plan.n, 0);
	}
}

Test(plan, an_empty_plan_has_no_ops)
{
	struct plan plan;

	cr_expect_eq(plan_parse(&plan, "", 0), 0);
	cr_expect_eq(plan.n, 0);
}

Test(plan, the_number_of_ops_is_limited)
{
	static const char line[] = "a\t\tstarted\tclean\t\n";
	size_t one = sizeof(line) - 1;
	char *text = malloc(one * (PLAN_MAX + 1));
	struct plan plan;

	for (size_t i = 0; i <= PLAN_MAX; i++)
		memcpy(text + i * one, line, one);
	cr_expect_eq(plan_parse(&plan, text, one * PLAN_MAX), 0);
	cr_expect_eq(plan.n, PLAN_MAX);
	plan_finish(&plan);
	cr_expect_eq(plan_parse(&plan, text, one * (PLAN_MAX + 1)), -EBADMSG);
	free(text);
}

static void *no_memory(size_t n, size_t size)
{
	(void)n;
	(void)size;
	return NULL;
}

Test(plan, no_memory_is_no_plan)
{
	struct plan plan;

	sys.calloc = no_memory;
	cr_expect_eq(plan_parse(&plan, "a\t\tstarted\tclean\t\n", 18), -ENOMEM);
	cr_expect_eq(plan.n, 0);
}

/* Whatever comes, a name that becomes a directory is one that may, and all text is printable. */
static void check_trust(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_op *op = &plan->op[i];

		if (op->action != PLAN_SKIPPED)
			cr_assert_null(svcdir_profile_name_why(op->profile, SV_PROFILE_MAX));
		for (const char *at = op->why; *at; at++)
			cr_assert(*at >= ' ' && *at <= '~');
	}
}

/* Two lines that are valid, with some bytes put in, taken out or exchanged. */
static size_t spoil(char *text)
{
	static const char bytes[] = "\t\n\ra/.-_Z \x1b\xff";
	size_t len;

	strcpy(text, "default\trunning\tstarted\tclean\t\nCo\\x0a\t\tskipped\tunknown\tthe name\n");
	len = strlen(text);
	for (int k = rand() % 4; k > 0; k--) {
		size_t at = (size_t)rand() % len;

		if (rand() % 3 == 0)
			memmove(text + at, text + at + 1, --len - at);
		else
			text[at] = bytes[(size_t)rand() % (sizeof(bytes) - 1)];
	}
	return len;
}

Test(plan, spoiled_lines_never_do_harm)
{
	size_t good = 0, bad = 0;

	srand(11);
	for (int i = 0; i < 300000; i++) {
		char text[128], *copy;
		struct plan plan;
		size_t len = spoil(text);

		/* Of exactly that size, so that a sanitizer sees a read behind it. */
		copy = malloc(len);
		memcpy(copy, text, len);
		if (plan_parse(&plan, copy, len) == 0)
			good++;
		else
			bad++;
		check_trust(&plan);
		plan_finish(&plan);
		free(copy);
	}
	cr_expect_gt(good, 1000);
	cr_expect_gt(bad, 1000);
}

/* The supervisor's own record, made at 1000.5 s. */
Test(plan, the_record_wins_but_over_a_newer_explicit_wish)
{
	static const struct {
		const char *what;
		enum state_file file;
		struct state_value desired, runtime, intent;
		bool has_stamp;
		int64_t stamp;
		const char *prior;
		enum plan_action action;
	} rows[] = {
		{ "no state file", STATE_ABSENT, NONE, NONE, TEXT("running"), false, 0, "running", PLAN_STARTED },
		{ "an unusable one", STATE_UNUSABLE, NONE, NONE, TEXT("running"), false, 0, "running", PLAN_STARTED },
		{ "over the runtime key", STATE_READ, NONE, TEXT("running"), TEXT("stopped"), true, 2000,
			"stopped", PLAN_REGISTERED },
		{ "over a wish without a stamp", STATE_READ, TEXT("running"), NONE, TEXT("stopped"), false, 0,
			"stopped", PLAN_REGISTERED },
		{ "over an older one", STATE_READ, TEXT("running"), NONE, TEXT("stopped"), true, 999,
			"stopped", PLAN_REGISTERED },
		{ "over one of that second", STATE_READ, TEXT("running"), NONE, TEXT("stopped"), true, 1000,
			"stopped", PLAN_REGISTERED },
		{ "not over a newer one", STATE_READ, TEXT("running"), NONE, TEXT("stopped"), true, 1001,
			"running", PLAN_STARTED },
		{ "over a newer one that is no text", STATE_READ, ODD, NONE, TEXT("running"), true, 1001,
			"running", PLAN_STARTED },
		{ "no record", STATE_READ, TEXT("running"), NONE, NONE, true, 1, "running", PLAN_STARTED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct profile_facts f = { .name = "p", .file = rows[i].file, .desired = rows[i].desired,
			.runtime = rows[i].runtime, .has_stamp = rows[i].has_stamp, .stamp = rows[i].stamp,
			.intent = { .desired = rows[i].intent, .ms = 1000500 } };
		struct plan_op op = plan_profile(&cfg, &f);

		cr_expect_str_eq(op.prior_state, rows[i].prior, "%s: %s", rows[i].what, op.prior_state);
		cr_expect_eq(op.action, rows[i].action, "%s", rows[i].what);
	}
}
