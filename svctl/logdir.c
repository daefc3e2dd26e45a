/* See logdir.h. The writer renames current and makes a new one: the descriptor we hold tells the two apart. */
#include "logdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "fdio.h"

#define CURRENT "current"
#define PREVIOUS "previous"
#define LOOK_MS 1000     /* where changes are not told */
#define TRIES 16         /* to see current and the rest at one moment */
#define BLOCK 65536

struct archives {
	char (*name)[LOGDIR_NAME];
	size_t n;
};

static bool is_archive(const char *name)
{
	size_t len = strlen(name);

	return name[0] == '@' && len > 2 && len < LOGDIR_NAME
		&& (strcmp(name + len - 2, ".s") == 0 || strcmp(name + len - 2, ".u") == 0);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The rotated files, oldest first. */
static int list_archives(int dirfd, struct archives *ret)
{
	int fd = fdio_open(dirfd, ".", O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	*ret = (struct archives){ NULL, 0 };
	if (dir == NULL) {
		fdio_close(&fd);
		return fd < 0 ? fd : -ENOMEM;
	}
	while ((e = readdir(dir)) != NULL) {
		void *more;

		if (!is_archive(e->d_name))
			continue;
		more = realloc(ret->name, (ret->n + 1) * sizeof ret->name[0]);
		if (more == NULL) {
			closedir(dir);
			return -ENOMEM;
		}
		ret->name = more;
		memcpy(ret->name[ret->n++], e->d_name, strlen(e->d_name) + 1);
	}
	closedir(dir);
	if (ret->n > 1)
		qsort(ret->name, ret->n, sizeof ret->name[0], by_name);
	return 0;
}

/* Do changes here come from elsewhere, so that the kernel tells nothing of them? */
static bool is_remote(int fd)
{
	static const long types[] = { 0x6969, 0x65735546, 0x01021997, 0xff534d42, 0xfe534d42, 0x6a656a63, 0x786f4256 };
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return true;
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if ((long)(unsigned int)fs.f_type == types[i])
			return true;
	return false;
}

int logdir_open(struct logdir *l, const char *path)
{
	*l = (struct logdir)LOGDIR_INIT;
	l->dirfd = fdio_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
	if (l->dirfd < 0)
		return l->dirfd;
	l->infd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (l->infd >= 0 && inotify_add_watch(l->infd, path, IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_DELETE
			| IN_DELETE_SELF | IN_ONLYDIR) < 0)
		fdio_close(&l->infd);
	if (l->infd < 0 || is_remote(l->dirfd))
		l->timeout_ms = LOOK_MS;
	return 0;
}

void logdir_close(struct logdir *l)
{
	fdio_close(&l->dirfd);
	fdio_close(&l->fd);
	fdio_close(&l->infd);
}

/* Descriptor of a file there, which must be a regular one; -errno. */
static int open_file(int dirfd, const char *name, struct stat *st)
{
	int fd = fdio_open(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);

	if (fd >= 0 && (fstat(fd, st) < 0 || !S_ISREG(st->st_mode))) {
		fdio_close(&fd);
		return -EINVAL;
	}
	return fd;
}

/* The files of the log at one moment, in order: what was rotated, what is being rotated, what is written. */
struct view {
	struct archives a;
	int prevfd, fd; /* previous and current, -1: not there */
	struct stat prevst, st;
};

static void view_close(struct view *v)
{
	free(v->a.name);
	v->a = (struct archives){ NULL, 0 };
	fdio_close(&v->prevfd);
	fdio_close(&v->fd);
}

static bool has_inode(int dirfd, const char *name, dev_t dev, ino_t ino)
{
	struct stat now;

	return fstatat(dirfd, name, &now, AT_SYMLINK_NOFOLLOW) == 0 && now.st_dev == dev && now.st_ino == ino;
}

/*
 * The writer renames current to previous, makes a new current, gives previous its stamp by a link and removes that
 * name. So previous is looked at before the stamps are: what is not there any more has one. What has both is taken
 * once.
 */
static int view_try(const struct logdir *l, struct view *v)
{
	int r;

	v->fd = open_file(l->dirfd, CURRENT, &v->st);
	v->prevfd = open_file(l->dirfd, PREVIOUS, &v->prevst);
	r = v->fd < 0 && v->fd != -ENOENT ? v->fd : list_archives(l->dirfd, &v->a);
	if (v->fd < 0)
		v->fd = -1;
	if (v->prevfd < 0)
		v->prevfd = -1;
	for (size_t i = v->a.n; r == 0 && i > 0 && v->a.n - i < 2 && v->prevfd >= 0; i--)
		if (has_inode(l->dirfd, v->a.name[i - 1], v->prevst.st_dev, v->prevst.st_ino))
			fdio_close(&v->prevfd);
	return r;
}

/* The same until current was the same all the time. */
static int view_open(const struct logdir *l, struct view *v)
{
	*v = (struct view){ .prevfd = -1, .fd = -1 };
	for (int tries = 0; tries < TRIES; tries++) {
		int r = view_try(l, v);

		if (r < 0 || v->fd < 0 || has_inode(l->dirfd, CURRENT, v->st.st_dev, v->st.st_ino))
			return r;
		view_close(v);
	}
	return -EAGAIN;
}

/* From where the descriptor is to the end. */
static int copy_rest(int fd, logdir_fn *fn, void *arg)
{
	static char block[BLOCK];
	ssize_t n;
	int r = 0;

	while (r == 0 && (n = read(fd, block, sizeof block)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		r = n < 0 ? -errno : fn(arg, block, (size_t)n);
	}
	return r;
}

/*
 * Where the nth last line of a file begins; *n becomes how many lines are still wanted from the files before. The
 * newline at the very end belongs to the last line.
 */
static int seek_lines(int fd, size_t *n)
{
	static char block[BLOCK];
	off_t end = lseek(fd, 0, SEEK_END), at = end;

	while (at > 0 && *n > 0) {
		size_t len = at < BLOCK ? (size_t)at : BLOCK;
		ssize_t got = pread(fd, block, len, at - (off_t)len);

		if (got != (ssize_t)len)
			return got < 0 ? -errno : -EAGAIN;
		for (; len > 0; len--, at--) {
			if (block[len - 1] != '\n' || at == end)
				continue;
			if (--*n == 0)
				return lseek(fd, at, SEEK_SET) < 0 ? -errno : 0;
		}
	}
	if (end > 0 && *n > 0)
		--*n; /* its first line has no newline in front */
	return lseek(fd, at, SEEK_SET) < 0 ? -errno : 0;
}

/* What a processor has packed cannot be shown. */
static bool is_text(int fd)
{
	unsigned char head[512];
	ssize_t n = pread(fd, head, sizeof head, 0);

	for (ssize_t i = 0; i < n; i++)
		if (head[i] < ' ' && !strchr("\t\n\r\b\f\033", head[i]))
			return false;
	return true;
}

/* Rotated files from the one on where the tail begins. */
static int tail_archives(const struct logdir *l, const struct archives *a, size_t n, logdir_fn *fn, void *arg)
{
	size_t first = a->n;
	int *fds = calloc(a->n + 1, sizeof *fds), r = fds == NULL ? -ENOMEM : 0;
	struct stat st;

	while (r == 0 && first > 0 && n > 0) {
		fds[first - 1] = open_file(l->dirfd, a->name[first - 1], &st);
		if (fds[first - 1] < 0)
			break; /* the oldest go first: there is nothing before it either */
		first--;
		if (is_text(fds[first]))
			r = seek_lines(fds[first], &n);
		else
			fdio_close(&fds[first]);
	}
	for (size_t i = first; i < a->n && fds != NULL; i++) {
		if (r == 0 && fds[i] >= 0)
			r = copy_rest(fds[i], fn, arg);
		fdio_close(&fds[i]);
	}
	free(fds);
	return r;
}

/* From now on the view's current is the one we hold; the newest stamp, if there is any, was there already. */
static void hold(struct logdir *l, struct view *v)
{
	fdio_close(&l->fd);
	l->fd = v->fd;
	v->fd = -1;
	if (v->a.n > 0)
		memcpy(l->after, v->a.name[v->a.n - 1], LOGDIR_NAME);
	if (l->fd < 0)
		return;
	l->dev = v->st.st_dev;
	l->ino = v->st.st_ino;
}

int logdir_tail(struct logdir *l, size_t n, logdir_fn *fn, void *arg)
{
	struct view v;
	int r = view_open(l, &v);

	if (r == 0) {
		hold(l, &v);
		if (l->fd >= 0)
			r = seek_lines(l->fd, &n);
		if (r == 0 && v.prevfd >= 0)
			r = seek_lines(v.prevfd, &n);
	}
	if (r == 0)
		r = tail_archives(l, &v.a, n, fn, arg);
	if (r == 0 && v.prevfd >= 0)
		r = copy_rest(v.prevfd, fn, arg);
	if (r == 0 && l->fd >= 0)
		r = copy_rest(l->fd, fn, arg);
	if (l->fd < 0 && v.prevfd >= 0) {
		/* In the middle of a rotation: what comes next comes behind this one. */
		v.fd = v.prevfd;
		v.st = v.prevst;
		v.prevfd = -1;
		hold(l, &v);
	}
	view_close(&v);
	return r;
}

/* Does a rotated file begin as the one we hold, so that it is that one with another inode? */
static bool begins_alike(const struct logdir *l, const char *name)
{
	char ours[256], theirs[256];
	struct stat st;
	int fd = open_file(l->dirfd, name, &st);
	ssize_t n, m;

	if (fd < 0)
		return false;
	n = pread(l->fd, ours, sizeof ours, 0);
	m = pread(fd, theirs, sizeof theirs, 0);
	fdio_close(&fd);
	return n > 0 && n == m && memcmp(ours, theirs, (size_t)n) == 0;
}

/* Those that are older than the one we held when it was opened, by their stamps. */
static size_t skip_older(const struct logdir *l, const struct archives *a)
{
	size_t i = 0;

	while (i < a->n && strcmp(a->name[i], l->after) <= 0)
		i++;
	return i;
}

/* The first stamp of which nothing has been read: those behind the file that we hold. */
static size_t skip_read(struct logdir *l, const struct view *v)
{
	size_t i;

	if (l->fd < 0)
		return skip_older(l, &v->a);
	if (v->prevfd >= 0 && v->prevst.st_dev == l->dev && v->prevst.st_ino == l->ino)
		return v->a.n;
	for (i = v->a.n; i > 0; i--)
		if (has_inode(l->dirfd, v->a.name[i - 1], l->dev, l->ino))
			return i;
	/* Under no name: a processor has made another file of it, or it is gone. */
	i = skip_older(l, &v->a);
	if (i < v->a.n && begins_alike(l, v->a.name[i]))
		return i + 1;
	l->lost = true;
	return i;
}

static int copy_archives(struct logdir *l, const struct archives *a, size_t from, logdir_fn *fn, void *arg)
{
	struct stat st;
	int r = 0;

	for (size_t i = from; i < a->n && r == 0; i++) {
		int fd = open_file(l->dirfd, a->name[i], &st);

		if (fd == -ENOENT)
			l->lost = true;
		else if (fd < 0)
			r = fd;
		else if (is_text(fd))
			r = copy_rest(fd, fn, arg);
		fdio_close(&fd);
	}
	return r;
}

/* The file we hold is current no more: the rest of it, what was rotated since, and the new one from its beginning. */
static int go_over(struct logdir *l, logdir_fn *fn, void *arg)
{
	struct view v;
	int r = view_open(l, &v);

	/* Between two files there may be none for a moment: the next change tells. */
	if (r < 0 || v.fd < 0) {
		view_close(&v);
		return r;
	}
	/* Its writer has let go of it, so that this is the end of it. */
	if (l->fd >= 0)
		r = copy_rest(l->fd, fn, arg);
	if (r == 0)
		r = copy_archives(l, &v.a, skip_read(l, &v), fn, arg);
	if (r == 0 && v.prevfd >= 0 && (l->fd < 0 || v.prevst.st_dev != l->dev || v.prevst.st_ino != l->ino))
		r = copy_rest(v.prevfd, fn, arg);
	hold(l, &v);
	view_close(&v);
	return r;
}

int logdir_more(struct logdir *l, logdir_fn *fn, void *arg)
{
	int r = l->fd >= 0 ? copy_rest(l->fd, fn, arg) : 0;

	while (r == 0 && (l->fd < 0 || !has_inode(l->dirfd, CURRENT, l->dev, l->ino))) {
		int before = l->fd;
		ino_t ino = l->ino;

		r = go_over(l, fn, arg);
		if (r != 0 || l->fd < 0 || (l->fd == before && l->ino == ino))
			break;
		r = copy_rest(l->fd, fn, arg);
	}
	return r == -EAGAIN ? 0 : r;
}

int logdir_wait(struct logdir *l, int outfd)
{
	struct pollfd p[2] = { { .fd = l->infd, .events = POLLIN }, { .fd = outfd, .events = 0 } };
	char drop[4096] __attribute__((aligned(8)));
	int r;

	do
		r = poll(p, 2, l->timeout_ms);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	if (p[1].revents & (POLLERR | POLLHUP))
		return -EPIPE;
	while (l->infd >= 0 && read(l->infd, drop, sizeof drop) > 0)
		continue;
	return 0;
}
