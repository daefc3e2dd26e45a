/*
 * Runs the reading half of reconcile as the application user and hands its plan on. Owns the request
 * while the child runs; never reads the home itself.
 */
#include "profiles.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "child.h"
#include "config.h"
#include "fdio.h"
#include "msg.h"
#include "profiles_watch.h"
#include "sys.h"
#include "volume.h"

#define WATCHES_MAX (4 * PLAN_MAX) /* that one descriptor is given in its life */
#define PLAN_BYTES (PLAN_MAX * 512u) /* one line an op: names and words are bounded well below that */

struct plan_request {
	struct supervisor *sv;
	int sock; /* our end, -1: the child tells nothing beside its plan */
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

/* What the child found out about the volume's lock. */
static void take_word(struct supervisor *sv, const struct volume_word *w, int fd)
{
	struct pool_head *h = sv->head;
	bool was = h->observing;

	h->home_wd = w->home_wd;
	sv->profiles_wd = w->last_wd;
	sv->profiles_missing = w->missing;
	if (w->unwatched && !sv->unwatched_said)
		msg_warn(0, "no more watches (fs.inotify.max_user_watches): not all that happens to profiles is noticed at once");
	sv->unwatched_said = w->unwatched;
	switch ((enum volume_lock)w->lock) {
	case VOLUME_UNASKED:
		break;
	case VOLUME_HELD:
		h->volumefd = fd;
		h->observing = false;
		if (was)
			msg_info("the volume is ours to write now");
		break;
	case VOLUME_BUSY:
		h->observing = true;
		if (!was)
			msg_warn(0, "another supervisor writes this volume: this one observes, and makes no slots");
		break;
	case VOLUME_NONE:
		if (!sv->lock_refused)
			msg_warn(w->err, "the volume cannot be locked: nothing keeps a second container from writing it");
		sv->lock_refused = true;
		h->observing = false;
		break;
	}
	pool_commit_head(sv->pool);
}

static void hear(struct plan_request *rq)
{
	struct volume_word w;
	int fd = -1;

	if (rq->sock >= 0 && volume_hear(rq->sock, &w, &fd))
		take_word(rq->sv, &w, fd);
	fdio_close(&rq->sock);
}

/*
 * One for the life of the tree, unless it has been given too many: what was watched once stays so wherever it is moved, and
 * who moves his profiles away again and again would use up the kernel's watches, which are root's and not his. Without it
 * profiles are looked at when somebody asks.
 */
static int watch_descriptor(struct supervisor *sv)
{
	if (!sv->config->watch_ms)
		return -1;
	if (sv->profiles_wd > WATCHES_MAX)
		profiles_watch_renew(sv);
	if (sv->head->profilesfd <= 0) {
		sv->head->profilesfd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
		if (sv->head->profilesfd < 0)
			msg_warn(errno, "unable to watch the profiles: new ones are noticed at the next start only");
		pool_commit_head(sv->pool);
	}
	return sv->head->profilesfd;
}

static void on_plan_read(void *owner, int wstatus, const char *out, size_t len)
{
	struct plan_request rq = *(struct plan_request *)owner;
	struct plan plan = { NULL, 0 };
	char why[80];
	int r;

	free(owner);
	hear(&rq);
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

int profiles_plan(struct supervisor *sv, enum profiles_how how, volatile pid_t *note, profiles_plan_fn *done, void *owner)
{
	struct plan_request *rq;
	struct ids ids;
	struct reconcile_input in = {
		.config = sv->config,
		.home = reconcile_home(sv->config, environ),
		.argv = sv->argv,
		.environ = environ,
		.dry_run = how != PROFILES_BOOT,
		.held = sv->head->volumefd > 0,
	};
	struct child_spec spec = {
		.title = "hexad-plan",
		.main_fn = reconcile_child,
		.arg = &in,
		.stdin_fd = -1,
		.out_cap = PLAN_BYTES,
		.note = note,
	};
	int r = profiles_owner(sv, &ids), pair[2] = { -1, -1 }, keep[2];

	if (r < 0)
		return r;
	if (how != PROFILES_DRY_RUN && (r = volume_pair(pair)) < 0)
		return r;
	if (how != PROFILES_DRY_RUN) {
		keep[spec.nkeep++] = pair[1];
		in.sock = 4;
		keep[spec.nkeep] = watch_descriptor(sv);
		if (keep[spec.nkeep] > 0)
			in.watchfd = 4 + (int)spec.nkeep++;
		spec.keep = keep;
	}
	/* Who is not root reads as himself: he cannot become anybody else. */
	spec.as = geteuid() == 0 ? &ids : NULL;
	rq = sys.calloc(1, sizeof(*rq));
	r = rq ? 0 : -ENOMEM;
	if (r < 0) {
		fdio_close(&pair[0]);
		fdio_close(&pair[1]);
		return r;
	}
	rq->sv = sv;
	rq->sock = pair[0];
	rq->done = done;
	rq->owner = owner;
	r = child_start(sv, &spec, on_plan_read, rq);
	fdio_close(&pair[1]);
	if (r < 0) {
		fdio_close(&rq->sock);
		free(rq);
	}
	return r;
}
