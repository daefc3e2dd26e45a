/*
 * Copying files and trees by descriptor, links as links. Knows nothing of what it copies.
 */
#include "hiercopy.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fdio.h"
#include "sys.h"

#define DEPTH_MAX 32

static int give(const struct hiercopy *c, int dirfd, const char *name, const struct stat *st)
{
	uid_t uid = c->owner == HIERCOPY_KEEP ? st->st_uid : c->uid;
	gid_t gid = c->owner == HIERCOPY_KEEP ? st->st_gid : c->gid;

	if (c->owner == HIERCOPY_OURS || geteuid() != 0)
		return 0;
	return sys.fchownat(dirfd, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int copy_bytes(int from, int to)
{
	char buf[65536];
	ssize_t n;
	int r;

	while ((n = fdio_read_all(from, buf, sizeof(buf))) > 0) {
		r = fdio_write_all(to, buf, (size_t)n);
		if (r < 0)
			return r;
	}
	return (int)n;
}

/* mode 0: the file's own. */
int hiercopy_file(const struct hiercopy *c, int from, int todir, const char *name, mode_t mode)
{
	struct stat st;
	int to, r = 0;

	if (sys.fstat(from, &st) < 0)
		return -errno;
	to = fdio_open(todir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (to < 0)
		return to;
	r = copy_bytes(from, to);
	if (r == 0)
		r = give(c, todir, name, &st);
	/* After the change of owner, which takes set-id bits away. */
	if (r == 0 && sys.fchmod(to, (mode ? mode : st.st_mode & 07777) & ~c->strip) < 0)
		r = -errno;
	fdio_close(&to);
	return r;
}

static int copy_link(const struct hiercopy *c, int fromdir, const char *from, int todir, const char *name,
	const struct stat *st)
{
	char target[PATH_MAX];
	ssize_t n = sys.readlinkat(fromdir, from, target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (sys.symlinkat(target, todir, name) < 0)
		return -errno;
	return c->whole ? give(c, todir, name, st) : 0;
}

/* A FIFO, a socket or a device. */
static int copy_node(const struct hiercopy *c, int todir, const char *name, const struct stat *st)
{
	mode_t mode = st->st_mode & 07777 & ~c->strip;
	int r;

	if (sys.mknodat(todir, name, (st->st_mode & S_IFMT) | (mode & 0777), st->st_rdev) < 0)
		return -errno;
	r = give(c, todir, name, st);
	return r == 0 && sys.fchmodat(todir, name, mode) < 0 ? -errno : r;
}

static int copy_entry(const struct hiercopy *c, int fromdir, const char *from, int todir, const char *name,
	unsigned int depth);

/* The directory that the copy of from becomes, open; from itself would be read while it grows. */
static int take_dir(const struct hiercopy *c, const struct stat *from, int todir, const char *name)
{
	struct stat st;
	int fd;

	if (sys.mkdirat(todir, name, 0700) < 0 && (errno != EEXIST || !c->merge))
		return -errno;
	fd = fdio_open(todir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (fd >= 0 && sys.fstat(fd, &st) == 0 && st.st_dev == from->st_dev && st.st_ino == from->st_ino) {
		fdio_close(&fd);
		return -EINVAL;
	}
	return fd;
}

static int copy_dir(const struct hiercopy *c, int from, int todir, const char *name, unsigned int depth)
{
	int fd = depth < DEPTH_MAX ? fdio_open(from, ".", O_RDONLY | O_DIRECTORY, 0) : -ELOOP;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	struct stat st;
	int to, r = 0;

	if (!dir) {
		fdio_close(&fd);
		return fd < 0 ? fd : -ENOMEM;
	}
	if (sys.fstat(fd, &st) < 0)
		r = -errno;
	to = r < 0 ? r : take_dir(c, &st, todir, name);
	if (to < 0)
		r = to;
	while (r == 0 && (errno = 0, e = readdir(dir)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			r = copy_entry(c, fd, e->d_name, to, e->d_name, depth + 1);
	if (r == 0 && errno)
		r = -errno;
	if (r == 0)
		r = give(c, todir, name, &st);
	if (r == 0 && sys.fchmod(to, st.st_mode & 07777 & ~c->strip) < 0)
		r = -errno;
	fdio_close(&to);
	closedir(dir);
	return r;
}

/* Files, links and FIFOs; a socket or a device is nothing of a service's but where everything is. */
static int copy_other(const struct hiercopy *c, int fromdir, const char *from, int todir, const char *name,
	const struct stat *st)
{
	int fd, r;

	if (S_ISLNK(st->st_mode))
		return copy_link(c, fromdir, from, todir, name, st);
	if (!S_ISREG(st->st_mode))
		return copy_node(c, todir, name, st);
	fd = fdio_open(fromdir, from, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY, 0);
	r = fd < 0 ? fd : hiercopy_file(c, fd, todir, name, 0);
	fdio_close(&fd);
	return r;
}

/* Beside it and renamed: who reads the name finds the old thing or the whole new one. */
static int replace_other(const struct hiercopy *c, int fromdir, const char *from, int todir, const char *name,
	const struct stat *st)
{
	char tmp[32];
	int r;

	(void)snprintf(tmp, sizeof(tmp), ".hiercopy-%d", (int)getpid());
	/* A left-over of a copier that died. */
	(void)sys.unlinkat(todir, tmp, 0);
	r = copy_other(c, fromdir, from, todir, tmp, st);
	if (r == 0 && sys.renameat(todir, tmp, todir, name) < 0)
		r = -errno;
	if (r < 0 && r != -EEXIST)
		(void)sys.unlinkat(todir, tmp, 0);
	return r;
}

static int copy_entry(const struct hiercopy *c, int fromdir, const char *from, int todir, const char *name,
	unsigned int depth)
{
	struct stat st;
	int fd, r;

	if (sys.fstatat(fromdir, from, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!c->whole && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode) && !S_ISLNK(st.st_mode) && !S_ISFIFO(st.st_mode))
		return 0;
	if (!S_ISDIR(st.st_mode))
		return (c->merge ? replace_other : copy_other)(c, fromdir, from, todir, name, &st);
	fd = fdio_open(fromdir, from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	r = fd < 0 ? fd : copy_dir(c, fd, todir, name, depth);
	fdio_close(&fd);
	return r;
}

int hiercopy_dir(const struct hiercopy *c, int from, int todir, const char *name)
{
	return copy_dir(c, from, todir, name, 0);
}

int hiercopy_entry(const struct hiercopy *c, int fromdir, const char *from, int todir, const char *to)
{
	return copy_entry(c, fromdir, from, todir, to, 0);
}

int hiercopy_whole(int fromdir, const char *from, int todir, const char *name)
{
	const struct hiercopy c = { .owner = HIERCOPY_KEEP, .whole = true };
	int r, fd = fdio_open(fromdir, from, O_RDONLY | O_DIRECTORY, 0);

	r = fd < 0 ? fd : copy_dir(&c, fd, todir, name, 0);
	fdio_close(&fd);
	return r;
}
