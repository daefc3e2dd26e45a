/* Groups and modes on held descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "fdio.h"
#include "fifodir.h"
#include "perms.h"

/* Asked after the open: what stands there by then is either what was opened or a link with an owner. */
static int check_link(int dirfd, const char *name, const struct stat *st)
{
	struct stat now;

	if (fstatat(dirfd, name, &now, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISLNK(now.st_mode))
		return now.st_uid == geteuid() || now.st_uid == st->st_uid ? 0 : -ELOOP;
	return now.st_dev == st->st_dev && now.st_ino == st->st_ino ? 0 : -ELOOP;
}

int perms_open(int dirfd, const char *name, struct stat *st)
{
	int fd = fdio_open(dirfd, name, O_PATH, 0);
	int r;

	if (fd < 0)
		return fd;
	r = fstat(fd, st) < 0 ? -errno : check_link(dirfd, name, st);
	if (r < 0) {
		fdio_close(&fd);
		return r;
	}
	return fd;
}

int perms_set(int fd, gid_t gid, mode_t mode, const char **what)
{
	char path[32];

	*what = "chown";
	if (gid != (gid_t)-1 && fchownat(fd, "", (uid_t)-1, gid, AT_EMPTY_PATH) < 0)
		return -errno;
	*what = "chmod";
	/* fchmod takes no O_PATH descriptor, and one for reading would need the permission to read. */
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return chmod(path, mode) < 0 ? -errno : 0;
}

int perms_fifodir(int dirfd, const char *name, uid_t owner, gid_t gid, mode_t mode, bool force)
{
	const char *what;
	struct stat st;
	int fd, r = fifodir_make(dirfd, name, gid, mode);

	if (r != -EEXIST)
		return r;
	fd = perms_open(dirfd, name, &st);
	if (fd < 0)
		return fd;
	r = 0;
	if (st.st_uid != owner)
		r = -EACCES;
	else if (!S_ISDIR(st.st_mode))
		r = -ENOTDIR;
	else if (force)
		r = perms_set(fd, gid, mode, &what);
	fdio_close(&fd);
	return r;
}
