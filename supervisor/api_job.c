/*
 * What takes longer than a turn and goes on without its client: the table of jobs, the child that
 * removes a directory as its owner, the dry run of reconcile. PID 1 itself walks no tree here.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api_client.h"
#include "child.h"
#include "config.h"
#include "fdio.h"
#include "fsid.h"
#include "ids.h"
#include "msg.h"
#include "plan.h"
#include "profiles_watch.h"
#include "sys.h"

unsigned int api_job_room(const struct api *api)
{
	unsigned int used = 0, free = 0;

	for (size_t i = 0; i < API_PLACES_JOBS; i++) {
		used += api->job[i].phase >= JOB_ANNOUNCING && api->job[i].phase <= JOB_PLANNING;
		free += api->job[i].phase == JOB_FREE;
	}
	used = used < API_JOBS ? API_JOBS - used : 0;
	return used < free ? used : free;
}

const char *api_profile_of(const struct supervisor *sv, const char *slot)
{
	size_t len = strlen(sv->config->slot_prefix);

	if (strncmp(slot, sv->config->slot_prefix, len) != 0 || slot[len] == '\0' || strchr(slot, '/') != NULL)
		return NULL;
	return slot + len;
}

struct api_job *api_job_new(struct api *api, struct api_client *c, enum api_job_phase phase)
{
	if (phase <= JOB_PLANNING && api_job_room(api) == 0)
		return NULL;
	for (size_t i = 0; i < API_PLACES_JOBS; i++) {
		struct api_job *j = &api->job[i];

		if (j->phase != JOB_FREE)
			continue;
		j->client = c;
		j->code = 0;
		j->phase = phase;
		j->kill_ns = 0;
		j->seq = 0;
		j->tries = j->children = 0;
		j->was_wanted = j->up = j->only_if_there = j->late = false;
		j->sentence[0] = j->slot[0] = j->gone[0] = '\0';
		j->ref[0] = j->ref[1] = (struct api_ref){ POOL_NONE, 0 };
		if (c != NULL)
			c->job = j;
		api->jobs_used++;
		return j;
	}
	return NULL;
}

void api_job_end(struct api_job *j)
{
	struct api_client *c = j->client;

	j->phase = JOB_FREE;
	j->client = NULL;
	j->api->jobs_used--;
	uv_timer_stop(&j->timer);
	api_intent_place(j->api);
	if (c == NULL)
		return;
	c->job = NULL;
	api_answer(c, j->code, "%s", j->sentence);
}

/* Is that the directory the job was begun for? */
static bool is_it(const struct api_job *j, const char *name)
{
	struct stat st;

	/* What cannot be looked at is left to the rename to complain about. */
	if (sys.fstatat(j->api->sv->head->scandirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno != ENOENT;
	return st.st_ino == j->ino && st.st_dev == j->dev;
}

int api_job_hide(struct api_job *j)
{
	const struct supervisor *sv = j->api->sv;
	int dirfd = sv->head->scandirfd, r;

	if (!is_it(j, j->slot))
		return -ENOENT;
	r = fsid_enter(sv->scandir_uid, sv->scandir_gid);
	if (r < 0)
		return r;
	snprintf(j->gone, sizeof j->gone, API_GONE_PREFIX "%llx", (unsigned long long)mono_ns());
	if (sys.renameat(dirfd, j->slot, dirfd, j->gone) < 0)
		r = -errno;
	/* Exchanged in between: the new one goes back to its place. */
	else if (!is_it(j, j->gone))
		r = sys.renameat(dirfd, j->gone, dirfd, j->slot) < 0 ? -errno : -ENOENT;
	fsid_leave();
	return r;
}

#define DELETE_TRIES 5
#define DELETE_PAUSE_MS 50u /* doubled each time */

static void on_delete_again(uv_timer_t *timer)
{
	api_job_delete(timer->data);
}

static int delete_child(void *arg, int out_fd)
{
	int r = fdio_remove_tree(AT_FDCWD, arg);

	(void)out_fd;
	return r == 0 ? 0 : 1;
}

/*
 * The owner of the slot may not be who may remove a name from the scan directory: that is done
 * here.
 */
static bool is_removed(const struct api_job *j)
{
	const struct supervisor *sv = j->api->sv;
	bool removed;

	if (fsid_enter(sv->scandir_uid, sv->scandir_gid) < 0)
		return false;
	removed = sys.unlinkat(sv->head->scandirfd, j->gone, AT_REMOVEDIR) == 0 || errno == ENOENT;
	fsid_leave();
	return removed;
}

static void deleted(struct api_job *j, bool ok)
{
	/* From the renaming on there is no way back, so it goes on until it is done. */
	if (!ok && ++j->tries < DELETE_TRIES) {
		uv_timer_start(&j->timer, on_delete_again, DELETE_PAUSE_MS << j->tries, 0);
		return;
	}
	if (!ok) {
		msg_warn(0, "unable to remove '%s/%s' whole", j->api->sv->scandir, j->gone);
		if (j->code == 0) {
			j->code = EXIT_SYSTEM;
			snprintf(j->sentence, sizeof j->sentence,
				"%.251s is unregistered, but its directory could not be removed whole: "
				"'%.160s' is left",
				j->slot, j->gone);
		}
	}
	if (!api_intent_forget(j))
		api_intent_over(j);
}

/* A child that outlives the api must not find its memory gone. */
static bool child_came_back(struct api_job *j)
{
	bool closing = j->api->closing;

	api_handle_gone(j->api);
	return !closing;
}

static void on_deleted(void *owner, int wstatus, const char *out, size_t len)
{
	struct api_job *j = owner;

	(void)wstatus;
	(void)out;
	(void)len;
	if (child_came_back(j))
		deleted(j, is_removed(j));
}

/* Whom the removing child becomes; -EPERM for what is not a directory of ours. */
static int owner_of(const struct api_job *j, struct ids *ret)
{
	struct stat st;

	if (sys.fstatat(j->api->sv->head->scandirfd, j->gone, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return ids_by_uid(st.st_uid, ret);
}

void api_job_delete(struct api_job *j)
{
	struct ids ids;
	struct child_spec spec = {
		.title = "hexad-remove", .main_fn = delete_child, .arg = j->gone,
		.cwd_fd = j->api->sv->head->scandirfd, .stdin_fd = -1,
	};
	int r = owner_of(j, &ids);

	j->phase = JOB_DELETING;
	if (r == 0) {
		spec.as = geteuid() == 0 ? &ids : NULL;
		r = child_start(j->api->sv, &spec, on_deleted, j);
	}
	if (r < 0)
		deleted(j, r == -ENOENT);
	else
		j->api->handles++;
}

/* What removals and registrations that a fault cut short have left. */
static bool is_ours_to_remove(const struct config *config, const char *name)
{
	size_t len = strlen(name), prefix = strlen(config->slot_prefix), end = sizeof SLOT_STAGING - 1;

	if (len > SV_NAME_FULL)
		return false;
	if (strncmp(name, API_GONE_PREFIX, sizeof API_GONE_PREFIX - 1) == 0)
		return true;
	return len > 1 + prefix + end && *name == '.' && strncmp(name + 1, config->slot_prefix, prefix) == 0
		&& strcmp(name + len - end, SLOT_STAGING) == 0;
}

/* A staging directory gets another name first: its own may be needed before it has been removed. */
static void set_aside(struct api_job *j, const char *name)
{
	const struct supervisor *sv = j->api->sv;
	int dirfd = sv->head->scandirfd;

	snprintf(j->gone, sizeof j->gone, "%s", name);
	if (strncmp(name, API_GONE_PREFIX, sizeof API_GONE_PREFIX - 1) == 0
			|| fsid_enter(sv->scandir_uid, sv->scandir_gid) < 0)
		return;
	snprintf(j->gone, sizeof j->gone, API_GONE_PREFIX "%llx", (unsigned long long)mono_ns());
	if (sys.renameat(dirfd, name, dirfd, j->gone) < 0)
		snprintf(j->gone, sizeof j->gone, "%s", name);
	fsid_leave();
}

void api_job_sweep(struct api *api)
{
	int fd = fdio_open(api->sv->head->scandirfd, ".", O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct api_job *j;
	const struct dirent *e;

	if (dir == NULL) {
		fdio_close(&fd);
		return;
	}
	while ((e = readdir(dir)) != NULL) {
		if (!is_ours_to_remove(api->sv->config, e->d_name))
			continue;
		j = api_job_new(api, NULL, JOB_DELETING);
		if (j == NULL)
			break;
		set_aside(j, e->d_name);
		api_job_delete(j);
	}
	closedir(dir);
}

static int plan_rows(struct api_client *c)
{
	int r;

	for (unsigned int sent = 0; c->cursor < c->plan.n; c->cursor++) {
		const struct plan_op *op = &c->plan.op[c->cursor];
		const char *fields[] = { "row", op->profile, op->prior_state, plan_action_name(op->action),
			plan_exit_name(op->prior_exit), op->why };

		if (sent++ == API_ROWS_TURN)
			return 0;
		r = api_row(c, fields, sizeof fields / sizeof fields[0]);
		if (r < 0)
			return r;
	}
	return 1;
}

static void on_plan(void *owner, struct plan *plan, const char *why)
{
	struct api_job *j = owner;
	struct api_client *c;

	if (!child_came_back(j))
		return;
	c = j->client;
	if (plan == NULL || c == NULL) {
		j->code = 1;
		snprintf(j->sentence, sizeof j->sentence, "no plan could be made: %s",
			why != NULL ? why : "");
		api_job_end(j);
		return;
	}
	c->plan = *plan;
	*plan = (struct plan){ NULL, 0 };
	j->client = NULL;
	c->job = NULL;
	api_job_end(j);
	api_answer_rows(c, plan_rows);
}

void api_verb_reconcile(struct api_client *c, const struct proto_frame *f)
{
	struct api_job *j;
	struct ids owner;
	int r;

	if (!api_may_make(c, NULL, &owner))
		return;
	if (strcmp(f->field[2], "dry-run") != 0 && strcmp(f->field[2], "now") != 0) {
		api_answer(c, EXIT_USAGE, "malformed request: 'dry-run' or 'now' is expected");
		return;
	}
	j = api_job_new(c->api, c, JOB_PLANNING);
	if (j == NULL) {
		api_answer(c, 1, "too much is being done at the moment; try again");
		return;
	}
	if (strcmp(f->field[2], "now") == 0)
		r = profiles_pass(c->api->sv, on_plan, j);
	else
		r = profiles_plan(c->api->sv, PROFILES_DRY_RUN, NULL, on_plan, j);
	if (r >= 0) {
		c->api->handles++;
		return;
	}
	j->code = r == -ENOTSUP || r == -EBUSY ? 1 : EXIT_SYSTEM;
	snprintf(j->sentence, sizeof j->sentence, "%s", api_profiles_why(r));
	api_job_end(j);
}
