/* The table of svctl status: its columns, its width, its colours. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

#define NOW 1000000

static struct service service(const char *name, pid_t pid, bool want_up)
{
	struct service s = { .supervised = true, .status = { .pid = pid, .want_up = want_up } };

	snprintf(s.name, sizeof s.name, "%s", name);
	s.status.stamp.tv_sec = NOW - 125;
	return s;
}

/* What is printed for n services; until the next call. */
static char *table(struct service *v, size_t n, size_t columns, bool colour)
{
	static char printed[16384];
	struct services list = { v, n };
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	output_table(out, &list, columns, colour, NOW);
	fclose(out);
	cr_assert_lt(len, sizeof printed);
	memcpy(printed, text, len + 1);
	free(text);
	return printed;
}

static void each_line_fits(const char *text, size_t columns)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		cr_assert_leq(len, columns, "%.*s", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

Test(svctl_output, a_row_has_its_columns_under_the_titles)
{
	struct service v[] = { service("web", 77, true) };
	char *text = table(v, 1, 80, false);

	cr_assert_str_eq(text,
		"NAME  STATE          PID   SINCE  WANT  NOTE\n"
		"web   up              77   2m05s  up\n", "%s", text);
}

Test(svctl_output, what_is_not_up_says_how_it_ended)
{
	struct service v[] = { service("a", 0, true), service("b", 0, false), service("c", 0, false) };
	char *text;

	v[0].status.wstat = 3 << 8;
	v[1].status.wstat = 9;
	text = table(v, 3, 80, false);
	cr_assert_str_eq(text,
		"NAME  STATE          PID   SINCE  WANT  NOTE\n"
		"a     down             -   2m05s  up    exit code 3\n"
		"b     down             -   2m05s  down  killed by SIGKILL\n"
		"c     down             -   2m05s  down\n", "%s", text);
}

Test(svctl_output, a_note_goes_before_the_way_it_ended)
{
	struct service v[] = { service("a", 0, true) };
	char *text;

	v[0].status.wstat = 3 << 8;
	snprintf(v[0].note, sizeof v[0].note, "the note");
	text = table(v, 1, 80, false);
	cr_assert(strstr(text, "the note") != NULL && strstr(text, "exit code") == NULL, "%s", text);
}

Test(svctl_output, no_line_is_wider_than_the_terminal)
{
	struct service v[3];

	v[0] = service("a-name-that-is-rather-long-but-fits", 4194304, true);
	v[1] = service("b", 1, false);
	v[2] = service("c", 0, true);
	memset(v[0].note, 'n', 60);
	memset(v[1].note, 'n', sizeof v[1].note - 1);
	snprintf(v[2].note, sizeof v[2].note, "unable to spawn ./run (waiting 60 seconds): Permission denied, "
		"and so on for some words more");
	for (size_t columns = 60; columns <= 200; columns += 7) {
		char *text = table(v, 3, columns, false);

		each_line_fits(text, columns);
	}
}

Test(svctl_output, a_note_is_broken_at_blanks_and_nothing_of_it_is_lost)
{
	struct service v[] = { service("c", 0, true) };
	static const char note[] = "unable to spawn ./run (waiting 60 seconds): Permission denied for ever and a day";
	char *text, joined[512] = "";
	size_t n = 0;

	snprintf(v[0].note, sizeof v[0].note, "%s", note);
	text = table(v, 1, 60, false);
	for (const char *at = strstr(text, "unable"); at != NULL && *at != '\0'; at++) {
		if (*at == '\n' && at[1] == ' ') {
			joined[n++] = ' ';
			at += 4;
		} else if (*at != '\n') {
			joined[n++] = *at;
		}
	}
	cr_assert_str_eq(joined, note);
}

Test(svctl_output, a_longer_name_has_a_line_of_its_own)
{
	char name[61];
	struct service v[1];
	char *text;

	memset(name, 'l', 60);
	name[60] = '\0';
	v[0] = service(name, 7, true);
	text = table(v, 1, 80, false);
	cr_assert(strstr(text, name) != NULL);
	cr_assert_eq(strstr(text, name)[60], '\n', "%s", text);
	each_line_fits(text, 80);
}

Test(svctl_output, what_others_chose_cannot_reach_the_terminal)
{
	struct service v[] = { service("w\n\033[2Jb", 7, true) };
	char *text;

	snprintf(v[0].note, sizeof v[0].note, "\033]0;x\a");
	text = table(v, 1, 80, true);
	for (const char *at = text; *at != '\0'; at++)
		cr_assert(*at != '\a' && !(*at == '\033' && at[1] != '['), "%s", text);
	cr_assert(strstr(text, "w\\x0a\\x1b[2Jb") != NULL, "%s", text);
}

Test(svctl_output, colours_say_whether_it_is_as_it_is_wanted)
{
	struct service v[] = { service("a", 7, true), service("b", 0, true), service("c", 7, false),
		service("d", 0, false) };
	char *text = table(v, 4, 80, true);

	cr_assert(strstr(text, "\033[32mup") != NULL, "up and wanted: green");
	cr_assert(strstr(text, "\033[31mdown") != NULL, "down and wanted up: red");
	cr_assert(strstr(text, "\033[33mup") != NULL, "up and wanted down: yellow");
	cr_assert(strstr(text, "  down     ") != NULL, "down and wanted down: none");
	text = table(v, 4, 80, false);
	cr_assert(strchr(text, '\033') == NULL);
}
