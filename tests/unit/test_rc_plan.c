/* The order of starting and stopping, on plain values: small graphs by hand, random ones by their invariants. */
#include "rc_plan.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N 40

/* A graph made here: dep[i][k]: i depends on k. */
struct made {
	struct rc_graph *g;
	struct rc_mark m[N];
	struct rc_plan plan;
	uint8_t set[RC_NODES_MAX];
};

static struct made *make(unsigned int n, bool dep[N][N], const char *kinds)
{
	size_t nodes = sizeof(struct rc_graph) + n * sizeof(struct rc_node);
	struct made *t = calloc(1, sizeof(*t));
	uint32_t *edge, at = 0;

	t->g = calloc(1, nodes + sizeof(uint32_t) * 2 * N * N);
	t->g->n = t->g->atomics = n;
	t->g->edges = (uint32_t)nodes;
	edge = (uint32_t *)(void *)((char *)t->g + nodes);
	for (unsigned int i = 0; i < n; i++) {
		t->g->node[i].kind = kinds && kinds[i] == 'o' ? RC_ONESHOT : RC_LONGRUN;
		t->g->node[i].first = at;
		for (unsigned int k = 0; k < n; k++)
			if (dep[i][k])
				edge[at++] = k;
		t->g->node[i].count = at - t->g->node[i].first;
	}
	for (unsigned int i = 0; i < n; i++) {
		t->g->node[i].rfirst = at;
		for (unsigned int k = 0; k < n; k++)
			if (dep[k][i])
				edge[at++] = k;
		t->g->node[i].rcount = at - t->g->node[i].rfirst;
	}
	t->plan = (struct rc_plan){ .g = t->g, .m = t->m };
	return t;
}

static void unmake(struct made *t)
{
	free(t->g);
	free(t);
}

/* Numbers that can begin now, each told to. */
static const char *begin_all(struct made *t)
{
	static char buf[256];
	uint32_t cursor = 0, i;
	size_t len = 0;

	buf[0] = '\0';
	while ((i = rc_plan_next(&t->plan, &cursor)) != RC_NONE) {
		cr_assert(rc_plan_event(&t->plan, i, t->plan.up ? RC_START : RC_STOP));
		len += (size_t)snprintf(buf + len, sizeof(buf) - len, "%u", (unsigned int)i);
	}
	return buf;
}

static void begin(struct made *t, bool up, unsigned int i)
{
	memset(t->set, 0, sizeof(t->set));
	t->set[i] = 1;
	rc_plan_begin(&t->plan, up, t->set, false);
}

/* 3 depends on 1 and 2, both on 0; 4 stands alone. */
static struct made *diamond(const char *kinds)
{
	bool dep[N][N] = { [1] = { [0] = true }, [2] = { [0] = true }, [3] = { [1] = true, [2] = true } };

	return make(5, dep, kinds);
}

static void all_up(struct made *t)
{
	for (unsigned int i = 0; i < t->g->atomics; i++)
		t->m[i].state = RC_UP;
}

Test(rc_plan, dependencies_first_and_in_parallel)
{
	struct made *t = diamond(NULL);

	begin(t, true, 3);
	cr_expect_str_eq(begin_all(t), "0");
	cr_expect_str_eq(begin_all(t), "", "it waits for 0");
	cr_assert(rc_plan_event(&t->plan, 0, RC_STARTED));
	cr_expect_str_eq(begin_all(t), "12", "both at once");
	cr_assert(rc_plan_event(&t->plan, 2, RC_STARTED));
	cr_expect_str_eq(begin_all(t), "");
	cr_assert(rc_plan_event(&t->plan, 1, RC_STARTED));
	cr_expect_str_eq(begin_all(t), "3");
	cr_expect_eq(rc_plan_in_flight(&t->plan), 1);
	cr_assert(rc_plan_event(&t->plan, 3, RC_STARTED));
	cr_expect_eq(rc_plan_in_flight(&t->plan), 0);
	cr_expect_eq(rc_plan_missed(&t->plan), 0);
	cr_expect_eq(t->m[4].state, RC_DOWN, "nobody asked for 4");
	unmake(t);
}

Test(rc_plan, dependents_stop_first)
{
	struct made *t = diamond(NULL);

	all_up(t);
	begin(t, false, 0);
	cr_expect_str_eq(begin_all(t), "3");
	cr_assert(rc_plan_event(&t->plan, 3, RC_STOPPED));
	cr_expect_str_eq(begin_all(t), "12");
	cr_assert(rc_plan_event(&t->plan, 1, RC_STOPPED));
	cr_expect_str_eq(begin_all(t), "");
	cr_assert(rc_plan_event(&t->plan, 2, RC_STOPPED));
	cr_expect_str_eq(begin_all(t), "0");
	cr_expect_eq(t->m[4].state, RC_UP);
	unmake(t);
}

Test(rc_plan, what_depends_on_a_failure_is_not_tried)
{
	struct made *t = diamond(NULL);

	memset(t->set, 0, sizeof(t->set));
	t->set[3] = t->set[4] = 1;
	rc_plan_begin(&t->plan, true, t->set, false);
	cr_expect_str_eq(begin_all(t), "04");
	cr_assert(rc_plan_event(&t->plan, 0, RC_STARTED));
	(void)begin_all(t);
	cr_assert(rc_plan_event(&t->plan, 1, RC_START_FAILED));
	cr_assert(rc_plan_event(&t->plan, 2, RC_STARTED));
	cr_assert(rc_plan_event(&t->plan, 4, RC_STARTED));
	cr_expect_str_eq(begin_all(t), "", "1 is not tried again, 3 not at all");
	cr_expect_eq(rc_plan_missed(&t->plan), 2);
	/* The next change tries again. */
	begin(t, true, 3);
	cr_expect_str_eq(begin_all(t), "1");
	unmake(t);
}

Test(rc_plan, what_will_not_stop_keeps_what_it_needs)
{
	struct made *t = diamond(NULL);

	all_up(t);
	begin(t, false, 0);
	(void)begin_all(t);
	cr_assert(rc_plan_event(&t->plan, 3, RC_STOPPED));
	(void)begin_all(t);
	cr_assert(rc_plan_event(&t->plan, 1, RC_STOP_FAILED));
	cr_assert(rc_plan_event(&t->plan, 2, RC_STOPPED));
	cr_expect_str_eq(begin_all(t), "");
	cr_expect_eq(t->m[1].state, RC_UP);
	cr_expect_eq(t->m[0].state, RC_UP);
	cr_expect_eq(rc_plan_missed(&t->plan), 2);
	unmake(t);
}

Test(rc_plan, essential_services_are_spared_with_what_they_need)
{
	struct made *t = diamond(NULL);

	all_up(t);
	t->g->node[2].flags = RC_ESSENTIAL;
	memset(t->set, 0, sizeof(t->set));
	t->set[0] = 1;
	rc_plan_begin(&t->plan, false, t->set, true);
	for (unsigned int i = 0; i < 4; i++)
		cr_expect_eq(t->m[i].mark & RC_SPARED, i == 2 ? RC_SPARED : 0, "service %u", i);
	cr_expect_str_eq(begin_all(t), "3");
	cr_assert(rc_plan_event(&t->plan, 3, RC_STOPPED));
	cr_expect_str_eq(begin_all(t), "1");
	cr_assert(rc_plan_event(&t->plan, 1, RC_STOPPED));
	cr_expect_str_eq(begin_all(t), "");
	cr_expect_eq(rc_plan_missed(&t->plan), 0);
	unmake(t);
}

Test(rc_plan, a_stop_takes_over_from_a_start)
{
	struct made *t = diamond("lololl"); /* 1 and 3 are oneshots */

	begin(t, true, 3);
	(void)begin_all(t);
	cr_assert(rc_plan_event(&t->plan, 0, RC_STARTED));
	(void)begin_all(t);
	begin(t, false, 0);
	cr_expect_str_eq(begin_all(t), "2", "a longrun that is starting is stopped, a script is awaited");
	cr_expect_not(rc_plan_event(&t->plan, 1, RC_STOP));
	cr_assert(rc_plan_event(&t->plan, 2, RC_STOPPED));
	cr_expect_str_eq(begin_all(t), "");
	cr_assert(rc_plan_event(&t->plan, 1, RC_STARTED));
	cr_expect_str_eq(begin_all(t), "1", "it came up, so it goes down");
	cr_assert(rc_plan_event(&t->plan, 1, RC_STOPPED));
	cr_expect_str_eq(begin_all(t), "0");
	unmake(t);
}

Test(rc_plan, nothing_else_can_happen)
{
	static const char *const allowed[RC_STATES] = {
		[RC_DOWN] = "S", [RC_UP] = "T", [RC_STARTING] = "sfT", [RC_STOPPING] = "tg",
	};
	static const char letters[] = "SsfTtg";
	struct made *t = diamond(NULL);

	for (int state = 0; state < RC_STATES; state++)
		for (int ev = 0; ev < RC_EVENTS; ev++) {
			t->m[0] = (struct rc_mark){ .state = (uint8_t)state };
			cr_expect_eq(rc_plan_event(&t->plan, 0, (enum rc_event)ev), strchr(allowed[state], letters[ev]) != NULL,
				"%s, event %d", rc_state_name((enum rc_state)state), ev);
		}
	cr_expect_not(rc_plan_event(&t->plan, 0, RC_EVENTS));
	unmake(t);
}

static void check(const struct made *t, bool dep[N][N], unsigned int n, bool up)
{
	for (unsigned int i = 0; i < n; i++) {
		if (up && t->m[i].state == RC_STARTING)
			for (unsigned int k = 0; k < n; k++)
				cr_assert(!dep[i][k] || t->m[k].state == RC_UP, "%u starts before %u is up", i, k);
		if (!up && t->m[i].state == RC_STOPPING)
			for (unsigned int k = 0; k < n; k++)
				cr_assert(!dep[k][i] || t->m[k].state == RC_DOWN, "%u stops before %u is down", i, k);
	}
}

/* Ends those in flight in a random order, some of them badly; the number of failures. */
static unsigned int play(struct made *t, bool dep[N][N], unsigned int n, int fail_percent)
{
	unsigned int failures = 0, steps = 0;
	bool up = t->plan.up;

	for (;;) {
		uint32_t flying = rc_plan_in_flight(&t->plan);
		unsigned int pick;

		(void)begin_all(t);
		check(t, dep, n, up);
		flying = rc_plan_in_flight(&t->plan);
		if (!flying)
			break;
		cr_assert_lt(steps++, 4 * N, "it comes to an end");
		pick = (unsigned int)rand() % n;
		while (t->m[pick].state != RC_STARTING && t->m[pick].state != RC_STOPPING)
			pick = (pick + 1) % n;
		if (rand() % 100 < fail_percent) {
			failures++;
			cr_assert(rc_plan_event(&t->plan, pick, up ? RC_START_FAILED : RC_STOP_FAILED));
		} else {
			cr_assert(rc_plan_event(&t->plan, pick, up ? RC_STARTED : RC_STOPPED));
		}
	}
	return failures;
}

Test(rc_plan, random_graphs_keep_the_order)
{
	srand(11);
	for (int round = 0; round < 3000; round++) {
		bool dep[N][N] = { { false } };
		unsigned int n = 1 + (unsigned int)rand() % N, order[N], failures;
		struct made *t;

		/* Without cycles: along a random order. */
		for (unsigned int i = 0; i < n; i++)
			order[i] = i;
		for (unsigned int i = n - 1; i > 0; i--) {
			unsigned int k = (unsigned int)rand() % (i + 1), x = order[i];

			order[i] = order[k];
			order[k] = x;
		}
		for (unsigned int i = 0; i < n; i++)
			for (unsigned int k = 0; k < i; k++)
				dep[order[i]][order[k]] = rand() % 8 == 0;
		t = make(n, dep, NULL);
		for (unsigned int i = 0; i < n; i++)
			t->set[i] = rand() % 3 == 0;
		rc_plan_begin(&t->plan, true, t->set, false);
		failures = play(t, dep, n, round % 2 ? 10 : 0);
		if (!failures)
			cr_assert_eq(rc_plan_missed(&t->plan), 0, "round %d: all that was wanted is up", round);
		else
			cr_assert_geq(rc_plan_missed(&t->plan), failures);
		for (unsigned int i = 0; i < n; i++)
			for (unsigned int k = 0; t->m[i].state == RC_UP && k < n; k++)
				cr_assert(!dep[i][k] || t->m[k].state == RC_UP);
		memset(t->set, 1, n);
		rc_plan_begin(&t->plan, false, t->set, false);
		failures = play(t, dep, n, round % 3 ? 0 : 10);
		for (unsigned int i = 0; i < n && !failures; i++)
			cr_assert_eq(t->m[i].state, RC_DOWN);
		unmake(t);
	}
}
