/* The table of the control socket's verbs. */
#include <criterion/criterion.h>

#include <string.h>

#include "api_rules.h"
#include "proto.h"

static const struct {
	const char *name;
	unsigned int min, max;
	enum api_right right;
	bool change;
} rows[] = {
#define API_VERB(name, fn, min, max, right, change) { name, min, max, right, change },
#include "api_verbs.def"
#undef API_VERB
};
#define N (sizeof rows / sizeof rows[0])

Test(api_verbs, rows_are_in_alphabetical_order)
{
	for (size_t i = 1; i < N; i++)
		cr_assert_lt(strcmp(rows[i - 1].name, rows[i].name), 0, "%s", rows[i].name);
}

Test(api_verbs, every_request_fits_a_frame)
{
	for (size_t i = 0; i < N; i++) {
		cr_assert_leq(rows[i].min, rows[i].max);
		cr_assert_leq(rows[i].max, PROTO_FIELDS - 2);
	}
}

/* What any uid may ask must change nothing. */
Test(api_verbs, a_change_is_never_free_for_all)
{
	for (size_t i = 0; i < N; i++)
		cr_assert(!(rows[i].change && rows[i].right == RIGHT_ANY), "%s", rows[i].name);
}
