/* Links in scan directories, and the events by which their supervisors come and go. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fdio.h"
#include "link.h"
#include "listen.h"
#include "msg.h"
#include "perms.h"
#include "slot.h"

/* The service itself, or its logger. */
struct part {
	char path[PATH_MAX];
	int dirfd;
	struct fifodir_sub *sub;
	bool made_down; /* by us */
	bool heard;     /* the event that is waited for */
	int lockfd;     /* of the supervisor that shall leave, -1 if there is none */
};

struct parts {
	struct part part[2];
	unsigned int n;
};

void link_need_supervisor(const char *scandir, const char *what, const char *where)
{
	int r = slot_is_scanned(scandir);

	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to open %s/.s6-svscan/lock", scandir);
	if (r == 0)
		msg_die(1, 0, "%s not running on %s", what, where);
}

bool link_option(struct link_request *rq, int letter)
{
	switch (letter) {
	case 'd':
	case 'D':
		rq->down = true;
		rq->keep_down = letter == 'D';
		return true;
	case 'f':
		rq->force = true;
		return true;
	case 'P':
		rq->public = true;
		return true;
	default:
		return false;
	}
}

static int join(char out[PATH_MAX], const char *dir, const char *rest)
{
	int n = snprintf(out, PATH_MAX, "%s%s%s", dir, *rest ? "/" : "", rest);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static int add_part(struct parts *parts, const char *dir, const char *rest)
{
	struct part *part = &parts->part[parts->n];
	int r = join(part->path, dir, rest);

	if (r < 0)
		return r;
	part->dirfd = slot_open(part->path);
	if (part->dirfd < 0)
		return part->dirfd;
	part->sub = NULL;
	part->made_down = part->heard = false;
	part->lockfd = -1;
	parts->n++;
	return 0;
}

/* Opens the service at path and, where there is one, its logger. */
static int open_parts(struct parts *parts, const char *path)
{
	int r;

	parts->n = 0;
	r = add_part(parts, path, "");
	if (r == 0)
		r = add_part(parts, path, "log");
	return r == -ENOENT && parts->n == 1 ? 0 : r;
}

static void close_parts(struct parts *parts)
{
	for (unsigned int i = 0; i < parts->n; i++) {
		if (parts->part[i].sub)
			listen_end(parts->part[i].sub);
		fdio_close(&parts->part[i].lockfd);
		fdio_close(&parts->part[i].dirfd);
	}
}

/*
 * What root makes in somebody's service directory is that somebody's, made as him: then he can listen to his own service,
 * and no link of his leads us anywhere. Returns whether become_root has to follow, or -errno.
 */
static int become_owner(int dirfd)
{
	struct stat st;

	if (fstat(dirfd, &st) < 0)
		return -errno;
	if (geteuid() != 0 || st.st_uid == 0)
		return 0;
	if (setegid(st.st_gid) < 0)
		return -errno;
	if (seteuid(st.st_uid) == 0)
		return 1;
	return setegid(getgid()) < 0 ? -EPERM : -errno;
}

static int become_root(void)
{
	return seteuid(0) < 0 || setegid(getgid()) < 0 ? -errno : 0;
}

static int make_down(struct part *part)
{
	int fd = fdio_open(part->dirfd, "down", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);

	if (fd < 0)
		return fd == -EEXIST ? 0 : fd;
	part->made_down = true;
	fdio_close(&fd);
	return 0;
}

/* Everything that must be there before the supervisor comes: the down file, event/, somebody who listens. */
static int prepare(const struct link_request *rq, struct part *part)
{
	int r, other = become_owner(part->dirfd);

	if (other < 0)
		return other;
	r = rq->down ? make_down(part) : 0;
	if (r == 0)
		r = perms_fifodir(part->dirfd, "event", geteuid(), rq->public ? (gid_t)-1 : getegid(),
			rq->public ? 01733 : 03730, rq->force);
	if (other && become_root() < 0)
		return -EPERM;
	return r ? r : listen_to(part->dirfd, "event", &part->sub);
}

static bool hear(struct part *part, char wanted)
{
	char event;

	while (!part->heard && read(part->sub->fd, &event, 1) == 1)
		part->heard = event == wanted;
	return part->heard;
}

/* Until every part that is listened to has had the event. */
static int await(struct parts *parts, char wanted, int64_t deadline)
{
	struct pollfd fds[2];
	unsigned int n;
	int r = 0;

	for (;;) {
		n = 0;
		for (unsigned int i = 0; i < parts->n; i++)
			if (parts->part[i].sub && !hear(&parts->part[i], wanted))
				fds[n++] = (struct pollfd){ .fd = parts->part[i].sub->fd, .events = POLLIN };
		if (n == 0 || r < 0)
			return n == 0 ? 0 : r;
		r = listen_wait(fds, n, deadline);
	}
}

static int tell_scanner(const char *scandir, const char *letters, size_t len)
{
	int err = 0;

	switch (slot_send(scandir, ".s6-svscan", letters, len, &err)) {
	case SLOT_OK:
		return 0;
	case SLOT_DEAF:
		return -ENXIO;
	default:
		return err;
	}
}

/* After a failure: supervisors that have come are told to bring it down and leave. */
static void undo(struct parts *parts, bool linked)
{
	int err;

	for (unsigned int i = 0; i < parts->n; i++) {
		struct part *part = &parts->part[i];

		if (linked && part->sub && hear(part, 's'))
			(void)slot_send(part->path, "supervise", i == 0 ? "xd" : "xo", 2, &err);
		if (part->made_down)
			(void)unlinkat(part->dirfd, "down", 0);
	}
}

int link_add(const struct link_request *rq)
{
	char path[PATH_MAX];
	struct parts parts;
	bool linked = false;
	int r;

	(void)signal(SIGPIPE, SIG_IGN);
	r = join(path, rq->scandir, rq->name);
	if (r == 0)
		r = open_parts(&parts, rq->servicedir);
	else
		parts.n = 0;
	for (unsigned int i = 0; r == 0 && i < parts.n; i++)
		r = prepare(rq, &parts.part[i]);
	if (r == 0) {
		linked = symlink(rq->target, path) == 0;
		r = linked ? tell_scanner(rq->scandir, "a", 1) : -errno;
	}
	if (r == 0)
		r = await(&parts, 's', rq->deadline);
	if (r < 0) {
		if (linked)
			(void)unlink(path);
		undo(&parts, linked);
	} else if (rq->down && !rq->keep_down) {
		/* Compat: the logger's stays. */
		(void)unlinkat(parts.part[0].dirfd, "down", 0);
	}
	close_parts(&parts);
	return r;
}

int link_only(const struct link_request *rq)
{
	char path[PATH_MAX];
	int r = join(path, rq->scandir, rq->name);

	(void)signal(SIGPIPE, SIG_IGN);
	if (r == 0 && symlink(rq->target, path) < 0 && errno != EEXIST)
		r = -errno;
	return r ? r : tell_scanner(rq->scandir, "a", 1);
}

/* Listens to the parts that are supervised, and watches for the end of their supervisors' locks. */
static int listen_to_parts(struct parts *parts, int inotify)
{
	char path[32];
	int r;

	for (unsigned int i = 0; i < parts->n; i++) {
		struct part *part = &parts->part[i];

		r = slot_is_supervised(part->path);
		if (r < 0)
			return r;
		if (r == 0)
			continue;
		(void)listen_to(part->dirfd, "event", &part->sub);
		part->lockfd = fdio_open(part->dirfd, "supervise/lock", O_RDONLY | O_NONBLOCK, 0);
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", part->lockfd);
		if (part->lockfd >= 0 && inotify_add_watch(inotify, path, IN_CLOSE_WRITE) < 0)
			fdio_close(&part->lockfd);
	}
	return 0;
}

/*
 * Compat: the last that a supervisor says is x, and its lock goes a moment later. Who makes something of the directory at once
 * (links it again, removes it) must not meet that lock. Where the lock cannot be watched x is all there is.
 */
static bool has_left(struct part *part)
{
	if (part->lockfd >= 0)
		return slot_lock_held(part->lockfd) <= 0;
	return !part->sub || hear(part, 'x');
}

static void await_leaving(struct parts *parts, int inotify, int64_t deadline)
{
	char buf[1024];
	struct pollfd fds[3];
	unsigned int n;
	int r = 0;

	while (r == 0) {
		n = 0;
		fds[n++] = (struct pollfd){ .fd = inotify, .events = POLLIN };
		for (unsigned int i = 0; i < parts->n; i++)
			if (!has_left(&parts->part[i]))
				fds[n++] = (struct pollfd){ .fd = parts->part[i].lockfd < 0 ? parts->part[i].sub->fd : -1,
					.events = POLLIN };
		if (n == 1)
			return;
		r = listen_wait(fds, n, deadline);
		while (fds[0].revents && read(inotify, buf, sizeof(buf)) > 0)
			;
	}
}

/* Removes the link. What is none stays in the scan directory, and nobody will leave it. */
static bool unlink_link(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT;
	if (!S_ISLNK(st.st_mode)) {
		msg_warn(0, "%s is not a symbolic link", path);
		return false;
	}
	if (unlink(path) == 0)
		return true;
	msg_warn(errno, "unable to unlink %s", path);
	return false;
}

int link_drop(const struct link_request *rq, bool wait)
{
	int r, inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	char path[PATH_MAX];
	struct parts parts;

	(void)signal(SIGPIPE, SIG_IGN);
	r = join(path, rq->scandir, rq->name);
	if (r < 0)
		return r;
	r = open_parts(&parts, path);
	if (r == 0 && wait)
		r = listen_to_parts(&parts, inotify);
	if (r == -ENOENT || !wait)
		r = 0;
	if (r == 0) {
		wait = unlink_link(path) && wait;
		(void)tell_scanner(rq->scandir, "an", 2);
		if (wait)
			await_leaving(&parts, inotify, rq->deadline);
	}
	close_parts(&parts);
	fdio_close(&inotify);
	return r;
}
