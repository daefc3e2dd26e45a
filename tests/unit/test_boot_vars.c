/* The numbers of the S6_ variables: what counts as one, and that the manual has every row of the table. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_int.h"

Test(boot_vars, digits_alone_are_a_number)
{
	static const struct { const char *text; bool is; unsigned int want; } rows[] = {
		{ "0", true, 0 }, { "1", true, 1 }, { "010", true, 10 }, { "4294967295", true, 4294967295u },
		{ "4294967296", true, 4294967295u }, { "99999999999999999999999999", true, 4294967295u },
		{ "", false, 0 }, { "-1", false, 0 }, { "+1", false, 0 }, { " 1", false, 0 }, { "1 ", false, 0 },
		{ "1.5", false, 0 }, { "yes", false, 0 }, { "0x10", false, 0 }, { "1\n", false, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		unsigned int n = 77;

		cr_expect(boot_var_parse(rows[i].text, &n) == rows[i].is, "'%s'", rows[i].text);
		cr_expect(n == (rows[i].is ? rows[i].want : 77), "'%s' is %u", rows[i].text, n);
	}
}

static const struct { const char *name; unsigned int dflt; } table[] = {
#define BOOT_VAR(name, dflt, when) { name, dflt },
#include "boot_vars.def"
#undef BOOT_VAR
};
#define N (sizeof(table) / sizeof(*table))

Test(boot_vars, are_in_alphabetical_order)
{
	for (size_t i = 1; i < N; i++)
		cr_expect(strcmp(table[i - 1].name, table[i].name) < 0, "%s", table[i].name);
}

/* The row of docs/boot.md in which the name stands in backquotes, among the first two cells. */
static bool documented(const char *text, const char *name)
{
	char quoted[80];

	(void)snprintf(quoted, sizeof(quoted), "`%s`", name);
	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *end, *found;

		line += *line == '\n';
		if (strncmp(line, "| `S6_", 6))
			continue;
		end = strchr(line + 2, '|');
		found = strstr(line, quoted);
		if (found && end && found < end)
			return true;
	}
	return false;
}

Test(boot_vars, each_has_a_row_in_the_manual)
{
	FILE *f = fopen("docs/boot.md", "r");
	static char text[65536];
	size_t len;

	cr_assert_not_null(f);
	len = fread(text, 1, sizeof(text) - 1, f);
	text[len] = '\0';
	fclose(f);
	for (size_t i = 0; i < N; i++)
		cr_expect(documented(text, table[i].name), "%s has no row in docs/boot.md", table[i].name);
}
