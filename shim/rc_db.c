/* s6-rc-db: questions about the live graph, or about a database that s6-rc-compile made. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "msg.h"
#include "rc_compile.h"
#include "rcquery.h"
#include "rctalk.h"

/* Compat: the words of a script are each ended by a NUL. */
static char line_end = '\n';

static void line(const struct proto_frame *row)
{
	if (row->n > 1)
		(void)printf("%s%c", row->field[1], line_end);
}

static bool is_live(const char *compiled)
{
	return !compiled || !strcmp(compiled, "/run/s6-rc/compiled") || !strcmp(compiled, "/run/s6/db");
}

static int ask_database(const char *compiled, const struct rc_query *q)
{
	struct rc_graph *g = rc_compile_load(&compiled, 1, 0);
	struct rc_lines out = { NULL, 0, 0, false };
	char why[320];
	int code;

	if (!g)
		return 4;
	code = rc_query_run(g, q, &out, why, sizeof(why));
	if (code)
		msg_error(0, "%s", why);
	for (size_t at = 0; at < out.len; at += strlen(out.buf + at) + 1)
		(void)printf("%s%c", out.buf + at, line_end);
	if (out.full)
		code = EXIT_SYSTEM;
	rc_lines_finish(&out);
	free(g);
	return code;
}

int rc_db_main(int argc, char **argv)
{
	const char *compiled = NULL;
	bool down = false, hide = false;
	char **word, flags[4] = "";
	int c, code, n;

	while ((c = applet_option(argc, argv, "udl:c:bEe")) != -1) {
		if (c == 'u' || c == 'd')
			down = c == 'd';
		else if (c == 'e' || c == 'E')
			hide = c == 'e';
		else if (c == 'c')
			compiled = optarg;
	}
	n = applet_operands(argc, argv, &word);
	if (!strcmp(word[0], "help"))
		return printf("s6-rc-db %s\n", applet_self->usage) < 0 || fflush(stdout) ? EXIT_SYSTEM : 0;
	if (!strcmp(word[0], "script"))
		line_end = '\0';
	if (is_live(compiled)) {
		char *names = rctalk_names(word + 1, n - 1);
		const char *fields[] = { "rc-db", flags, word[0], names };

		(void)snprintf(flags, sizeof(flags), "%s%s", down ? "d" : "", hide ? "e" : "");
		code = rctalk(fields, 4, false, line);
		free(names);
	} else {
		struct rc_query q = { .command = word[0], .name = (const char *const *)(word + 1), .n = (unsigned int)(n - 1),
			.down = down, .hide_essential = hide };

		code = ask_database(compiled, &q);
	}
	return fflush(stdout) ? EXIT_SYSTEM : code;
}
