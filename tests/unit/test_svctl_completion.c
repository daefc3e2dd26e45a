/* Completion scripts: every command, every option, and nothing that a shell would trip over. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "completion.h"

static const char *const shells[] = { "bash", "zsh", "fish" };

static char *script(const char *shell)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	cr_assert_eq(completion_print(out, shell), 0);
	fclose(out);
	return text;
}

Test(svctl_completion, names_every_command_and_option)
{
	for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
		char *text = script(shells[i]);

		for (size_t k = 0; k < svctl_ncommands; k++)
			cr_assert(strstr(text, svctl_commands[k].name) != NULL, "%s: %s", shells[i],
				svctl_commands[k].name);
		for (size_t k = 0; k < svctl_noptions; k++)
			cr_assert(strstr(text, svctl_options[k].name) != NULL, "%s: %s", shells[i],
				svctl_options[k].name);
		free(text);
	}
}

/* Quotes come in pairs on each line: a help text with one would end a word. */
Test(svctl_completion, quotes_are_closed_on_their_line)
{
	for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
		char *text = script(shells[i]);

		for (const char *at = text; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
			size_t quotes = 0;

			if (*at == '#')
				continue;
			for (size_t k = 0; at[k] != '\n' && at[k] != '\0'; k++)
				quotes += at[k] == '\'';
			cr_assert_eq(quotes % 2, 0, "%s: %.*s", shells[i], (int)strcspn(at, "\n"), at);
		}
		free(text);
	}
}

Test(svctl_completion, gives_a_command_its_own_options_alone)
{
	char *text = script("bash"), *start, *end, *logs;

	start = strstr(text, "\tstart)");
	cr_assert_not_null(start);
	end = strstr(start, ";;");
	cr_assert_not_null(end);
	*end = '\0';
	cr_assert(strstr(start, "--json") != NULL && strstr(start, "ask=names") != NULL, "%s", start);
	cr_assert(strstr(start, "--follow") == NULL && strstr(start, "--down") == NULL, "%s", start);
	logs = strstr(text, "\tlogs)");
	cr_assert(logs != NULL && strstr(logs, "--follow -f") != NULL);
	free(text);
}

Test(svctl_completion, refuses_other_shells)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	cr_assert_lt(completion_print(out, "csh"), 0);
	cr_assert_lt(completion_print(out, ""), 0);
	fclose(out);
	cr_assert_eq(len, 0);
	free(text);
}

Test(svctl_completion, tables_are_in_alphabetical_order)
{
	for (size_t i = 1; i < svctl_ncommands; i++)
		cr_assert_lt(strcmp(svctl_commands[i - 1].name, svctl_commands[i].name), 0);
	for (size_t i = 1; i < svctl_noptions; i++)
		cr_assert_lt(strcmp(svctl_options[i - 1].name, svctl_options[i].name), 0);
}

/* Two options with one letter could not be told apart. */
Test(svctl_completion, letters_and_bits_are_used_once)
{
	for (size_t i = 0; i < svctl_noptions; i++)
		for (size_t k = i + 1; k < svctl_noptions; k++) {
			const struct svctl_option_row *a = &svctl_options[i], *b = &svctl_options[k];

			cr_assert(a->letter == 0 || a->letter != b->letter, "%c", a->letter);
			cr_assert(a->bit == OPT_COMMON || a->bit != b->bit, "%s", a->name);
		}
}
