/*
 * Makes the service directory of a profile: whole under a name that no scan looks at, then renamed. The
 * scan directory may belong to the application, so nothing in it is trusted: every step goes through a
 * held descriptor, follows no link and is made as the owner of the directory it is made in.
 */
#include "reconcile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fdio.h"
#include "fsid.h"
#include "slot_text.h"
#include "sys.h"

#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK)
#define LEVELS 3 /* slot, log, log/supervise */

struct staging {
	const struct slot_spec *spec;
	int scanfd, fd, logfd;
	uid_t scan_uid, uid; /* owner of the scan directory, and of the slot to be */
	gid_t scan_gid, gid;
	bool is_root;
	bool made;           /* there is a staging directory of ours */
	struct stat *ret_made;
	char name[SLOT_NAME_MAX + 1];
	char tmp[SLOT_NAME_MAX + 6];
	struct slotfile run, log_run, finish;
};

typedef int staging_fn(struct staging *s);

static int as_scandir_owner(struct staging *s, staging_fn *fn)
{
	int err = fsid_enter(s->scan_uid, s->scan_gid);

	if (err)
		return err;
	err = fn(s);
	fsid_leave();
	return err;
}

static int as_owner(struct staging *s, staging_fn *fn)
{
	int err = fsid_enter(s->uid, s->gid);

	if (err)
		return err;
	err = fn(s);
	fsid_leave();
	return err;
}

/* Opens a directory just made, and makes sure that it is the one: nobody else's, and of this mode. */
static int open_made(int dirfd, const char *name, uid_t uid)
{
	struct stat st;
	int err = 0, fd = fdio_open(dirfd, name, OPEN_DIR, 0);

	if (fd < 0)
		return fd;
	if (sys.fstat(fd, &st) < 0)
		err = -errno;
	else if (st.st_uid != uid)
		err = -EPERM;
	else if (sys.fchmod(fd, 0755) < 0)
		err = -errno;
	if (err)
		fdio_close(&fd);
	return err ? err : fd;
}

static int make_file(int dirfd, const char *name, const char *text, size_t len, mode_t mode)
{
	int err, fd = fdio_open(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);

	if (fd < 0)
		return fd;
	err = fdio_write_all(fd, text, len);
	/* The umask is not ours to rely on. */
	if (!err && sys.fchmod(fd, mode) < 0)
		err = -errno;
	fdio_close(&fd);
	return err;
}

/*
 * Empties a slot of what hexad or a client of old puts into one, by name: a bounded number of calls,
 * whatever else is in there. What cannot be removed shows when the directory itself is.
 */
static void empty(int fd, unsigned int level)
{
	static const char *const files[] = { "run", "type", "down", "finish", "control", "lock", "status",
		"death_tally" };
	static const char *const dirs[] = { "log", "supervise", "event" };

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		(void)sys.unlinkat(fd, files[i], 0);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs) && level + 1 < LEVELS; i++) {
		int sub = fdio_open(fd, dirs[i], OPEN_DIR, 0);

		if (sub < 0)
			continue;
		empty(sub, level + 1);
		fdio_close(&sub);
		(void)sys.unlinkat(fd, dirs[i], AT_REMOVEDIR);
	}
}

static int empty_staging(struct staging *s)
{
	empty(s->fd, 0);
	return 0;
}

static int remove_staging(struct staging *s)
{
	return sys.unlinkat(s->scanfd, s->tmp, AT_REMOVEDIR) < 0 ? -errno : 0;
}

/* Is the slot there, is a staging directory left over? The latter is opened, what is none is unlinked. */
static int look(struct staging *s)
{
	struct stat st;

	if (sys.fstatat(s->scanfd, s->name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	if (errno != ENOENT)
		return -errno;
	s->fd = fdio_open(s->scanfd, s->tmp, OPEN_DIR, 0);
	if (s->fd == -ENOENT)
		return 0;
	if (s->fd == -ENOTDIR || s->fd == -ELOOP || s->fd == -ENXIO)
		return sys.unlinkat(s->scanfd, s->tmp, 0) < 0 ? -errno : 0;
	return s->fd < 0 ? s->fd : 0;
}

static int clear_old(struct staging *s)
{
	int err = as_scandir_owner(s, look);

	if (err || s->fd < 0)
		return err;
	err = as_owner(s, empty_staging);
	fdio_close(&s->fd);
	return err ? err : as_scandir_owner(s, remove_staging);
}

/* Made as the scan directory's owner. Where that is root, the empty directory is then given away. */
static int make_staging(struct staging *s)
{
	if (sys.mkdirat(s->scanfd, s->tmp, 0755) < 0)
		return -errno;
	s->made = true;
	s->fd = open_made(s->scanfd, s->tmp, s->is_root ? s->scan_uid : s->uid);
	if (s->fd < 0)
		return s->fd;
	if (s->is_root && s->scan_uid != s->uid && sys.fchownat(s->fd, "", s->uid, s->gid, AT_EMPTY_PATH) < 0)
		return -errno;
	return s->ret_made && sys.fstat(s->fd, s->ret_made) < 0 ? -errno : 0;
}

static int fill_log(struct staging *s)
{
	int err;

	if (sys.mkdirat(s->fd, "log", 0755) < 0)
		return -errno;
	s->logfd = open_made(s->fd, "log", s->uid);
	if (s->logfd < 0)
		return s->logfd;
	err = make_file(s->logfd, "type", "longrun\n", 8, 0644);
	return err ? err : make_file(s->logfd, "run", s->log_run.buf, s->log_run.len, 0755);
}

static int fill(struct staging *s)
{
	int err = make_file(s->fd, "type", "longrun\n", 8, 0644);

	if (!err)
		err = make_file(s->fd, "run", s->run.buf, s->run.len, 0755);
	if (!err && s->finish.len)
		err = make_file(s->fd, "finish", s->finish.buf, s->finish.len, 0755);
	if (!err && s->spec->down)
		err = make_file(s->fd, "down", "", 0, 0644);
	return err ? err : fill_log(s);
}

static int publish(struct staging *s)
{
	if (sys.renameat(s->scanfd, s->tmp, s->scanfd, s->name) == 0)
		return 0;
	return errno == ENOTEMPTY || errno == ENOTDIR ? -EEXIST : -errno;
}

static int build(struct staging *s)
{
	int err = clear_old(s);

	if (!err)
		err = as_scandir_owner(s, make_staging);
	if (!err)
		err = as_owner(s, fill);
	if (!err)
		err = as_scandir_owner(s, publish);
	if (err && s->made) {
		if (s->fd >= 0)
			(void)as_owner(s, empty_staging);
		(void)as_scandir_owner(s, remove_staging);
	}
	fdio_close(&s->logfd);
	fdio_close(&s->fd);
	return err;
}

/* Whose is what: see the header for the cases that are refused. */
static int find_owners(struct staging *s)
{
	struct stat st;

	if (sys.fstat(s->scanfd, &st) < 0)
		return -errno;
	s->is_root = geteuid() == 0;
	s->scan_uid = st.st_uid;
	s->scan_gid = st.st_gid;
	s->uid = s->is_root ? s->spec->owner->uid : geteuid();
	s->gid = s->is_root ? s->spec->owner->gid : getegid();
	if (!s->is_root || s->scan_uid == s->uid)
		return 0;
	/* What root gives away must be what root has just made: nobody else may move names here. */
	return s->scan_uid != 0 || (st.st_mode & 022) ? -EPERM : 0;
}

/* Programs started by a supervisor that is not root have no rights to give up. */
static const char *drop_of(const struct staging *s)
{
	const char *user = s->spec->config->app_user;

	return s->is_root && *user ? user : NULL;
}

static int render(struct staging *s)
{
	const struct slot_spec *spec = s->spec;
	const char *drop = drop_of(s);
	int err = slot_text_run(&s->run, spec->config, spec->profile, drop, &spec->extra);

	if (!err)
		err = slot_text_log_run(&s->log_run, spec->config, spec->profile, drop);
	return err ? err : slot_text_finish(&s->finish, spec->config);
}

int slot_name(const struct config *c, const char *profile, char *buf, size_t cap)
{
	int len = snprintf(buf, cap, "%s%s", c->slot_prefix, profile);

	return len < 0 || len > SLOT_NAME_MAX || (size_t)len >= cap ? -ENAMETOOLONG : 0;
}

int slot_create(int scandir_fd, const struct slot_spec *spec, struct stat *ret_made)
{
	struct staging *s;
	int err;

	if (svcdir_profile_name_why(spec->profile, SV_PROFILE_MAX))
		return -EINVAL;
	s = sys.calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->spec = spec;
	s->scanfd = scandir_fd;
	s->fd = s->logfd = -1;
	s->ret_made = ret_made;
	err = slot_name(spec->config, spec->profile, s->name, sizeof(s->name));
	if (!err) {
		snprintf(s->tmp, sizeof(s->tmp), ".%s" SLOT_STAGING, s->name);
		err = find_owners(s);
	}
	if (!err)
		err = render(s);
	if (!err)
		err = build(s);
	free(s);
	return err;
}
