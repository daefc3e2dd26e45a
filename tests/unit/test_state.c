#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

static const char *why;

static struct state_doc *parse(const char *text)
{
	why = "";
	return state_parse(text, strlen(text), &why);
}

static struct state_value value_of(const char *text, const char *key)
{
	static struct state_doc *doc; /* the last one stays: the value points into it */
	struct state_value v = { VALUE_NONE, NULL };

	state_destroy(doc);
	doc = parse(text);
	cr_assert(doc, "%s %s", text, why);
	state_get(doc, key, &v);
	return v;
}

Test(state, a_key_is_text_or_odd_or_not_there)
{
	static const struct {
		const char *text;
		enum value_kind kind;
		const char *want;
	} rows[] = {
		{ "{}", VALUE_NONE, NULL },
		{ "{\"k\":null}", VALUE_NONE, NULL },
		{ "{\"j\":\"x\"}", VALUE_NONE, NULL },
		{ "{\"k\":\"running\"}", VALUE_TEXT, "running" },
		{ "{\"k\":\"\"}", VALUE_TEXT, "" },
		{ "{\"k\":1}", VALUE_ODD, NULL },
		{ "{\"k\":true}", VALUE_ODD, NULL },
		{ "{\"k\":[\"running\"]}", VALUE_ODD, NULL },
		{ "{\"k\":{\"k\":\"running\"}}", VALUE_ODD, NULL },
		{ "{\"k\":\"running\\u0000\"}", VALUE_ODD, NULL },
		{ "{\"o\":{\"k\":\"running\"}}", VALUE_NONE, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct state_value v = value_of(rows[i].text, "k");

		cr_expect_eq(v.kind, rows[i].kind, "%s", rows[i].text);
		if (rows[i].want)
			cr_expect_str_eq(v.text, rows[i].want);
		else
			cr_expect_null(v.text);
	}
}

Test(state, of_equal_keys_the_last_one_counts)
{
	cr_expect_str_eq(value_of("{\"k\":\"a\",\"k\":\"b\"}", "k").text, "b");
	cr_expect_eq(value_of("{\"k\":\"a\",\"k\":null}", "k").kind, VALUE_NONE);
	cr_expect_str_eq(value_of("{\"k\":7,\"k\":\"c\"}", "k").text, "c");
}

Test(state, a_byte_order_mark_in_front_is_passed_over)
{
	cr_expect_str_eq(value_of("\xef\xbb\xbf{\"k\":\"running\"}", "k").text, "running");
	cr_expect_null(parse("\xef\xbb\xbf\xef\xbb\xbf{}"), "but only one");
}

Test(state, numbers_that_fit_no_integer_do_not_matter)
{
	cr_expect_str_eq(value_of("{\"n\":123456789012345678901234567890,\"k\":\"running\"}", "k").text, "running");
}

Test(state, what_is_no_object_is_refused)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "is no valid JSON" },
		{ "{", "is no valid JSON" },
		{ "{\"k\":\"running\"", "is no valid JSON" },
		{ "{\"k\":\"running\"} x", "is no valid JSON" },
		{ "{'k':'running'}", "is no valid JSON" },
		{ "{\"k\":\"\xff\"}", "is no valid JSON" },
		{ "{\"k\":\"\xc0\x80\"}", "is no valid JSON" },
		{ "[]", "is no JSON object" },
		{ "null", "is no JSON object" },
		{ "\"running\"", "is no JSON object" },
		{ "3", "is no JSON object" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		cr_expect_null(parse(rows[i].text), "%s", rows[i].text);
		cr_expect_str_eq(why, rows[i].why, "%s: %s", rows[i].text, why);
	}
}

/* {"k":[[...]]}: an object with levels - 1 arrays. */
static char *nested(unsigned int levels)
{
	char *text = calloc(1, levels * 2 + 16);

	strcpy(text, "{\"k\":");
	memset(text + 5, '[', levels - 1);
	memset(text + 5 + levels - 1, ']', levels - 1);
	strcat(text, "}");
	return text;
}

Test(state, depth_has_a_limit)
{
	cr_expect_not_null(parse(nested(STATE_DEPTH_MAX)), "%s", why);
	cr_expect_null(parse(nested(STATE_DEPTH_MAX + 1)));
	cr_expect_str_eq(why, "is nested too deeply");
	cr_expect_null(parse(nested(400000)));
	cr_expect_str_eq(why, "is nested too deeply");
}

Test(state, brackets_in_strings_are_no_depth)
{
	char text[512] = "{\"k\":\"\\\"";

	memset(text + strlen(text), '[', 300);
	strcat(text, "\\\\\"}");
	cr_expect_not_null(parse(text), "%s", why);
}

Test(state, random_bytes_never_do_harm)
{
	static const char alphabet[] = "{}[]\",:\\k\"running\"tnu0.e-\xef\xbb\xbf\xff ";
	char text[64];

	srand(7);
	for (int i = 0; i < 200000; i++) {
		size_t len = (size_t)rand() % sizeof(text);
		struct state_doc *doc;
		struct state_value v;

		for (size_t k = 0; k < len; k++)
			text[k] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
		doc = state_parse(text, len, &why);
		if (doc)
			state_get(doc, "k", &v);
		state_destroy(doc);
	}
}

Test(state, a_seed_is_what_it_says)
{
	struct state_seed seed = { "gateway_state", "desired_state", "running", NULL, 17 };

	cr_expect_str_eq(state_seed_text(&seed), "{\"gateway_state\":\"running\"}");
	seed.migrated = "legacy-container-cmd";
	cr_expect_str_eq(state_seed_text(&seed), "{\"gateway_state\":\"running\",\"desired_state\":\"running\","
		"\"timestamp\":17,\"migrated_from\":\"legacy-container-cmd\"}");
}

Test(state, whole_numbers_are_read_and_nothing_else_is_one)
{
	static const struct {
		const char *text;
		bool want;
		int64_t n;
	} rows[] = {
		{ "{\"k\":1732540000123}", true, 1732540000123 }, { "{\"k\":5.9}", true, 5 }, { "{\"k\":0}", true, 0 },
		{ "{\"k\":-7}", true, -7 }, { "{\"k\":\"5\"}", false, 0 }, { "{\"k\":true}", false, 0 }, { "{}", false, 0 },
		{ "{\"k\":1e300}", false, 0 }, { "{\"k\":99999999999999999999999}", false, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct state_doc *doc = state_parse(rows[i].text, strlen(rows[i].text), &why);
		int64_t n = 0;

		cr_assert(doc, "%s", rows[i].text);
		cr_expect_eq(state_get_integer(doc, "k", &n), rows[i].want, "%s", rows[i].text);
		cr_expect_eq(n, rows[i].n, "%s", rows[i].text);
		state_destroy(doc);
	}
}
