/*
 * services.d: the built-in service legacy-services. Up: its service directories are copied by a child, linked into
 * the scan directory and supervised; down: the links go, everybody is told to end and loggers read to the end of their
 * input. They are no nodes of the graph and restart for ever as any service of a scan directory.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "boot_int.h"
#include "child.h"
#include "fdio.h"
#include "msg.h"
#include "rc_int.h"
#include "scandir.h"
#include "service.h"
#include "svcdir.h"
#include "sys.h"

#define MS INT64_C(1000000)
#define GRACE_MS 3000u /* compat: S6_SERVICES_GRACETIME's default */

struct copy_arg {
	char from[PATH_MAX], to[RC_PATH_MAX];
	unsigned int verbosity;
};

static struct service *slot_of(const struct supervisor *sv, uint32_t idx)
{
	return idx < sv->services_max ? sv->services[idx] : NULL;
}

/* Is it a service of services.d, or the logger of one? */
static bool is_ours(const struct rc *rc, const struct service *s)
{
	struct rc_place p = { s->id->dev, s->id->ino };

	if (s->id->is_log && s->d->partner != POOL_NONE) {
		const struct service *of = slot_of(rc->sv, s->d->partner);

		return of && is_ours(rc, of);
	}
	return rc_legacy_has(rc, &p);
}

static uint32_t node_of(const struct rc *rc)
{
	uint32_t i = 0;

	while (i < rc->g->atomics && rc->g->node[i].builtin != RC_LEGACY)
		i++;
	return i;
}

static void tell_copied(const char *to)
{
	char path[PATH_MAX];
	DIR *dir = opendir(to);
	struct dirent *e;

	msg_prog = "services-up";
	while (dir && (e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/notification-fd", e->d_name);
		msg_info("copying legacy longrun %s%s", e->d_name,
			svcdir_flag(dirfd(dir), path) > 0 ? "" : " (no readiness notification)");
	}
	if (dir)
		closedir(dir);
}

/* For child_spec.main_fn. */
static int copy_child(void *arg, int out_fd)
{
	const struct copy_arg *a = arg;
	int fd, r;

	(void)out_fd;
	(void)umask(022);
	(void)fdio_remove_tree(AT_FDCWD, a->to);
	r = sys.mkdirat(AT_FDCWD, a->to, 0755) < 0 ? -errno : 0;
	fd = r < 0 ? r : fdio_open(AT_FDCWD, a->to, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (fd < 0) {
		msg_error(fd, "unable to make '%s', no service of '%s' is started", a->to, a->from);
		return 1;
	}
	r = rc_copy_legacy(a->from, fd);
	fdio_close(&fd);
	if (r < 0 && r != -ENOENT)
		msg_warn(r, "not all services of '%s' are started", a->from);
	if (a->verbosity >= 2)
		tell_copied(a->to);
	return 0;
}

/* One copied service: its link, and its place so that the link is followed. */
static void link_service(struct rc *rc, int dirfd, const char *name)
{
	struct supervisor *sv = rc->sv;
	char path[PATH_MAX];
	struct stat st;

	if (sys.fstatat(dirfd, name, &st, 0) < 0 || !S_ISDIR(st.st_mode))
		return;
	if (rc->live->nlegacy == RC_LEGACY_MAX) {
		msg_warn(0, "services.d has more than %d services, '%s' is left out", RC_LEGACY_MAX, name);
		return;
	}
	rc->legacy[rc->live->nlegacy++] = (struct rc_place){ st.st_dev, st.st_ino };
	if (snprintf(path, sizeof(path), "%s/%s", rc->live->legacy_dir, name) >= (int)sizeof(path))
		return;
	if (sys.symlinkat(path, sv->head->scandirfd, name) < 0 && errno != EEXIST)
		msg_warn(errno, "unable to put the service '%s' into the scan directory", name);
}

static void link_all(struct rc *rc)
{
	DIR *dir = opendir(rc->live->legacy_dir);
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			link_service(rc, dirfd(dir), e->d_name);
	if (dir)
		closedir(dir);
	rc->live->legacy_linked = true;
	scandir_scan(rc->sv);
}

static void on_copied(void *owner, int wstatus, const char *out, size_t len)
{
	struct rc *rc = owner;

	(void)wstatus;
	(void)out;
	(void)len;
	if (!rc->g)
		return;
	rc->live->copier = 0;
	link_all(rc);
	rc_look(rc);
}

static int start_copying(struct rc *rc, const char *from)
{
	static struct copy_arg arg;
	struct child_spec spec = { .title = "hexad-copy", .main_fn = copy_child, .arg = &arg, .stdin_fd = -1,
		.note = &rc->live->copier };
	bool usual = !strcmp(rc->live->dir, RC_LIVE_DIR);
	pid_t pid;

	if (usual)
		(void)snprintf(rc->live->legacy_dir, RC_PATH_MAX, "%s", RC_LEGACY_DIR);
	else if (snprintf(rc->live->legacy_dir, RC_PATH_MAX, "%s/.legacy-services", rc->sv->scandir) >= RC_PATH_MAX)
		return -ENAMETOOLONG;
	(void)snprintf(arg.from, sizeof(arg.from), "%s", from);
	(void)snprintf(arg.to, sizeof(arg.to), "%s", rc->live->legacy_dir);
	arg.verbosity = boot_number(rc->sv, "S6_VERBOSITY", 2);
	pid = child_start(rc->sv, &spec, on_copied, rc);
	return pid < 0 ? pid : 0;
}

int rc_legacy_up(struct rc *rc)
{
	char from[PATH_MAX];
	struct stat st;
	int r;

	rc->live->nlegacy = 0;
	rc->live->legacy_linked = false;
	boot_dir(rc->sv, "services.d", from, sizeof(from));
	if (rc->sv->head->scandirfd < 0 || sys.fstatat(AT_FDCWD, from, &st, 0) < 0 || !S_ISDIR(st.st_mode))
		return 0;
	r = start_copying(rc, from);
	if (r < 0) {
		msg_warn(r, "unable to copy the services of '%s'", from);
		return r;
	}
	return 1;
}

/* Compat: overlay-boot 11.1: those with a notification-fd are ready, the others up; one with a down file is not asked. */
static bool all_there(const struct rc *rc)
{
	for (struct service *s = service_next(rc->sv, NULL); s; s = service_next(rc->sv, s)) {
		if (s->id->is_log || !is_ours(rc, s) || svcdir_flag(s->d->dirfd, "down") > 0)
			continue;
		if (s->d->m.state != SV_UP || s->d->exec_pending)
			return false;
		if (svcdir_flag(s->d->dirfd, "notification-fd") > 0 && !s->d->m.ready)
			return false;
	}
	return true;
}

static bool any_left(const struct rc *rc)
{
	for (struct service *s = service_next(rc->sv, NULL); s; s = service_next(rc->sv, s))
		if (is_ours(rc, s))
			return true;
	return false;
}

static void check_up(struct rc *rc, uint32_t i)
{
	unsigned int ms = boot_number(rc->sv, "S6_CMD_WAIT_FOR_SERVICES_MAXTIME", 0);

	if (boot_number(rc->sv, "S6_CMD_WAIT_FOR_SERVICES", 0) == 0 || all_there(rc))
		rc_done(rc, i, true, NULL);
	else if (ms && !rc->cell[i].deadline_ns)
		rc->cell[i].deadline_ns = mono_ns() + ms * MS;
}

void rc_legacy_check(struct rc *rc, uint32_t i)
{
	if (rc->plan.m[i].state == RC_STARTING) {
		if (rc->live->legacy_linked)
			check_up(rc, i);
	} else if (!any_left(rc)) {
		rc->live->nlegacy = 0;
		rc->live->legacy_linked = false;
		rc_done(rc, i, true, NULL);
	}
}

/* By index: telling may free the service. */
static void dismiss(struct rc *rc, bool loggers)
{
	struct supervisor *sv = rc->sv;

	for (uint32_t i = 0; i < sv->services_max; i++) {
		struct service *s = sv->services[i];

		if (!s || s->id->is_log != loggers || !is_ours(rc, s))
			continue;
		if (!loggers)
			(void)sys.unlinkat(sv->head->scandirfd, s->id->name, 0);
		s->d->active = false;
		if (s->d->m.state < SV_LASTUP || !s->d->begun)
			scandir_dismiss(s, false);
	}
}

int rc_legacy_down(struct rc *rc)
{
	unsigned int ms = boot_number(rc->sv, "S6_SERVICES_GRACETIME", GRACE_MS);
	uint32_t node = node_of(rc);

	/* Loggers end with their input whenever they are told; they are known by their partner, who may go at once. */
	dismiss(rc, true);
	dismiss(rc, false);
	if (!any_left(rc)) {
		rc->live->nlegacy = 0;
		rc->live->legacy_linked = false;
		return 0;
	}
	rc->cell[node].deadline_ns = ms ? mono_ns() + ms * MS : 0;
	return 1;
}

/* Compat: going down counts as done when its time is over; of not coming up the behaviour decides. */
void rc_legacy_late(struct rc *rc, uint32_t i)
{
	unsigned int behaviour = boot_number(rc->sv, "S6_BEHAVIOUR_IF_STAGE2_FAILS", 0);

	if (rc->plan.m[i].state == RC_STOPPING) {
		msg_warn(0, "some services of services.d have not ended in time, going on without them");
		rc_done(rc, i, true, NULL);
		return;
	}
	if (behaviour)
		boot_say(rc->sv, 1, 0, "some services of services.d are not up or ready in time");
	rc_done(rc, i, behaviour < 2, "command exited 1");
}

void rc_legacy_again(struct rc *rc)
{
	char from[PATH_MAX];
	uint32_t node = node_of(rc);

	if (rc->plan.m[node].state == RC_STOPPING) {
		if (rc_legacy_down(rc) == 0)
			rc_done(rc, node, true, NULL);
		return;
	}
	if (rc->live->legacy_linked)
		return;
	if (rc->live->copier > 0)
		(void)sys.kill(rc->live->copier, SIGKILL);
	boot_dir(rc->sv, "services.d", from, sizeof(from));
	rc->live->nlegacy = 0;
	if (start_copying(rc, from) < 0)
		rc_done(rc, node, false, "command exited 1");
}
