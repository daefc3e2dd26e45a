#include "prepare.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "below.h"
#include "fdio.h"
#include "fsid.h"
#include "ids.h"
#include "msg.h"
#include "reconcile.h"
#include "remap.h"
#include "sys.h"
#include "words.h"

#define DEPTH_MAX 64         /* directories in one another; what lies deeper keeps its owner, and that is said */
#define SEED_BYTES (64u << 20)

struct prepare {
	const struct config *c;
	struct ids app;
	int homefd;
	dev_t dev;               /* of what is being given away: mounts are not crossed */
	unsigned long given;
	bool too_deep, failed;
};

static void fail(struct prepare *p, int err, const char *what, const char *path)
{
	p->failed = true;
	msg_warn(err, "unable to %s '%s' in the home", what, path);
}

/* A link is said where the configuration wants that, and never followed. */
static void cannot(struct prepare *p, int err, const char *what, const char *path)
{
	if (err != -ELOOP && err != -ENOTDIR)
		fail(p, err, what, path);
	else if (p->c->refuse_symlinks)
		fail(p, 0, "use, for there is a symbolic link or no directory on the way to", path);
}

static bool is_right(const struct prepare *p, const struct stat *st)
{
	return st->st_uid == p->app.uid && st->st_gid == p->app.gid;
}

/*
 * Gives away what is behind a held descriptor. A file with a second name is left alone: that name may be anywhere, and
 * whoever can write here could have made this one.
 */
static void give(struct prepare *p, int fd, const struct stat *st, const char *path)
{
	if (is_right(p, st))
		return;
	if (!S_ISDIR(st->st_mode) && st->st_nlink > 1) {
		fail(p, 0, "give away, for it has a second name,", path);
		return;
	}
	if (sys.fchownat(fd, "", p->app.uid, p->app.gid, AT_EMPTY_PATH) < 0)
		fail(p, -errno, "give to the application user", path);
	else
		p->given++;
}

static void give_below(struct prepare *p, int dirfd, const char *path, unsigned int depth);

static void give_entry(struct prepare *p, int dirfd, const char *name, const char *path, unsigned int depth)
{
	int fd = fdio_open(dirfd, name, O_PATH | O_NOFOLLOW, 0);
	struct stat st;

	if (fd < 0 || sys.fstat(fd, &st) < 0) {
		fdio_close(&fd);
		return; /* gone meanwhile */
	}
	if (st.st_dev == p->dev && !S_ISLNK(st.st_mode)) {
		give(p, fd, &st, path);
		if (S_ISDIR(st.st_mode))
			give_below(p, fd, path, depth + 1);
	}
	fdio_close(&fd);
}

static void give_below(struct prepare *p, int dirfd, const char *path, unsigned int depth)
{
	int fd = depth > DEPTH_MAX ? -ELOOP : fdio_open(dirfd, ".", O_RDONLY | O_DIRECTORY, 0);
	_Alignas(struct dirent64) char buf[2048];
	ssize_t len;

	if (fd < 0) {
		p->too_deep = p->too_deep || fd == -ELOOP;
		return;
	}
	while ((len = sys.getdents(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t at = 0; at < len;) {
			const struct dirent64 *d = (const struct dirent64 *)(const void *)(buf + at);

			at += d->d_reclen;
			if (strcmp(d->d_name, ".") && strcmp(d->d_name, ".."))
				give_entry(p, fd, d->d_name, path, depth);
		}
	}
	fdio_close(&fd);
}

/* The directory itself and what is directly in it: whether a tree has to be walked at all. */
static bool looks_right(const struct prepare *p, int dirfd, const struct stat *st)
{
	int fd = is_right(p, st) ? fdio_open(dirfd, ".", O_RDONLY | O_DIRECTORY, 0) : -1;
	_Alignas(struct dirent64) char buf[2048];
	bool right = fd >= 0;
	struct stat in;
	ssize_t len;

	while (right && (len = sys.getdents(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t at = 0; right && at < len;) {
			const struct dirent64 *d = (const struct dirent64 *)(const void *)(buf + at);

			at += d->d_reclen;
			if (strcmp(d->d_name, "..") && sys.fstatat(fd, d->d_name, &in, AT_SYMLINK_NOFOLLOW) == 0)
				right = S_ISLNK(in.st_mode) || in.st_dev != st->st_dev || is_right(p, &in);
		}
	}
	fdio_close(&fd);
	return right;
}

/* Opens a path of the configuration without following a link; kind is S_IFDIR or S_IFREG. -ENOENT: it is not there. */
static int open_listed(struct prepare *p, const char *path, mode_t kind, struct stat *ret)
{
	const char *leaf;
	int dir = below_open_parent(p->homefd, path, false, &leaf);
	int fd = dir < 0 ? dir : fdio_open(dir, leaf, O_PATH | O_NOFOLLOW, 0);

	fdio_close(&dir);
	if (fd < 0)
		return fd;
	if (sys.fstat(fd, ret) < 0 || (ret->st_mode & S_IFMT) != kind) {
		fdio_close(&fd);
		return -ELOOP;
	}
	return fd;
}

static void own_tree(struct prepare *p, const char *path)
{
	struct stat st;
	int fd = open_listed(p, path, S_IFDIR, &st);

	if (fd == -ENOENT)
		return;
	if (fd < 0) {
		cannot(p, fd, "open", path);
		return;
	}
	p->dev = st.st_dev;
	if (!p->c->only_if_wrong || !looks_right(p, fd, &st)) {
		give(p, fd, &st, path);
		give_below(p, fd, path, 1);
	}
	fdio_close(&fd);
}

static void own_file(struct prepare *p, const char *path)
{
	struct stat st;
	int fd = open_listed(p, path, S_IFREG, &st);

	if (fd >= 0)
		give(p, fd, &st, path);
	else if (fd != -ENOENT)
		cannot(p, fd, "open", path);
	fdio_close(&fd);
}

/* As the application user: what he could not have made himself is not made. */
static void make_directory(struct prepare *p, const char *path)
{
	int r = fsid_enter(p->app.uid, p->app.gid), fd;

	if (r < 0) {
		fail(p, r, "make", path);
		return;
	}
	fd = below_open(p->homefd, path, true);
	fsid_leave();
	if (fd < 0)
		cannot(p, fd, "make", path);
	fdio_close(&fd);
}

static int copy(int from, int to)
{
	char buf[65536];
	size_t left = SEED_BYTES;
	ssize_t n;

	while ((n = fdio_read_all(from, buf, sizeof(buf))) > 0) {
		int r = (size_t)n > left ? -EFBIG : fdio_write_all(to, buf, (size_t)n);

		if (r < 0)
			return r;
		left -= (size_t)n;
	}
	return (int)n;
}

/* Under another name first, so that a copy that is cut short is made again. */
static int copy_to(struct prepare *p, int from, int dir, const char *leaf, mode_t mode)
{
	char tmp[256];
	int fd, r = fsid_enter(p->app.uid, p->app.gid);

	if (r < 0)
		return r;
	snprintf(tmp, sizeof(tmp), ".%.240s.hexad", leaf);
	(void)sys.unlinkat(dir, tmp, 0);
	fd = fdio_open(dir, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
	r = fd < 0 ? fd : copy(from, fd);
	if (r == 0 && sys.renameat(dir, tmp, dir, leaf) < 0)
		r = -errno;
	if (r < 0 && fd >= 0)
		(void)sys.unlinkat(dir, tmp, 0);
	fdio_close(&fd);
	fsid_leave();
	return r;
}

/* "/SOURCE:DEST", once: what is there stays, whatever it is. */
static void seed(struct prepare *p, const char *word)
{
	const char *colon = strchr(word, ':'), *dest = colon + 1, *leaf;
	char source[CONFIG_LINE_MAX + 1];
	struct stat st, there;
	int dir, from, r = 0;

	snprintf(source, sizeof(source), "%.*s", (int)(colon - word), word);
	dir = below_open_parent(p->homefd, dest, false, &leaf);
	if (dir < 0) {
		cannot(p, dir, "seed", dest);
		return;
	}
	if (sys.fstatat(dir, leaf, &there, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT) {
		from = fdio_open(AT_FDCWD, source, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
		r = from < 0 ? from : sys.fstat(from, &st) < 0 ? -errno : S_ISREG(st.st_mode) ? 0 : -EINVAL;
		if (r == 0)
			r = copy_to(p, from, dir, leaf, st.st_mode & 0111 ? 0755 : 0644);
		fdio_close(&from);
	}
	fdio_close(&dir);
	if (r < 0)
		fail(p, r, "seed", dest);
}

static void each(struct prepare *p, const char *list, void (*fn)(struct prepare *, const char *))
{
	char text[CONFIG_LINE_MAX + 1];
	struct word w;

	while (words_next(&list, WORDS_LIST, &w)) {
		snprintf(text, sizeof(text), "%.*s", (int)w.len, w.text);
		fn(p, text);
	}
}

/* The home itself is made and given, and nothing in it but what is listed. */
static int open_home(struct prepare *p, const char *home)
{
	struct stat st;
	int fd;

	if (sys.mkdirat(AT_FDCWD, home, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = fdio_open(AT_FDCWD, home, O_PATH | O_DIRECTORY, 0);
	if (fd < 0)
		return fd;
	if (sys.fstat(fd, &st) < 0) {
		int r = -errno;

		fdio_close(&fd);
		return r;
	}
	give(p, fd, &st, ".");
	return fd;
}

static bool has_rows(const struct config *c)
{
	return *c->volume_mkdir || *c->volume_own_tree || *c->volume_own_file || *c->volume_seed;
}

bool prepare_wanted(const struct config *c, char *const *environ_)
{
	char name[CONFIG_LINE_MAX + 1];
	bool wanted = *c->app_user && (has_rows(c) || remap_variable(c->app_uid_env, environ_, name, sizeof(name))
		|| remap_variable(c->app_gid_env, environ_, name, sizeof(name)));

	if (wanted && geteuid() != 0)
		msg_info("not root: the volume is not prepared, and nobody's numbers are changed");
	return wanted && geteuid() == 0;
}

int prepare_child(void *arg, int out_fd)
{
	const struct prepare_input *in = arg;
	struct prepare p = { .c = in->config };
	const char *home = reconcile_home(in->config, in->environ);
	int r = remap_apply(in->config, in->environ);

	(void)out_fd;
	(void)umask(022);
	p.failed = r < 0;
	if (!has_rows(p.c))
		return p.failed;
	r = ids_by_user(p.c->app_user, &p.app);
	p.homefd = r < 0 ? r : open_home(&p, home);
	if (p.homefd < 0) {
		msg_warn(p.homefd, "unable to prepare the home '%s'", home);
		return 1;
	}
	each(&p, p.c->volume_mkdir, make_directory);
	each(&p, p.c->volume_seed, seed);
	each(&p, p.c->volume_own_tree, own_tree);
	each(&p, p.c->volume_own_file, own_file);
	fdio_close(&p.homefd);
	if (p.too_deep)
		msg_warn(0, "what lies more than %d directories deep in the home keeps its owner", DEPTH_MAX);
	if (p.given && in->tells)
		msg_info("gave %lu files of the home to the application user", p.given);
	return p.failed;
}
