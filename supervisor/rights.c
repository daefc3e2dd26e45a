/* Owner-of-the-directory rules. Reads the file system, changes nothing. */
#include "rights.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "rc.h"
#include "sys.h"

/* Root's, and writable by root alone (group 0 counts as root). */
static bool root_only(const struct stat *st)
{
	return st->st_uid == 0 && !(st->st_mode & S_IWOTH) && (!(st->st_mode & S_IWGRP) || st->st_gid == 0);
}

#define HOPS_MAX 8 /* links after one another */

/* A directory in which nobody but root can put something in the place of what is root's. */
static bool dir_root_only(const struct stat *st)
{
	return root_only(st) || (st->st_uid == 0 && (st->st_mode & S_ISVTX));
}

/* Every directory that path leads through, but for the one it begins in. */
static bool way_root_only(int dirfd, const char *path)
{
	char prefix[PATH_MAX];
	struct stat st;

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		size_t len = slash == path ? 1 : (size_t)(slash - path);

		if (len >= sizeof(prefix))
			return false;
		memcpy(prefix, path, len);
		prefix[len] = '\0';
		if (sys.fstatat(dirfd, prefix, &st, 0) < 0 || !dir_root_only(&st))
			return false;
	}
	return true;
}

/* path := where the link at path leads; a relative target is taken from the link's directory. */
static bool follow(int dirfd, char *path, size_t cap)
{
	char target[PATH_MAX];
	char *slash = strrchr(path, '/');
	ssize_t n = sys.readlinkat(dirfd, path, target, sizeof(target) - 1);
	size_t base;

	if (n < 0)
		return false;
	target[n] = '\0';
	base = *target == '/' || !slash ? 0 : (size_t)(slash + 1 - path);
	if (base + (size_t)n >= cap)
		return false;
	memcpy(path + base, target, (size_t)n + 1);
	return true;
}

/*
 * The file and, where it is a link, all it leads through: a target that root alone can write is worth
 * nothing in a directory where somebody else can put another in its place. A missing one is exec's to report.
 */
static bool file_root_only(int dirfd, const char *file)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s", file);
	for (int hops = 0; hops <= HOPS_MAX; hops++) {
		if (!way_root_only(dirfd, path))
			return false;
		if (sys.fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return errno == ENOENT;
		if (!S_ISLNK(st.st_mode))
			return root_only(&st);
		if (st.st_uid != 0 || !follow(dirfd, path, sizeof(path)))
			return false;
	}
	return false;
}

static void refused_root(const char *file, const char *what, char *why, size_t cap)
{
	snprintf(why, cap, "refused to run %s as root: %s is not root's or others can write it", file, what);
}

static enum rights_as judge_root(const struct service *s, const struct stat *dir, const char *file, char *why, size_t cap)
{
	struct stat parent, st;
	const char *what = NULL;

	if (!root_only(dir))
		what = "the directory";
	else if (s->id->is_log && (sys.fstatat(s->d->dirfd, "..", &parent, 0) < 0 || !root_only(&parent)))
		what = "the parent of the log directory";
	else if (sys.fstatat(s->d->dirfd, file, &st, AT_SYMLINK_NOFOLLOW) < 0)
		what = errno == ENOENT ? NULL : file; /* a missing one is exec's to report */
	else if (S_ISLNK(st.st_mode) && st.st_uid == 0)
		return RIGHTS_LINK;
	else if (S_ISLNK(st.st_mode) || !root_only(&st))
		what = file;
	if (!what)
		return RIGHTS_SELF;
	refused_root(file, what, why, cap);
	return RIGHTS_REFUSED;
}

bool rights_only_root(const char *path)
{
	return file_root_only(AT_FDCWD, path);
}

int rights_check_link(const char *path)
{
	return rights_only_root(path) ? 0 : -RIGHTS_ECHECK;
}

void rights_check_said(const char *file, char *why, size_t cap)
{
	refused_root(file, file, why, cap);
}

bool rights_to_script(const struct supervisor *sv, const char *path)
{
	return geteuid() != 0 || sv->config->run_as == RUN_AS_SUPERVISOR || file_root_only(sv->head->scandirfd, path);
}

enum rights_as rights_to_run(const struct service *s, const char *file, struct ids *ret_ids, char *why, size_t cap)
{
	uid_t me = geteuid();
	struct stat dir;

	if (s->sv->config->run_as == RUN_AS_SUPERVISOR)
		return RIGHTS_SELF;
	if (sys.fstat(s->d->dirfd, &dir) < 0) {
		snprintf(why, cap, "unable to stat the directory: %s", strerror(errno));
		return RIGHTS_REFUSED;
	}
	if (me != 0) {
		if (dir.st_uid == me || dir.st_uid == 0)
			return RIGHTS_SELF;
		snprintf(why, cap, "refused to run %s: the directory is uid %u's and uid %u cannot become him", file,
			(unsigned int)dir.st_uid, (unsigned int)me);
		return RIGHTS_REFUSED;
	}
	if (dir.st_uid == 0)
		return judge_root(s, &dir, file, why, cap);
	if (ids_by_uid(dir.st_uid, ret_ids) < 0) {
		snprintf(why, cap, "unable to read the user database for uid %u", (unsigned int)dir.st_uid);
		return RIGHTS_REFUSED;
	}
	return RIGHTS_IDS;
}

const char *rights_to_follow(const struct supervisor *sv, const struct stat *st, bool is_link)
{
	if (!is_link || !sv->scandir_shared || st->st_uid == sv->scandir_uid || rc_placed(sv, st))
		return NULL;
	return "the link leads to a directory of somebody else than the scan directory's owner";
}

const char *rights_to_log(const struct stat *parent, const struct stat *st)
{
	if (parent->st_uid == 0 || parent->st_uid == st->st_uid)
		return NULL;
	return "its log directory belongs to somebody else";
}
