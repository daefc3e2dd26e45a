/*
 * The graph's memory and the live directories: a child reads the sources, fills the memfd and copies the longruns; then
 * they are linked into the scan directory here and taken under supervision, down.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "boot_int.h"
#include "child.h"
#include "fdio.h"
#include "msg.h"
#include "rc_int.h"
#include "rcsrc.h"
#include "scandir.h"
#include "sys.h"

static struct rc the_rc = { .nextfd = -1, .io = { -1, -1, -1 } };

/* All that the child needs to know. */
struct prepare {
	struct rc_live *live;
	const struct rc_live *old;    /* s6-rc-update: what is live now; else NULL */
	const struct rc_graph *known; /* its graph */
	const char *scandir;
	char top[PATH_MAX - 64], bundles[PATH_MAX]; /* directory of s6-rc.d, and where user and user2 are */
	const char *profile;          /* S6_RUNTIME_PROFILE, which may be empty; NULL: unset */
	bool bundles_named;           /* S6_RUNTIME_BUNDLEDIR is set */
	char profile_text[BOOT_PROFILE_MAX];
	unsigned int verbosity;
};

/* Compat: overlay-boot 7.4. The legacy directories of a profile are boot_script.c's. */
static void find_sources(const struct supervisor *sv, struct prepare *p)
{
	char dir[PATH_MAX];
	const char *bundles = boot_text(sv, "S6_RUNTIME_BUNDLEDIR", dir, sizeof(dir));

	p->profile = boot_value(sv, "S6_RUNTIME_PROFILE", p->profile_text, sizeof(p->profile_text));
	p->bundles_named = bundles != NULL;
	if (p->profile && *p->profile)
		(void)snprintf(p->top, sizeof(p->top), "/etc/cont-profile.d/%s/s6-overlay", p->profile);
	else
		(void)snprintf(p->top, sizeof(p->top), "/etc/s6-overlay");
	if (bundles)
		(void)snprintf(p->bundles, sizeof(p->bundles), "%s", bundles);
	else
		(void)snprintf(p->bundles, sizeof(p->bundles), "%s/user-bundles.d", p->top);
}

static bool is_dir(const char *path)
{
	struct stat st;

	return sys.fstatat(AT_FDCWD, path, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

/*
 * What somebody has named and is not there. Compat: overlay-env 1: there nothing is started for it; here it is as if
 * it were empty.
 */
static void warn_missing(const struct prepare *p, bool old_layout)
{
	char shown[PATH_MAX], dir[BOOT_PROFILE_MAX + 32];

	(void)snprintf(dir, sizeof(dir), "/etc/cont-profile.d/%s", p->profile ? p->profile : "");
	if (p->profile && !*p->profile && p->verbosity >= 1)
		msg_warn(0, "S6_RUNTIME_PROFILE is empty: scripts and services.d are looked for in '/etc/cont-profile.d/', "
			"s6-rc.d in '%s'", p->top);
	else if (p->profile && *p->profile && !is_dir(dir))
		msg_warn(0, "S6_RUNTIME_PROFILE: there is no directory '%s', nothing of the image is started",
			msg_escape(shown, sizeof(shown), dir, strlen(dir)));
	if (p->bundles_named && !old_layout && !is_dir(p->bundles))
		msg_warn(0, "S6_RUNTIME_BUNDLEDIR: there is no directory '%s', bundles user and user2 are empty",
			msg_escape(shown, sizeof(shown), p->bundles, strlen(p->bundles)));
}

/* Everything that was wrong, in s6-rc-compile's name; warnings from verbosity 2 on. */
static void print_problems(const struct rc_problems *p, unsigned int verbosity)
{
	const char *prog = msg_prog;
	char shown[1024];
	unsigned int i;
	int code;

	msg_prog = "s6-rc-compile";
	for (i = 0; (code = rc_problem_show(p, i, shown, sizeof(shown))) >= 0; i++) {
		if (code)
			msg_error(0, "%s", shown);
		else if (verbosity >= 2)
			msg_warn(0, "%s", shown);
	}
	if (p->n > i)
		msg_error(0, "%u more", p->n - i);
	msg_prog = prog;
}

/* NULL only without memory: after errors it is the graph of the built-in services alone. */
static struct rc_graph *read_sources(const struct prepare *p, int *verdict)
{
	char dir[PATH_MAX], user[PATH_MAX];
	struct rc_input in = { .source = { dir, p->bundles }, .nsources = 2, .container = true, .whole = p->old != NULL };
	struct rc_problems problems = { .n = 0 };
	bool old_layout;
	struct rc_graph *g;

	(void)snprintf(dir, sizeof(dir), "%s%s", p->top, p->old ? "" : "/s6-rc.d");
	if (p->old)
		in.nsources = 1; /* a database has everything in one directory */
	(void)snprintf(user, sizeof(user), "%s/s6-rc.d/user", p->top);
	/* Compat: the layout before 3.2.3.2: then the bundle directory does not count at all. */
	old_layout = !p->old && is_dir(user);
	if (!p->old)
		warn_missing(p, old_layout);
	if (old_layout) {
		if (p->verbosity >= 1)
			msg_warn(0, "'%s' is the old place of this bundle, '%s' is ignored for it", user, p->bundles);
		in.nsources = 1;
	}
	g = rcsrc_load(&in, &problems);
	print_problems(&problems, p->verbosity);
	rc_problems_finish(&problems);
	*verdict = g ? 0 : -EINVAL;
	if (g || p->old)
		return g;
	msg_error(0, "the service definitions have errors: no service is started");
	in.nsources = 0;
	g = rcsrc_load(&in, &problems);
	rc_problems_finish(&problems);
	return g;
}

/* Graph, marks, cells, places, one after the other. 0 or -E2BIG. */
static int lay_out(struct rc_live *live, const struct rc_graph *g)
{
	size_t at = (sizeof(*live) + 15) & ~(size_t)15;

	live->graph = (uint32_t)at;
	at = (at + g->size + 15) & ~(size_t)15;
	live->mark = (uint32_t)at;
	at = (at + g->atomics * sizeof(struct rc_mark) + 15) & ~(size_t)15;
	live->cell = (uint32_t)at;
	at += g->atomics * sizeof(struct rc_cell);
	live->legacy = (uint32_t)at;
	at += RC_LEGACY_MAX * sizeof(struct rc_place);
	if (at > RC_LIVE_MAX)
		return -E2BIG;
	live->size = (uint32_t)at;
	memcpy((char *)live + live->graph, g, g->size);
	memset((char *)live + live->mark, 0, live->legacy - live->mark);
	return 0;
}

/* A directory that is made anew: what a former try has left is removed. The first one that can be had, into path. */
static int make_live_dir(const char *first, const char *scandir, const char *name, char path[RC_PATH_MAX])
{
	for (int i = 0; i < 2; i++) {
		if (i == 0)
			(void)snprintf(path, RC_PATH_MAX, "%s", first);
		else if (snprintf(path, RC_PATH_MAX, "%s/.%s", scandir, name) >= RC_PATH_MAX)
			return -ENAMETOOLONG;
		(void)fdio_remove_tree(AT_FDCWD, path);
		if (sys.mkdirat(AT_FDCWD, path, 0755) == 0)
			return 0;
	}
	return -errno;
}

/* known: those are there already; their files are replaced under what runs. */
static void copy_longruns(struct rc_live *live, const struct rc_graph *g, const struct rc_graph *known)
{
	char path[PATH_MAX];
	int dirfd;

	(void)snprintf(path, sizeof(path), "%s/servicedirs", live->dir);
	if (sys.mkdirat(AT_FDCWD, path, 0755) < 0 && errno != EEXIST)
		msg_warn(errno, "unable to create '%s'", path);
	dirfd = g->longruns ? fdio_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0) : -1;
	for (uint32_t i = 0; dirfd >= 0 && i < g->longruns; i++) {
		uint32_t old = known ? rc_find(known, rc_name(g, i)) : RC_NONE;
		bool stays = old != RC_NONE && known->node[old].kind == RC_LONGRUN;
		int r = rc_copy_longrun(rc_text(g, g->source[g->node[i].source]), rc_name(g, i), dirfd, stays);

		if (r < 0)
			msg_warn(r, "service %s: unable to copy its definition", rc_name(g, i));
	}
	fdio_close(&dirfd);
}

/* For child_spec.main_fn. The magic comes last: it says that all is there. */
static int prepare_child(void *arg, int out_fd)
{
	const struct prepare *p = arg;
	struct rc_live *live = p->live;
	struct rc_graph *g;
	int verdict = 0, r;

	(void)out_fd;
	(void)umask(022);
	g = read_sources(p, &verdict);
	r = g ? lay_out(live, g) : -ENOMEM;
	if (r < 0) {
		msg_error(r, "unable to keep the service graph");
		return 1;
	}
	live->verdict = verdict;
	if (p->old)
		memcpy(live->dir, p->old->dir, sizeof(live->dir));
	else
		r = make_live_dir(RC_LIVE_DIR, p->scandir, "s6-rc", live->dir);
	if (r < 0)
		msg_warn(r, "unable to make '%s', no service of s6-rc.d can run", live->dir);
	else
		copy_longruns(live, g, p->known);
	/* Compat: scripts look whether it is there to know that services were started. */
	(void)sys.mkdirat(AT_FDCWD, "/run/s6/db", 0755);
	live->magic = RC_LIVE_MAGIC;
	return 0;
}

static struct rc_live *map(int fd)
{
	void *at = mmap(NULL, RC_LIVE_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		return NULL;
	/* No child but the one that fills it has any business with it. */
	(void)madvise(at, RC_LIVE_MAX, MADV_DONTFORK);
	return at;
}

void rc_unmap(struct rc_live **live, int *fd)
{
	if (*live)
		(void)munmap(*live, RC_LIVE_MAX);
	*live = NULL;
	fdio_close(fd);
}

/* Nothing of the graph is there. */
static void forget(struct rc *rc)
{
	struct supervisor *sv = rc->sv;

	rc->g = NULL;
	rc_unmap(&rc->live, &sv->head->rcfd);
	pool_commit_head(sv->pool);
}

bool rc_look_in(struct rc *rc, struct rc_live *l)
{
	const struct rc_graph *g;

	if (l->magic != RC_LIVE_MAGIC || l->size > RC_LIVE_MAX || l->graph % 4 || l->graph > l->mark || l->mark > l->cell ||
	    l->cell > l->legacy || l->legacy > l->size)
		return false;
	g = (const struct rc_graph *)(const void *)((char *)l + l->graph);
	if (!rc_graph_valid(g, l->mark - l->graph))
		return false;
	rc->live = l;
	rc->g = g;
	rc->cell = (struct rc_cell *)(void *)((char *)l + l->cell);
	rc->legacy = (struct rc_place *)(void *)((char *)l + l->legacy);
	rc->plan.g = rc->g;
	rc->plan.m = (struct rc_mark *)(void *)((char *)l + l->mark);
	rc->plan.up = l->goal == RC_GOAL_UP;
	return true;
}

const char *rc_service_dir(const struct rc *rc, uint32_t i, char buf[PATH_MAX])
{
	(void)snprintf(buf, PATH_MAX, "%s/servicedirs/%s", rc->live->dir, rc_name(rc->g, i));
	return buf;
}

/* Is the link there already? */
static bool leads_to(int dirfd, const char *name, const char *path)
{
	char target[PATH_MAX];
	ssize_t n = sys.readlinkat(dirfd, name, target, sizeof(target) - 1);

	return n > 0 && (size_t)n == strlen(path) && !memcmp(target, path, (size_t)n);
}

void rc_adopt(struct rc *rc)
{
	struct supervisor *sv = rc->sv;
	char path[PATH_MAX];
	struct stat st;

	for (uint32_t i = 0; i < rc->g->longruns; i++) {
		const char *name = rc_name(rc->g, i);

		if (rc->cell[i].dir.ino || sys.fstatat(AT_FDCWD, rc_service_dir(rc, i, path), &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		rc->cell[i].dir = (struct rc_place){ st.st_dev, st.st_ino };
		if (sys.symlinkat(path, sv->head->scandirfd, name) < 0 && !leads_to(sv->head->scandirfd, name, path))
			msg_warn(errno, "service %s: unable to put it into the scan directory", rc_shown(rc, i));
	}
	if (sv->head->scandirfd >= 0)
		scandir_scan(sv);
}

static void on_prepared(void *owner, int wstatus, const char *out, size_t len)
{
	struct rc *rc = owner;

	(void)out;
	(void)len;
	rc->preparing = false;
	rc->prepared = true;
	if (rc->live)
		rc->live->copier = 0;
	if (wstatus != 0 || !rc->live || !rc_look_in(rc, rc->live)) {
		msg_error(0, "no service of s6-rc.d or services.d can be started");
		forget(rc);
	} else {
		rc->live->adopted = true;
		rc_adopt(rc);
	}
	if (boot_stopping(rc->sv))
		boot_stop_again(rc->sv);
	else
		boot_advance(rc->sv);
}

int rc_fill(struct rc *rc, const char *database, struct rc_live **ret, int *ret_fd, child_done_fn *done)
{
	static struct prepare p;
	struct supervisor *sv = rc->sv;
	struct child_spec spec = { .title = "hexad-rc", .main_fn = prepare_child, .arg = &p, .stdin_fd = -1,
		.stderr_fd = rc->io[2] };
	pid_t pid;

	*ret_fd = memfd_create("hexad-rc", MFD_CLOEXEC);
	*ret = *ret_fd < 0 || ftruncate(*ret_fd, RC_LIVE_MAX) < 0 ? NULL : map(*ret_fd);
	if (!*ret) {
		int r = -errno;

		fdio_close(ret_fd);
		return r;
	}
	p = (struct prepare){ .live = *ret, .scandir = sv->scandir, .verbosity = boot_number(sv, "S6_VERBOSITY", 2) };
	if (database) {
		p.old = rc->live;
		p.known = rc->g;
		(void)snprintf(p.top, sizeof(p.top), "%s", database);
		(void)madvise(rc->live, RC_LIVE_MAX, MADV_DOFORK);
	} else {
		find_sources(sv, &p);
	}
	(void)madvise(*ret, RC_LIVE_MAX, MADV_DOFORK);
	/* The next image finds the memory, and in it the child: two of them would copy into the same directories. */
	pool_commit_head(sv->pool);
	spec.note = &(*ret)->copier;
	pid = child_start(sv, &spec, done, rc);
	(void)madvise(*ret, RC_LIVE_MAX, MADV_DONTFORK);
	if (database)
		(void)madvise(rc->live, RC_LIVE_MAX, MADV_DONTFORK);
	return pid;
}

static int begin_preparing(struct rc *rc)
{
	struct supervisor *sv = rc->sv;
	int r = rc_fill(rc, NULL, &rc->live, &sv->head->rcfd, on_prepared);

	if (r < 0)
		return r;
	rc->preparing = true;
	return 0;
}

bool rc_prepare(struct supervisor *sv)
{
	struct rc *rc = sv->rc = &the_rc;
	int r;

	rc->sv = sv;
	if (rc->preparing || rc->prepared)
		return rc->prepared;
	r = begin_preparing(rc);
	if (r == 0)
		return false;
	msg_error(r, "no service of s6-rc.d or services.d can be started");
	forget(rc);
	rc->prepared = true;
	return true;
}

int rc_verdict(const struct supervisor *sv)
{
	return !sv->rc || !sv->rc->live ? -ENOENT : sv->rc->live->verdict;
}

void rc_resume(struct supervisor *sv)
{
	struct rc *rc = &the_rc;

	rc->sv = sv;
	if (sv->head->rcfd < 0)
		return;
	sv->rc = rc;
	rc->live = map(sv->head->rcfd);
	if (!rc->live) {
		fdio_close(&sv->head->rcfd);
		return;
	}
	if (rc->live->adopted && rc_look_in(rc, rc->live)) {
		rc->prepared = true;
		return;
	}
	/* Half-done: all of it once more. */
	if (!rc->live->adopted && rc->live->copier > 0)
		(void)sys.kill(rc->live->copier, SIGKILL);
	forget(rc);
}
