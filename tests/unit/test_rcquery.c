/* s6-rc-db's questions, on a graph that is read from definitions. */
#include "rcquery.h"

#include "rcsrc.h"
#include "unitdir.h"

static struct rc_graph *g;

/* web and log a pipeline, one and two oneshots, two needs one and web, all a bundle of the oneshots. */
static void begin(void)
{
	struct rc_input in = { .source = { "s" }, .nsources = 1 };
	struct rc_problems p = { .n = 0 };

	scratch_make();
	cr_assert_eq(fchdir(scratch_fd), 0);
	scratch_write_deep("s/web/type", "longrun");
	scratch_write_deep("s/web/run", "");
	scratch_write_deep("s/web/producer-for", "log");
	scratch_write_deep("s/log/type", "longrun");
	scratch_write_deep("s/log/run", "");
	scratch_write_deep("s/log/consumer-for", "web");
	scratch_write_deep("s/log/flag-essential", "");
	scratch_write_deep("s/one/type", "oneshot");
	scratch_write_deep("s/one/up", "echo \"a b\" { c }");
	scratch_write_deep("s/two/type", "oneshot");
	scratch_write_deep("s/two/up", "true");
	scratch_write_deep("s/two/down", "false");
	scratch_write_deep("s/two/timeout-down", "70");
	scratch_write_deep("s/two/flag-recommended", "");
	scratch_write_deep("s/two/dependencies.d/one", "");
	scratch_write_deep("s/two/dependencies.d/web", "");
	scratch_write_deep("s/all/type", "bundle");
	scratch_write_deep("s/all/contents", "one\ntwo\n");
	g = rcsrc_load(&in, &p);
	cr_assert_not_null(g, "%s", p.n ? p.kept[0].text : "no memory");
}

static void end(void)
{
	free(g);
	scratch_remove();
}

TestSuite(rcquery, .init = begin, .fini = end);

/* Words: COMMAND NAME... with -d or -e in front. The answer as "code: line|line|", or "code: why". */
static const char *ask(const char *words)
{
	static char shown[1024];
	struct rc_lines out = { NULL, 0, 0, false };
	const char *name[8];
	struct rc_query q = { .name = name };
	char why[320] = "", copy[256];
	size_t len;
	int code;

	snprintf(copy, sizeof(copy), "%s", words);
	for (char *w = strtok(copy, " "); w; w = strtok(NULL, " ")) {
		if (!strcmp(w, "-d"))
			q.down = true;
		else if (!strcmp(w, "-e"))
			q.hide_essential = true;
		else if (!q.command)
			q.command = w;
		else
			name[q.n++] = w;
	}
	code = rc_query_run(g, &q, &out, why, sizeof(why));
	len = (size_t)snprintf(shown, sizeof(shown), "%d: %s", code, why);
	for (size_t at = 0; at < out.len; at += strlen(out.buf + at) + 1)
		len += (size_t)snprintf(shown + len, sizeof(shown) - len, "%s|", out.buf + at);
	rc_lines_finish(&out);
	return shown;
}

static const struct { const char *words, *want; } rows[] = {
	{ "list all", "0: log|web|one|two|all|" },
	{ "list services", "0: log|web|one|two|" },
	{ "-e list services", "0: web|one|two|" },
	{ "list longruns", "0: log|web|" },
	{ "list oneshots", "0: one|two|" },
	{ "list bundles", "0: all|" },
	{ "list nothing", "100: list: all, services, longruns, oneshots or bundles" },
	{ "type web", "0: longrun|" },
	{ "type all", "0: bundle|" },
	{ "contents all", "0: one|two|" },
	{ "contents one", "5: identifier one is not a bundle" },
	{ "dependencies two", "0: web|one|" },
	{ "dependencies all", "0: web|one|" },
	{ "-d dependencies one", "0: two|" },
	{ "all-dependencies two", "0: log|web|one|two|" },
	{ "-e all-dependencies two", "0: web|one|two|" },
	{ "-d all-dependencies log", "0: log|web|two|" },
	{ "atomics all web", "0: web|one|two|" },
	{ "timeout two", "0: 0|" },
	{ "-d timeout two", "0: 70|" },
	{ "timeout all", "5: identifier all is not an atomic service" },
	{ "script one", "0: echo|a b| c||" },
	{ "-d script one", "0: " },
	{ "-d script two", "0: false|" },
	{ "script web", "5: identifier web is not a oneshot" },
	{ "pipeline web", "0: web/log|" },
	{ "pipeline log", "0: web/log|" },
	{ "pipeline one", "5: identifier one is not a longrun" },
	{ "flags log", "0: 00000001|" },
	{ "flags two", "0: 00000002|" },
	{ "check", "0: " },
	{ "check web", "100: check: wrong number of names" },
	{ "type", "100: type: wrong number of names" },
	{ "type nosuch", "3: nosuch is not a recognized identifier" },
	{ "bogus", "100: unknown command: bogus" },
};

Test(rcquery, answers)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		cr_expect_str_eq(ask(rows[i].words), rows[i].want, "%s: %s", rows[i].words, ask(rows[i].words));
}
