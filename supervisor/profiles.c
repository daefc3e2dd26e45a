/*
 * Runs the reading half of reconcile as the application user and hands its plan on. Owns the request
 * while the child runs; never reads the home itself.
 */
#include "profiles.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "child.h"
#include "config.h"
#include "sys.h"

#define PLAN_BYTES (PLAN_MAX * 512u) /* one line an op: names and words are bounded well below that */

struct plan_request {
	profiles_plan_fn *done;
	void *owner;
};

int profiles_owner(const struct supervisor *sv, struct ids *ret)
{
	const struct config *c = sv->config;

	if (!c->profiles_enabled || !*c->app_user)
		return -ENOTSUP;
	return ids_by_user(c->app_user, ret);
}

static void on_plan_read(void *owner, int wstatus, const char *out, size_t len)
{
	struct plan_request rq = *(struct plan_request *)owner;
	struct plan plan = { NULL, 0 };
	char why[80];
	int r;

	free(owner);
	if (!WIFEXITED(wstatus)) {
		(void)snprintf(why, sizeof(why), "the reading process was killed by signal %d", WTERMSIG(wstatus));
		rq.done(rq.owner, NULL, why);
		return;
	}
	if (WEXITSTATUS(wstatus) != 0) {
		(void)snprintf(why, sizeof(why), "the home cannot be read (exit code %d)", WEXITSTATUS(wstatus));
		rq.done(rq.owner, NULL, why);
		return;
	}
	r = plan_parse(&plan, out, len);
	if (r < 0)
		rq.done(rq.owner, NULL, r == -ENOMEM ? "out of memory" : "the reading process wrote no valid plan");
	else
		rq.done(rq.owner, &plan, NULL);
	plan_finish(&plan);
}

int profiles_plan(struct supervisor *sv, bool dry_run, profiles_plan_fn *done, void *owner)
{
	struct plan_request *rq;
	struct ids ids;
	struct reconcile_input in = {
		.config = sv->config,
		.home = reconcile_home(sv->config, environ),
		.argv = sv->argv,
		.environ = environ,
		.dry_run = dry_run,
	};
	struct child_spec spec = {
		.title = "hexad-plan",
		.main_fn = reconcile_child,
		.arg = &in,
		.stdin_fd = -1,
		.out_cap = PLAN_BYTES,
	};
	int r = profiles_owner(sv, &ids);

	if (r < 0)
		return r;
	/* Who is not root reads as himself: he cannot become anybody else. */
	spec.as = geteuid() == 0 ? &ids : NULL;
	rq = sys.calloc(1, sizeof(*rq));
	if (!rq)
		return -ENOMEM;
	rq->done = done;
	rq->owner = owner;
	r = child_start(sv, &spec, on_plan_read, rq);
	if (r < 0) {
		free(rq);
		return r;
	}
	return r;
}
