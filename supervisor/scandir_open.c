/*
 * Opening a scan directory: .s6-svscan/ with lock and control FIFO, the watch, and who else can write there.
 * All of it as the directory's owner and on held descriptors. What happens then is scandir.c's.
 */
#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "control.h"
#include "fdio.h"
#include "fsid.h"
#include "msg.h"
#include "scandir.h"
#include "scandir_int.h"
#include "sys.h"
#include "watch.h"

/* Compat: what is of the wrong kind is the user's mistake, 100, and no failure of the system. */
static int refuse(const char *what)
{
	msg_error(0, ".s6-svscan%s", what);
	return -EPERM;
}

static int unable(const char *what, int r)
{
	msg_error(r, "unable to %s", what);
	return r;
}

/* Others than root and we ourselves can put something there. */
static bool is_shared(const struct stat *st)
{
	return (st->st_uid != 0 && st->st_uid != geteuid()) || (st->st_mode & S_IWOTH) ||
		((st->st_mode & S_IWGRP) && st->st_gid != 0);
}

static int open_tree(struct supervisor *sv)
{
	struct stat st;
	int fd = fdio_open(AT_FDCWD, sv->scandir, O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0) {
		msg_error(fd, "unable to chdir to %s", sv->scandir);
		return fd;
	}
	if (sys.fstat(fd, &st) < 0)
		return unable("stat the scan directory", -errno);
	sv->head->scandirfd = fd;
	sv->scandir_uid = st.st_uid;
	sv->scandir_gid = st.st_gid;
	sv->scandir_dev = st.st_dev;
	sv->scandir_shared = is_shared(&st);
	return 0;
}

/*
 * .s6-svscan belongs to the scan directory's owner. Compat: s6 makes it 0700; here others must be able
 * to reach the socket in it, and lock and control have modes of their own.
 */
static int open_svscan_dir(struct supervisor *sv, int *ret_fd)
{
	struct stat st;
	bool made = sys.mkdirat(sv->head->scandirfd, ".s6-svscan", 0700) == 0;
	int fd, r = 0;

	if (!made && errno != EEXIST)
		return unable("mkdir .s6-svscan", -errno);
	fd = fdio_open(sv->head->scandirfd, ".s6-svscan", O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (fd == -ENOTDIR || fd == -ELOOP)
		return refuse(" exists and is not a directory");
	if (fd < 0)
		return unable("open .s6-svscan", fd);
	if (sys.fstat(fd, &st) < 0 || (made && sys.fchmod(fd, 0755) < 0))
		r = unable("set up .s6-svscan", -errno);
	else if (st.st_uid != sv->scandir_uid && st.st_uid != 0 && st.st_uid != geteuid())
		r = refuse(" belongs to somebody else");
	if (r < 0)
		fdio_close(&fd);
	else
		*ret_fd = fd;
	return r;
}

static int lock_tree(struct supervisor *sv, int dir)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct stat st;
	int fd = fdio_open(dir, "lock", O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CREAT, 0600);

	if (fd < 0)
		return unable("open .s6-svscan/lock", fd);
	sv->head->scanlockfd = fd;
	if (sys.fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return refuse("/lock is not a regular file");
	if (sys.lock(fd, F_OFD_SETLK, &fl) == 0)
		return 0;
	if (errno != EAGAIN && errno != EACCES)
		return unable("lock .s6-svscan/lock", -errno);
	msg_error(0, "another instance of s6-svscan is already running on the same directory");
	return -EBUSY;
}

static int open_scan_control(struct supervisor *sv, int dir)
{
	struct stat st;
	bool made = sys.mkfifoat(dir, "control", 0600) == 0;
	int fd;

	if (!made && errno != EEXIST)
		return unable("mkfifo .s6-svscan/control", -errno);
	fd = fdio_open(dir, "control", O_RDWR | O_NONBLOCK | O_NOFOLLOW, 0);
	if (fd == -EISDIR || fd == -ENXIO || fd == -ELOOP)
		return refuse("/control is not a FIFO");
	if (fd < 0)
		return unable("open .s6-svscan/control", fd);
	sv->head->scanctlfd = fd;
	if (made)
		(void)sys.fchmod(fd, 0600); /* mkfifo gave the owner what he needs, the umask aside */
	if (sys.fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode))
		return refuse("/control is not a FIFO");
	return 0;
}

void scandir_watch(struct supervisor *sv)
{
	static bool tried;
	int fd = -1;

	if (tried || sv->head->inotifyfd >= 0)
		return;
	tried = true;
	fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (fd >= 0 && sys.inotify_add_watch(fd, sv->scandir, IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR) < 0) {
		int r = errno;

		fdio_close(&fd);
		errno = r;
	}
	if (fd < 0) {
		msg_warn(errno, "unable to watch the scan directory: removed services are noticed at the next scan only");
		return;
	}
	sv->head->inotifyfd = fd;
	pool_commit_head(sv->pool);
	sv->removals = watch_start(&sv->loop, fd, scandir_on_watch, sv);
}

static int open_all(struct supervisor *sv)
{
	int dir = -1;
	int r = open_tree(sv);

	if (r < 0 || (r = fsid_enter(sv->scandir_uid, sv->scandir_gid)) < 0)
		return r;
	r = open_svscan_dir(sv, &dir);
	if (r == 0)
		r = lock_tree(sv, dir);
	if (r == 0)
		r = open_scan_control(sv, dir);
	fsid_leave();
	fdio_close(&dir);
	return r;
}

int scandir_open(struct supervisor *sv)
{
	struct stat st;

	uv_timer_init(&sv->loop, &sv->rescan_timer);
	sv->rescan_timer.data = sv;
	control_open(sv);
	if (!sv->resumed) {
		int r = open_all(sv);

		if (r < 0)
			return r;
	} else if (sys.fstat(sv->head->scandirfd, &st) == 0) {
		sv->scandir_uid = st.st_uid;
		sv->scandir_gid = st.st_gid;
		sv->scandir_dev = st.st_dev;
		sv->scandir_shared = is_shared(&st);
	}
	if (sv->rescan_ms)
		uv_timer_start(&sv->rescan_timer, scandir_on_timer, sv->rescan_ms, sv->rescan_ms);
	sv->scanctl = watch_start(&sv->loop, sv->head->scanctlfd, scandir_on_control, sv);
	if (sv->head->inotifyfd >= 0)
		sv->removals = watch_start(&sv->loop, sv->head->inotifyfd, scandir_on_watch, sv);
	return sv->scanctl ? 0 : -ENOMEM;
}
