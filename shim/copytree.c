/* Copying a tree, on held descriptors. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "copytree.h"
#include "fdio.h"

static int copy_entry(int from, const char *fromname, int to, const char *toname);

static int copy_bytes(int from, int to)
{
	char buf[16384];
	ssize_t n;
	int r;

	while ((n = fdio_read_all(from, buf, sizeof(buf))) > 0) {
		r = fdio_write_all(to, buf, (size_t)n);
		if (r < 0)
			return r;
	}
	return (int)n;
}

/* Owner and mode of what was just made, by descriptor. The mode comes last: a change of owner takes bits away. */
static int copy_rights(int fd, const struct stat *st)
{
	if (geteuid() == 0 && fchown(fd, st->st_uid, st->st_gid) < 0)
		return -errno;
	return fchmod(fd, st->st_mode & 07777) < 0 ? -errno : 0;
}

static int copy_file(int from, const char *fromname, int to, const char *toname, const struct stat *st)
{
	int r, out = -1, in = fdio_open(from, fromname, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0);

	r = in;
	if (r >= 0)
		r = out = fdio_open(to, toname, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (r >= 0)
		r = copy_bytes(in, out);
	if (r == 0)
		r = copy_rights(out, st);
	fdio_close(&in);
	fdio_close(&out);
	return r;
}

static int copy_entries(int in, int out)
{
	struct dirent *d;
	int r = 0, fd = fcntl(in, F_DUPFD_CLOEXEC, 3);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		return -errno;
	while (r == 0 && (errno = 0, d = readdir(dir)) != NULL)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			r = copy_entry(in, d->d_name, out, d->d_name);
	if (r == 0 && errno)
		r = -errno;
	(void)closedir(dir);
	return r;
}

static int copy_dir(int from, const char *fromname, int to, const char *toname, const struct stat *st)
{
	int r, out = -1, in = fdio_open(from, fromname, O_RDONLY | O_DIRECTORY, 0);

	r = in;
	if (r >= 0)
		r = mkdirat(to, toname, 0700) < 0 ? -errno : 0;
	if (r == 0)
		r = out = fdio_open(to, toname, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (r >= 0)
		r = copy_entries(in, out);
	if (r == 0)
		r = copy_rights(out, st);
	fdio_close(&in);
	fdio_close(&out);
	return r;
}

static int copy_link(int from, const char *fromname, int to, const char *toname, const struct stat *st)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(from, fromname, target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (symlinkat(target, to, toname) < 0)
		return -errno;
	if (geteuid() == 0 && fchownat(to, toname, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return 0;
}

static int copy_node(int to, const char *toname, const struct stat *st)
{
	if (mknodat(to, toname, st->st_mode & (S_IFMT | 0777), st->st_rdev) < 0)
		return -errno;
	if (geteuid() == 0 && fchownat(to, toname, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return fchmodat(to, toname, st->st_mode & 07777, 0) < 0 ? -errno : 0;
}

static int copy_entry(int from, const char *fromname, int to, const char *toname)
{
	struct stat st;

	if (fstatat(from, fromname, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return copy_dir(from, fromname, to, toname, &st);
	if (S_ISREG(st.st_mode))
		return copy_file(from, fromname, to, toname, &st);
	if (S_ISLNK(st.st_mode))
		return copy_link(from, fromname, to, toname, &st);
	return copy_node(to, toname, &st);
}

int copytree(int from, const char *fromname, int to, const char *toname)
{
	struct stat st;

	if (fstatat(from, fromname, &st, 0) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? copy_dir(from, fromname, to, toname, &st) : -ENOTDIR;
}
