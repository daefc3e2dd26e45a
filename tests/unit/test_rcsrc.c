/* Source definitions: what is read, and every error in its words. */
#include "rcsrc.h"

#include "unitdir.h"

static struct rc_problems problems;

static void begin(void)
{
	scratch_make();
	cr_assert_eq(fchdir(scratch_fd), 0);
	scratch_mkdir("s");
}

static void end(void)
{
	rc_problems_finish(&problems);
	scratch_remove();
}

TestSuite(rcsrc, .init = begin, .fini = end);

static void oneshot(const char *name, const char *dep)
{
	char path[256];

	snprintf(path, sizeof(path), "s/%s/type", name);
	scratch_write_deep(path, "oneshot\n");
	snprintf(path, sizeof(path), "s/%s/up", name);
	scratch_write_deep(path, "true\n");
	if (!dep)
		return;
	snprintf(path, sizeof(path), "s/%s/dependencies.d/%s", name, dep);
	scratch_write_deep(path, "");
}

static void longrun(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "s/%s/type", name);
	scratch_write_deep(path, "longrun\n");
	snprintf(path, sizeof(path), "s/%s/run", name);
	scratch_write_deep(path, "#!/bin/sh\n");
}

static struct rc_graph *load(bool container)
{
	struct rc_input in = { .source = { "s" }, .nsources = 1, .container = container };

	rc_problems_finish(&problems);
	return rcsrc_load(&in, &problems);
}

/* Every problem as "CODE TEXT", sorted as they came, one a line. */
static const char *said(void)
{
	static char buf[16384];
	size_t n = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < problems.n && i < RC_PROBLEMS_MAX; i++)
		n += (size_t)snprintf(buf + n, sizeof(buf) - n, "%s%d %s", i ? "\n" : "", problems.kept[i].code,
			problems.kept[i].text);
	return buf;
}

#define refused(want) do { \
	struct rc_graph *g_ = load(false); \
	cr_expect_null(g_); \
	cr_expect_str_eq(said(), want, "said: %s", said()); \
	free(g_); \
} while (0)

/* "a b c": names of the nodes that an edge list has. */
static const char *names(const struct rc_graph *g, const uint32_t *edge, uint32_t n)
{
	static char buf[4096];
	size_t len = 0;

	buf[0] = '\0';
	for (uint32_t i = 0; i < n; i++)
		len += (size_t)snprintf(buf + len, sizeof(buf) - len, "%s%s", i ? " " : "", rc_name(g, edge[i]));
	return buf;
}

static const char *deps(const struct rc_graph *g, const char *name)
{
	uint32_t i = rc_find(g, name);

	cr_assert_neq(i, RC_NONE, "%s", name);
	return names(g, rc_edges(g, i), g->node[i].count);
}

static const char *dependents(const struct rc_graph *g, const char *name)
{
	uint32_t i = rc_find(g, name);

	return names(g, rc_redges(g, i), g->node[i].rcount);
}

static struct rc_graph *good(bool container)
{
	struct rc_graph *g = load(container);

	cr_assert_not_null(g, "%s", said());
	cr_assert(rc_graph_valid(g, g->size));
	return g;
}

Test(rcsrc, an_undefined_name)
{
	oneshot("a", "nosuch");
	refused("1 during dependency resolution for service a: undefined service name nosuch");
	scratch_write_deep("s/b/type", "bundle\n");
	scratch_write_deep("s/b/contents.d/gone", "");
	refused("1 during resolution of bundle b: undefined service name gone\n"
		"1 during dependency resolution for service a: undefined service name nosuch");
}

Test(rcsrc, cycles_of_services)
{
	oneshot("a", "b");
	oneshot("b", "a");
	oneshot("self", "self");
	refused("1 cyclic service dependency reached from b and involving a\n"
		"1 cyclic service dependency reached from self and involving self");
}

Test(rcsrc, cycles_of_bundles)
{
	scratch_write_deep("s/x/type", "bundle");
	scratch_write_deep("s/x/contents.d/y", "");
	scratch_write_deep("s/y/type", "bundle");
	scratch_write_deep("s/y/contents.d/x", "");
	refused("1 cyclic bundle definition reached from y and involving x");
}

Test(rcsrc, a_service_that_depends_on_a_bundle_with_itself)
{
	oneshot("a", "all");
	scratch_write_deep("s/all/type", "bundle\n");
	scratch_write_deep("s/all/contents", "a\n");
	refused("1 cyclic service dependency reached from a and involving a");
}

Test(rcsrc, bad_types)
{
	static const char *const bad[] = { "oneshot \n", " oneshot", "Oneshot\n", "oneshot\r\n", "nonsense", "", "\n",
		"longrun\n\n", "oneshotoneshotoneshot\n" };

	scratch_write_deep("s/a/up", "");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		scratch_write_deep("s/a/type", bad[i]);
		refused("1 invalid s/a/type: must be oneshot, longrun, or bundle");
	}
	cr_assert_eq(unlinkat(scratch_fd, "s/a/type", 0), 0);
	refused("111 unable to read s/a/type: No such file or directory");
}

Test(rcsrc, reserved_names_and_entries_that_are_none)
{
	scratch_write_deep("s/s6rc-x", "");
	scratch_write_deep("s/s6-rc-y/type", "oneshot\n");
	refused("1 in s: identifier s6-rc-y starts with reserved prefix\n1 in s: identifier s6rc-x starts with reserved prefix");
	(void)unlinkat(scratch_fd, "s/s6rc-x", 0);
	fdio_remove_tree(scratch_fd, "s/s6-rc-y");
	cr_assert_eq(symlinkat("nowhere", scratch_fd, "s/dangling"), 0);
	refused("111 unable to stat s/dangling: No such file or directory");
	(void)unlinkat(scratch_fd, "s/dangling", 0);
	scratch_write_deep("s/a\nb/type", "oneshot\n");
	refused("1 in s: invalid service name: it contains a newline");
	fdio_remove_tree(scratch_fd, "s/a\nb");
	scratch_write_deep("s/file", "");
	scratch_write_deep("s/.hidden/type", "nonsense");
	free(good(false));
}

Test(rcsrc, duplicates_over_sources)
{
	struct rc_input in = { .source = { "s", "t" }, .nsources = 2, .container = true };

	oneshot("a", NULL);
	oneshot("base", NULL);
	scratch_write_deep("t/a/type", "bundle\n");
	scratch_write_deep("t/a/contents.d/x", "");
	cr_expect_null(rcsrc_load(&in, &problems));
	cr_expect_str_eq(said(), "1 duplicate service definition: a defined in t is already defined in s\n"
		"1 duplicate service definition: base defined in the built-in services is already defined in s");
}

Test(rcsrc, scripts_that_are_no_command_line)
{
	oneshot("a", NULL);
	scratch_write_deep("s/a/up", "foreground { a");
	scratch_write_deep("s/a/down", "a }");
	scratch_write_deep("s/a/reload", "\"x");
	refused("1 syntax error in s/a/up: unmatched {\n1 syntax error in s/a/down: unmatched }\n1 syntax error in s/a/reload");
	oneshot("b", NULL);
	(void)unlinkat(scratch_fd, "s/b/up", 0);
	fdio_remove_tree(scratch_fd, "s/a");
	refused("111 unable to read s/b/up: No such file or directory");
	scratch_write_deep("s/b/up/x", "");
	refused("111 unable to read s/b/up: Invalid argument");
}

Test(rcsrc, pipelines_that_do_not_agree)
{
	longrun("a");
	longrun("b");
	oneshot("o", NULL);
	scratch_write_deep("s/a/producer-for", "b\n");
	refused("1 longrun service a declares being a producer for a service named b that does not declare it back");
	scratch_write_deep("s/a/producer-for", "o\n");
	refused("1 longrun service a declares being a producer for a service named o of type oneshot");
	scratch_write_deep("s/a/producer-for", "gone\n");
	refused("1 longrun service a declares being a producer for an undefined service named gone\n"
		"1 during dependency resolution for service a: undefined service name gone");
	scratch_write_deep("s/a/producer-for", "b\nc\n");
	refused("1 file s/a/producer-for: should only contain one service name");
	(void)unlinkat(scratch_fd, "s/a/producer-for", 0);
	scratch_write_deep("s/b/consumer-for", "a\n");
	scratch_write_deep("s/b/pipeline-name", "p\nq\n");
	refused("1 file s/b/pipeline-name: should only contain one name\n"
		"1 longrun service b declares being the consumer for a service named a that does not declare it back");
	scratch_write_deep("s/a/producer-for", "b\n");
	scratch_write_deep("s/b/producer-for", "a\n");
	scratch_write_deep("s/a/consumer-for", "b\n");
	(void)unlinkat(scratch_fd, "s/b/pipeline-name", 0);
	refused("1 cyclic service dependency reached from b and involving a");
}

Test(rcsrc, a_pipeline_s_name_that_is_taken)
{
	longrun("a");
	longrun("b");
	scratch_write_deep("s/a/producer-for", "b");
	scratch_write_deep("s/b/consumer-for", "a");
	scratch_write_deep("s/b/pipeline-name", "a");
	refused("1 duplicate service definition: a defined in s is already defined in s");
}

Test(rcsrc, longruns)
{
	scratch_write_deep("s/l/type", "longrun\n");
	refused("1 unable to stat s/l/run: No such file or directory");
	scratch_write_deep("s/l/run/x", "");
	refused("1 file s/l/run: should be a regular file");
	fdio_remove_tree(scratch_fd, "s/l/run");
	scratch_write_deep("s/script", "#!/bin/sh\n");
	cr_assert_eq(symlinkat("../script", scratch_fd, "s/l/run"), 0);
	free(good(false));
	scratch_write_deep("s/l/notification-fd", "3\n");
	scratch_write_deep("s/l/lock-fd", "3\n");
	refused("1 notification-fd and lock-fd are the same in s/l/notification-fd");
	scratch_write_deep("s/l/lock-fd", "4 \n");
	refused("111 unable to read s/l/lock-fd: Invalid argument");
	scratch_write_deep("s/l/lock-fd", "4\nand more");
	scratch_write_deep("s/l/timeout-up", "5\n\n");
	refused("1 invalid s/l/timeout-up");
	scratch_write_deep("s/l/timeout-up", "x");
	scratch_write_deep("s/l/data", "");
	refused("1 invalid s/l/timeout-up\n1 file s/l/data: should be a directory");
	scratch_write_deep("s/l/timeout-up", "500");
	(void)unlinkat(scratch_fd, "s/l/data", 0);
	scratch_write_deep("s/l/notification-fd", "1");
	free(good(false));
	cr_expect_str_eq(said(), "0 notification-fd in s/l should be 3 or more");
}

Test(rcsrc, bundles)
{
	scratch_write_deep("s/b/type", "bundle\n");
	refused("111 unable to read s/b/contents: No such file or directory");
	oneshot("one", NULL);
	oneshot("two", NULL);
	scratch_write_deep("s/b/contents", "# comment\n\n \tone\n");
	cr_assert_eq(mkdirat(scratch_fd, "s/e", 0755), 0);
	scratch_write_deep("s/e/type", "bundle\n");
	cr_assert_eq(mkdirat(scratch_fd, "s/e/contents.d", 0755), 0);
	scratch_write_deep("s/nest/type", "bundle\n");
	cr_assert_eq(mkdirat(scratch_fd, "s/nest/contents.d", 0755), 0);
	cr_assert_eq(symlinkat("/nowhere", scratch_fd, "s/nest/contents.d/b"), 0);
	scratch_write_deep("s/nest/contents.d/two", "");
	scratch_write_deep("s/nest/contents.d/.two", "");
	scratch_write_deep("s/nest/contents", "nosuch\n");
	struct rc_graph *g = good(false);

	cr_expect_str_eq(deps(g, "b"), "one");
	cr_expect_str_eq(deps(g, "e"), "");
	cr_expect_str_eq(deps(g, "nest"), "one two");
	free(g);
	scratch_write_deep("s/b/contents", "one \n");
	refused("1 during resolution of bundle b: undefined service name one ");
}

Test(rcsrc, dependencies_in_both_forms)
{
	oneshot("a", NULL);
	oneshot("b", NULL);
	oneshot("c", NULL);
	scratch_write_deep("s/bundle/type", "bundle");
	scratch_write_deep("s/bundle/contents", "a\nb\n");
	scratch_write_deep("s/c/dependencies", "bundle\na\n");
	struct rc_graph *g = good(false);

	cr_expect_str_eq(deps(g, "c"), "a b");
	cr_expect_str_eq(dependents(g, "a"), "c");
	free(g);
	scratch_write_deep("s/c/dependencies.d/b", "");
	g = good(false);
	cr_expect_str_eq(deps(g, "c"), "b", "the directory alone counts");
	free(g);
}

Test(rcsrc, a_pipeline)
{
	longrun("p");
	longrun("q");
	longrun("m");
	longrun("c");
	scratch_write_deep("s/p/producer-for", "m\n");
	scratch_write_deep("s/q/producer-for", "m\n");
	scratch_write_deep("s/m/consumer-for", "p\nq\n");
	scratch_write_deep("s/m/producer-for", "c\n");
	scratch_write_deep("s/m/pipeline-name", "early\n");
	scratch_write_deep("s/c/consumer-for", "m\n");
	scratch_write_deep("s/c/pipeline-name", "pipe\n");
	struct rc_graph *g = good(false);

	cr_expect_str_eq(said(), "0 pipeline-name of service m is ignored: it is not the last consumer of a pipeline");
	cr_expect_str_eq(deps(g, "pipe"), "c m p q");
	cr_expect_str_eq(deps(g, "p"), "m");
	cr_expect_str_eq(deps(g, "m"), "c");
	cr_expect_eq(g->node[rc_find(g, "p")].consumer, rc_find(g, "m"));
	cr_expect_eq(g->node[rc_find(g, "m")].consumer, rc_find(g, "c"));
	cr_expect_eq(g->node[rc_find(g, "c")].consumer, RC_NONE);
	free(g);
}

Test(rcsrc, flags_timeouts_and_scripts)
{
	oneshot("o", NULL);
	longrun("l");
	scratch_write_deep("s/o/timeout-up", "10");
	scratch_write_deep("s/o/timeout-down", "20\n");
	scratch_write_deep("s/o/up", "# nothing\n");
	scratch_write_deep("s/o/down", "echo down\n");
	scratch_write_deep("s/o/flag-recommended", "");
	scratch_write_deep("s/l/notification-fd", "3");
	scratch_write_deep("s/l/down", "");
	scratch_write_deep("s/b/type", "bundle\n");
	scratch_write_deep("s/b/flag-essential", "");
	scratch_write_deep("s/b/contents.d/l", "");
	struct rc_graph *g = good(false);
	const struct rc_node *o = &g->node[rc_find(g, "o")], *l = &g->node[rc_find(g, "l")];

	cr_expect_eq(o->timeout_up, 10);
	cr_expect_eq(o->timeout_down, 20);
	cr_expect_eq(o->script[RC_SCRIPT_UP], 0, "no words, no script");
	cr_expect_str_eq(rc_text(g, o->script[RC_SCRIPT_DOWN]), "echo down\n");
	cr_expect_eq(o->flags, RC_RECOMMENDED);
	cr_expect_eq(l->flags, RC_NOTIFIES | RC_ESSENTIAL);
	cr_expect_eq(g->longruns, 1);
	cr_expect_eq(g->atomics, 2);
	free(g);
}

Test(rcsrc, the_built_in_services)
{
	struct rc_input in = { .source = { "none", "s" }, .nsources = 2, .container = true };

	longrun("web");
	scratch_write_deep("s/user/contents.d/web", "");
	struct rc_graph *g = rcsrc_load(&in, &problems);

	cr_assert_not_null(g, "%s", said());
	cr_expect_str_eq(deps(g, "top"), "web fix-attrs legacy-cont-init legacy-services");
	cr_expect_str_eq(deps(g, "legacy-services"), "web fix-attrs legacy-cont-init");
	cr_expect_str_eq(deps(g, "legacy-cont-init"), "fix-attrs");
	cr_expect_str_eq(deps(g, "user2"), "");
	cr_expect_eq(g->node[rc_find(g, "legacy-services")].builtin, RC_LEGACY);
	free(g);
	/* But s6-rc-compile asks for a type. */
	refused("111 unable to read s/user/type: No such file or directory");
}

Test(rcsrc, a_source_that_is_missing)
{
	struct rc_input in = { .source = { "none" }, .nsources = 1 };

	cr_expect_null(rcsrc_load(&in, &problems));
	cr_expect_str_eq(said(), "111 unable to opendir none: No such file or directory");
}

/* Other names for the service a. */
static void links(int from, int to)
{
	char name[64];

	for (int i = from; i < to; i++) {
		snprintf(name, sizeof(name), "s/n%04d", i);
		cr_assert_eq(symlinkat("a", scratch_fd, name), 0);
	}
}

Test(rcsrc, limits)
{
	char *big = malloc(RC_SCRIPT_MAX + 2);

	oneshot("a", NULL);
	memset(big, 'x', RC_SCRIPT_MAX + 1);
	big[RC_SCRIPT_MAX + 1] = '\0';
	scratch_write_deep("s/a/up", big);
	refused("111 unable to read s/a/up: File too large");
	big[RC_SCRIPT_MAX] = '\0';
	scratch_write_deep("s/a/up", big);
	free(good(false));
	free(big);
	links(0, 200);
	cr_expect_null(load(false));
	cr_expect_str_eq(said(), "111 too many bytes of names and scripts");
	/* Of the kind that has the fewest files. */
	scratch_write_deep("s/a/type", "bundle");
	scratch_write_deep("s/a/contents", "");
	links(200, RC_NODES_MAX);
	cr_expect_null(load(false));
	cr_expect_str_eq(said(), "111 too many services");
}

Test(rcsrc, many_errors_are_all_counted)
{
	char name[64];

	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "n%03d", i);
		oneshot(name, "nosuch");
	}
	cr_expect_null(load(false));
	cr_expect_eq(problems.errors, 100);
}

Test(rcsrc, a_block_that_was_spoilt_is_not_taken)
{
	oneshot("a", NULL);
	oneshot("b", "a");
	struct rc_graph *g = good(true);
	uint8_t *copy = malloc(g->size);
	size_t size = g->size;

	srand(3);
	cr_expect_not(rc_graph_valid(g, size - 4));
	for (int i = 0; i < 20000; i++) {
		struct rc_graph *c = (struct rc_graph *)(void *)copy;

		memcpy(copy, g, size);
		copy[(size_t)rand() % size] = (uint8_t)rand();
		if (!rc_graph_valid(c, size))
			continue;
		/* Then every way through it stays inside. */
		for (uint32_t n = 0; n < c->atomics; n++) {
			uint8_t set[RC_NODES_MAX] = { 0 };

			cr_assert_leq(strlen(rc_name(c, n)), size);
			rc_select(c, n, set);
			rc_close(c, set, i & 1);
		}
	}
	free(copy);
	free(g);
}
