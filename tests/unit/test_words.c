#include <criterion/criterion.h>

#include "words.h"

Test(words, cuts_at_separators_and_passes_over_empty_words)
{
	const char *at = ", a,,b  c ,";
	const char *const want[] = { "a", "b", "c" };
	struct word w;

	for (int i = 0; i < 3; i++) {
		cr_assert(words_next(&at, WORDS_LIST, &w));
		cr_assert(word_is(&w, want[i]), "word %d is '%.*s'", i, (int)w.len, w.text);
	}
	cr_assert_not(words_next(&at, WORDS_LIST, &w));
	cr_assert_not(words_next(&at, WORDS_LIST, &w));
}

Test(words, finds_whole_words_only)
{
	cr_assert(words_has("draining, degraded", WORDS_LIST, "degraded"));
	cr_assert_not(words_has("draining, degraded", WORDS_LIST, "degrade"));
	cr_assert_not(words_has("draining, degraded", WORDS_LIST, "degradedx"));
	cr_assert_not(words_has("", WORDS_LIST, ""));
	cr_assert_not(words_has("a, b", WORDS_LIST, ""));
}

Test(words, truth_has_no_case_and_nothing_is_not_true)
{
	cr_assert(words_truthy("1 true yes", "TRUE"));
	cr_assert(words_truthy("1 true yes", "Yes"));
	cr_assert_not(words_truthy("1 true yes", "on"));
	cr_assert_not(words_truthy("1 true yes", ""));
	cr_assert_not(words_truthy("1 true yes", " 1"));
	cr_assert_not(words_truthy("1 true yes", NULL));
}
