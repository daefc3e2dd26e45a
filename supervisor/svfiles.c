/* The files of a supervised directory. Never reads what decides about the service: svcdir.c does. */
#include "svfiles.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "dtally.h"
#include "fdio.h"
#include "fifodir.h"
#include "fsid.h"
#include "ids.h"
#include "sys.h"

#define LISTENERS_MAX 1024 /* listeners served per event */
#define TALLY_BYTES (DTALLY_MAX * DTALLY_RECORD)

/* A directory of a slot, and whose it is: everything in it is done as him. */
struct held {
	int fd;
	uid_t uid;
	gid_t gid;
};

static int open_dir(const struct service *s, const char *name, int how, struct held *ret)
{
	struct stat st;
	int fd = fdio_open(s->d->dirfd, name, how | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK, 0);

	if (fd < 0)
		return fd;
	if (sys.fstat(fd, &st) < 0) {
		int r = -errno;

		fdio_close(&fd);
		return r;
	}
	*ret = (struct held){ fd, st.st_uid, st.st_gid };
	return 0;
}

/* Opens event/ and enters the scope of its owner; leave with leave_event. */
static int enter_event(const struct service *s, struct held *ev)
{
	int r = open_dir(s, "event", O_RDONLY, ev);

	if (r == 0 && (r = fsid_enter(ev->uid, ev->gid)) < 0)
		fdio_close(&ev->fd);
	return r;
}

static void leave_event(struct held *ev)
{
	fsid_leave();
	fdio_close(&ev->fd);
}

/* The slot whose turn it is, and what was opened and read for it: once a turn, svfiles_end_turn lets it go. */
static struct {
	const struct service *of;
	struct held super; /* supervise/ */
	bool listed;
	uint32_t list;     /* of svfiles_list */
} turn = { .super.fd = -1 };

static void take_turn(const struct service *s)
{
	if (turn.of == s)
		return;
	svfiles_end_turn();
	turn.of = s;
}

/* The descriptor, with the scope of the owner entered; leave with fsid_leave. */
static int enter_supervise(const struct service *s)
{
	int r = 0;

	take_turn(s);
	if (turn.super.fd < 0)
		r = open_dir(s, "supervise", O_PATH, &turn.super);
	if (r == 0)
		r = fsid_enter(turn.super.uid, turn.super.gid);
	return r < 0 ? r : turn.super.fd;
}

void svfiles_end_turn(void)
{
	fdio_close(&turn.super.fd);
	turn.of = NULL;
	turn.listed = false;
}

void svfiles_list(const struct service *s)
{
	take_turn(s);
	if (!turn.listed)
		turn.list = svcdir_list(s->d->dirfd);
	turn.listed = true;
}

bool svfiles_lacks(const struct service *s, const char *file)
{
	return turn.of == s && turn.listed && svcdir_lacks(turn.list, file);
}

/* Somebody whose files here are no surprise: the slot's owner, root, or ourselves. */
static bool trusted_owner(const struct service *s, uid_t uid)
{
	return uid == s->id->uid || uid == 0 || uid == geteuid();
}

static int refuse(char *why, size_t cap, const char *what, const char *how)
{
	snprintf(why, cap, "%s %s", what, how);
	return -EPERM;
}

static int unable(char *why, size_t cap, const char *what, const char *file, int err)
{
	snprintf(why, cap, "unable to %s %s: %s", what, file, strerror(-err));
	return err;
}

static int check_dir(const struct service *s, const char *name, char *why, size_t cap)
{
	struct stat st;

	if (sys.fstatat(s->d->dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return unable(why, cap, "stat", name, -errno);
	if (S_ISLNK(st.st_mode))
		return refuse(why, cap, name, "is a symbolic link");
	if (!S_ISDIR(st.st_mode))
		return refuse(why, cap, name, "exists and is not a directory");
	if (!trusted_owner(s, st.st_uid))
		return refuse(why, cap, name, "belongs to somebody else");
	return 0;
}

/* 1: made, 0: was there and is as it must be. */
static int make_event(struct service *s, char *why, size_t cap)
{
	int r = fsid_enter(s->id->uid, s->id->gid);

	if (r == 0) {
		gid_t gid = geteuid() == 0 ? s->id->gid : getegid();

		r = fifodir_make(s->d->dirfd, "event", gid, 03730);
		fsid_leave();
	}
	if (r == -EEXIST)
		return check_dir(s, "event", why, cap);
	return r < 0 ? unable(why, cap, "mkdir", "event", r) : 1;
}

/* Compat: s6 makes it 0700. For a slot of somebody else than us his own tools and monitors may look in. */
static int make_supervise(struct service *s, char *why, size_t cap)
{
	mode_t mode = s->id->uid == geteuid() ? 0700 : 0755;
	int r = fsid_enter(s->id->uid, s->id->gid);

	if (r < 0)
		return unable(why, cap, "act as the owner for", "supervise", r);
	if (sys.mkdirat(s->d->dirfd, "supervise", 0700) < 0)
		r = -errno;
	else if (mode != 0700 && sys.fchmodat(s->d->dirfd, "supervise", mode) < 0)
		r = -errno;
	fsid_leave();
	if (r == -EEXIST)
		return check_dir(s, "supervise", why, cap);
	return r < 0 ? unable(why, cap, "mkdir", "supervise", r) : 0;
}

/* Would our umask, which never changes once services run, take anything from that mode? */
static bool umask_takes(mode_t mode)
{
	static int mask = -1;

	if (mask < 0) {
		mask = (int)umask(0);
		(void)umask((mode_t)mask);
	}
	return (mode_t)mask & mode;
}

static int open_lock(struct service *s, int dir, char *why, size_t cap)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct stat st;
	bool made = true;
	int fd = fdio_open(dir, "lock", O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CREAT | O_EXCL, 0644);

	if (fd == -EEXIST) {
		made = false;
		fd = fdio_open(dir, "lock", O_WRONLY | O_NONBLOCK | O_NOFOLLOW, 0);
	}
	if (fd < 0)
		return unable(why, cap, "open", "supervise/lock", fd);
	if (made && umask_takes(0644))
		(void)sys.fchmod(fd, 0644); /* a lock that nobody can read is still a lock */
	if (!made && (sys.fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		fdio_close(&fd);
		return refuse(why, cap, "supervise/lock", "is not a regular file");
	}
	if (sys.lock(fd, F_OFD_SETLK, &fl) < 0) {
		int r = errno == EACCES ? -EAGAIN : -errno;

		fdio_close(&fd);
		if (r != -EAGAIN)
			return unable(why, cap, "lock", "supervise/lock", r);
		snprintf(why, cap, "another instance of s6-supervise is already running");
		return -EBUSY;
	}
	s->d->lockfd = fd;
	return 0;
}

/* 0600, or 0660 where a group may control: the directory's if it may write it, or [access] group's. */
static mode_t control_mode(const struct service *s, gid_t *ret_gid)
{
	const char *group = s->sv->config->access_group;
	struct stat st;

	*ret_gid = (gid_t)-1;
	if (*group && ids_group(group, ret_gid) == 0)
		return 0660;
	if (sys.fstat(s->d->dirfd, &st) == 0 && (st.st_mode & S_IWGRP)) {
		*ret_gid = st.st_gid;
		return 0660;
	}
	return 0600;
}

static int check_control(const struct service *s, int fd, char *why, size_t cap)
{
	struct stat st;

	if (sys.fstat(fd, &st) < 0)
		return unable(why, cap, "stat", "supervise/control", -errno);
	if (!S_ISFIFO(st.st_mode))
		return refuse(why, cap, "supervise/control", "is not a FIFO");
	if (!trusted_owner(s, st.st_uid))
		return refuse(why, cap, "supervise/control", "belongs to somebody else");
	return 0;
}

static int open_control(struct service *s, int dir, char *why, size_t cap)
{
	gid_t gid;
	mode_t mode = control_mode(s, &gid);
	bool made = sys.mkfifoat(dir, "control", 0600) == 0;
	int r = made || errno == EEXIST ? 0 : -errno;
	int fd;

	if (r < 0)
		return unable(why, cap, "mkfifo", "supervise/control", r);
	fd = fdio_open(dir, "control", O_RDWR | O_NONBLOCK | O_NOFOLLOW, 0);
	if (fd == -EISDIR || fd == -ENXIO)
		return refuse(why, cap, "supervise/control", "is not a FIFO");
	if (fd < 0)
		return unable(why, cap, "open", "supervise/control", fd);
	r = check_control(s, fd, why, cap);
	if (r < 0) {
		fdio_close(&fd);
		return r;
	}
	/* Both may be refused where the owner is no member of the group: then he alone controls, as in s6. */
	if (made && mode != 0600 && (gid == (gid_t)-1 || sys.fchownat(fd, "", (uid_t)-1, gid, AT_EMPTY_PATH) == 0))
		(void)sys.fchmod(fd, mode);
	else if (made && umask_takes(0600))
		(void)sys.fchmod(fd, 0600);
	s->d->ctlfd = fd;
	return 0;
}

/* Compat: s6 empties the tally at every start of a supervisor; it is made new here, so no link is followed. */
static void empty_tally(int dir)
{
	if (sys.mknodat(dir, "death_tally", S_IFREG | 0666, 0) < 0 && errno == EEXIST)
		(void)fdio_replace(dir, "death_tally", "death_tally.new", "", 0, 0666, false);
}

int svfiles_open(struct service *s, char *why, size_t cap)
{
	struct held event;
	int made, dir, r;

	if ((made = make_event(s, why, cap)) < 0)
		return made;
	if ((r = make_supervise(s, why, cap)) < 0)
		return r;
	dir = enter_supervise(s);
	if (dir < 0)
		return unable(why, cap, "open", "supervise", dir);
	r = open_lock(s, dir, why, cap);
	if (r == 0)
		r = open_control(s, dir, why, cap);
	if (r == 0)
		empty_tally(dir);
	fsid_leave();
	if (r < 0) {
		svfiles_close(s);
		return r;
	}
	/* A new one has no stale listeners. */
	if (!made && enter_event(s, &event) == 0) {
		(void)fifodir_clean(event.fd, NULL, LISTENERS_MAX);
		leave_event(&event);
	}
	return 0;
}

void svfiles_close(struct service *s)
{
	svfiles_end_turn();
	fdio_close(&s->d->ctlfd);
	fdio_close(&s->d->lockfd);
}

/* Once run is gone somebody is removing the directory: what we made now would stop him. */
static bool may_create(const struct service *s)
{
	return !s->d->vanished && sys.faccessat(s->d->dirfd, "run", F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int look_for_control(struct service *s, const struct stat *held)
{
	struct stat there;
	char why[NOTE_MAX];
	int dir = enter_supervise(s);
	int old = s->d->ctlfd, r = 1;

	if (dir < 0)
		return dir;
	if (sys.fstatat(dir, "control", &there, AT_SYMLINK_NOFOLLOW) == 0 && there.st_ino == held->st_ino &&
		there.st_dev == held->st_dev)
		r = 0;
	else if ((r = open_control(s, dir, why, sizeof(why))) == 0) {
		fdio_close(&old);
		r = 1;
	}
	fsid_leave();
	svfiles_end_turn();
	return r;
}

int svfiles_mend_control(struct service *s)
{
	struct stat held;

	if (s->d->ctlfd < 0 || sys.fstat(s->d->ctlfd, &held) < 0)
		return 0;
	/* Every scan asks this of every service: a FIFO that was not removed is looked for only where something has changed. */
	if ((held.st_nlink > 0 && s->unchanged) || !may_create(s))
		return 0;
	return look_for_control(s, &held);
}

int svfiles_open_service_lock(struct service *s, bool *ret_wrote, bool *ret_held)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct stat st;
	int dir = enter_supervise(s);
	int fd, r = 0;

	if (dir < 0)
		return dir;
	fd = fdio_open(dir, "service-lock", O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CREAT, 0666);
	fsid_leave();
	if (fd < 0)
		return fd;
	if (sys.fstat(fd, &st) < 0)
		r = -errno;
	else if (!S_ISREG(st.st_mode))
		r = -EINVAL;
	else if ((st.st_size > 0 && sys.ftruncate(fd, 0) < 0) || sys.lock(fd, F_GETLK, &fl) < 0 ||
		sys.fcntl(fd, F_SETFL, 0) < 0)
		r = -errno;
	if (r < 0) {
		fdio_close(&fd);
		return r;
	}
	*ret_wrote = st.st_size > 0;
	*ret_held = fl.l_type != F_UNLCK;
	return fd;
}

/* The start under way: its record, and the bytes of the one that was published last. */
static struct {
	struct spawn_record rec;
	const struct service *of; /* whose bytes; NULL: nobody's */
	uint8_t bytes[SVSTATUS_SIZE];
} staged;

struct spawn_record *svfiles_stage_status(struct service *s)
{
	struct svstatus st;
	int dir = s->d->vanished ? -ENOENT : enter_supervise(s);
	int fd;

	if (dir < 0)
		return NULL;
	service_status_up(s, &st);
	svstatus_pack(staged.bytes, &st);
	fd = fdio_create_new(dir, "status.new", 0666);
	fsid_leave();
	if (fd < 0 || fdio_write_all(fd, staged.bytes, sizeof(staged.bytes)) < 0) {
		fdio_close(&fd);
		return NULL;
	}
	staged.rec = (struct spawn_record){ .dirfd = dir, .fd = fd, .tmp = "status.new", .name = "status" };
	return &staged.rec;
}

void svfiles_staged(struct service *s, struct spawn_record *rec, pid_t pid)
{
	if (!rec)
		return;
	staged.of = rec->pid > 0 && rec->pid == pid ? s : NULL;
	if (staged.of)
		svstatus_pack_pid(staged.bytes + SVSTATUS_PID_AT, pid);
	else if (rec->pid > 0)
		s->status_due = true; /* it names a child that is gone by now */
	else
		(void)sys.unlinkat(rec->dirfd, rec->tmp, 0);
	fdio_close(&rec->fd);
}

/* Is it what the child has just published? Once: somebody may remove or change the file at any time. */
static bool is_published(const struct service *s, const uint8_t buf[SVSTATUS_SIZE])
{
	bool is = staged.of == s && memcmp(staged.bytes, buf, SVSTATUS_SIZE) == 0;

	staged.of = NULL;
	return is;
}

int svfiles_write_status(struct service *s)
{
	uint8_t buf[SVSTATUS_SIZE];
	struct svstatus st;
	int dir, r;

	service_status(s, &st);
	svstatus_pack(buf, &st);
	/* The first one is always written: s6 supervises a directory without run, and says so. */
	if (is_published(s, buf) || s->d->vanished || (s->d->started_ns != 0 && !may_create(s)))
		return 0;
	dir = enter_supervise(s);
	if (dir < 0)
		return dir;
	r = fdio_replace(dir, "status", "status.new", buf, sizeof(buf), 0666, false);
	fsid_leave();
	return r;
}

void svfiles_notify(struct service *s, const char *letters, size_t n)
{
	struct held event;

	if (s->d->vanished || enter_event(s, &event) < 0)
		return;
	/* Failures are the listener's loss alone. */
	(void)fifodir_notify(event.fd, NULL, letters, n, LISTENERS_MAX);
	leave_event(&event);
}

/*
 * Most deaths are one record more at the end of what is there: a reader finds it whole or not yet. False: the tally is to be
 * written anew, since it is full, broken, or cannot be written on.
 */
static bool append_death(int dir, const struct dtally *rec, uint32_t max)
{
	uint8_t packed[DTALLY_RECORD];
	struct stat st;
	bool done = false;
	int fd = fdio_open(dir, "death_tally", O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK, 0);

	if (fd < 0)
		return false;
	dtally_pack(packed, rec);
	if (sys.fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size % DTALLY_RECORD == 0 &&
		st.st_size / DTALLY_RECORD < (off_t)max) {
		done = sys.write(fd, packed, sizeof(packed)) == (ssize_t)sizeof(packed);
		if (!done)
			(void)sys.ftruncate(fd, st.st_size);
	}
	fdio_close(&fd);
	return done;
}

int svfiles_add_death(struct service *s, int wstat, uint32_t max)
{
	struct dtally rec = dtally_of(&s->d->stamp, wstat);
	static uint8_t buf[TALLY_BYTES]; /* only the pages in use are ever touched */
	ssize_t len;
	int dir, r = 0;

	if (max > DTALLY_MAX)
		max = DTALLY_MAX;
	if (max == 0 || !may_create(s))
		return 0;
	dir = enter_supervise(s);
	if (dir < 0)
		return dir;
	if (!append_death(dir, &rec, max)) {
		len = fdio_read_file(dir, "death_tally", buf, TALLY_BYTES);
		len = (ssize_t)dtally_append(buf, len < 0 ? 0 : (size_t)len, TALLY_BYTES, &rec, max);
		r = fdio_replace(dir, "death_tally", "death_tally.new", buf, (size_t)len, 0666, false);
	}
	fsid_leave();
	return r;
}

ssize_t svfiles_read_deaths(const struct service *s, uint8_t *buf, size_t cap)
{
	int dir = s->d->vanished ? -ENOENT : enter_supervise(s);
	ssize_t len;

	if (dir < 0)
		return dir;
	len = fdio_read_file(dir, "death_tally", buf, cap);
	fsid_leave();
	svfiles_end_turn();
	return len;
}

int svfiles_make_down(struct service *s)
{
	int r, fd;

	if (!may_create(s))
		return 0;
	r = fsid_enter(s->id->uid, s->id->gid);
	if (r < 0)
		return r;
	fd = fdio_open(s->d->dirfd, "down", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0666);
	fsid_leave();
	if (fd < 0)
		return fd;
	fdio_close(&fd);
	return 0;
}

int svfiles_drop_down(struct service *s)
{
	int r = fsid_enter(s->id->uid, s->id->gid);

	if (r < 0)
		return r;
	if (sys.unlinkat(s->d->dirfd, "down", 0) < 0 && errno != ENOENT)
		r = -errno;
	fsid_leave();
	return r;
}

int svfiles_is_down(const struct service *s)
{
	return svfiles_lacks(s, "down") ? 0 : svcdir_flag(s->d->dirfd, "down");
}
