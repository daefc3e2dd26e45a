/*
 * A tree that s6 supervises. See s6tree.h. Waits by subscribing to event/, never by looking again
 * and again.
 */
#include "s6tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fdio.h"
#include "fifodir.h"
#include "msg.h"

/* Somebody holds the lock. -EACCES: that cannot be known. */
static int is_supervised(int dirfd)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int r, fd = fdio_open(dirfd, "supervise/lock", O_RDONLY | O_NONBLOCK, 0);

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	r = fcntl(fd, F_OFD_GETLK, &fl) < 0 ? -errno : fl.l_type != F_UNLCK;
	fdio_close(&fd);
	return r;
}

/* Fills s from the service directory. */
static void read_service(int dirfd, struct service *s)
{
	struct stat st;
	int r = is_supervised(dirfd);

	if (fstat(dirfd, &st) == 0)
		s->owner = st.st_uid;
	s->normally_up = svcdir_flag(dirfd, "down") != 1;
	s->supervised = r == 1;
	if (r == 1)
		r = svstatus_read(dirfd, &s->status);
	else if (r == 0)
		snprintf(s->note, sizeof s->note, "not supervised");
	if (r < 0) {
		s->supervised = false;
		snprintf(s->note, sizeof s->note, "its status cannot be read: %s", strerror(-r));
	}
}

/* 0 or -errno; -ENOENT also for what is no directory. */
static int add_service(struct client *c, const char *name, struct services *ret)
{
	struct service *s;
	int fd = fdio_open(c->dirfd, name, O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0)
		return fd == -ENOTDIR ? -ENOENT : fd;
	s = services_add(ret);
	if (s != NULL) {
		snprintf(s->name, sizeof s->name, "%s", name);
		read_service(fd, s);
	}
	fdio_close(&fd);
	return s != NULL ? 0 : -ENOMEM;
}

static int load_all(struct client *c, struct services *ret)
{
	int fd = fdio_open(c->dirfd, ".", O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	char log[sizeof e->d_name + 4];

	if (dir == NULL) {
		msg_error(errno, "the scan directory cannot be read");
		return EXIT_SYSTEM;
	}
	while ((e = readdir(dir)) != NULL) {
		if (!svcdir_name_ok(e->d_name) || add_service(c, e->d_name, ret) < 0)
			continue;
		snprintf(log, sizeof log, "%s/log", e->d_name);
		add_service(c, log, ret);
	}
	closedir(dir);
	return 0;
}

/* "web" or "web/log": nothing that leads out of the scan directory. */
static bool name_ok(const char *name)
{
	char base[SV_NAME_FULL + 1];
	size_t len = strlen(name);

	if (len >= sizeof base)
		return false;
	memcpy(base, name, len + 1);
	if (len > 4 && strcmp(base + len - 4, "/log") == 0)
		base[len - 4] = '\0';
	return svcdir_name_ok(base);
}

int s6tree_load(struct client *c, char *const *names, size_t n, struct services *ret)
{
	int r, code = 0;

	if (n == 0)
		return load_all(c, ret);
	for (size_t i = 0; i < n; i++) {
		r = name_ok(names[i]) ? add_service(c, names[i], ret) : -ENOENT;
		if (r == -ENOENT) {
			r = services_unknown(c, names[i]);
		} else if (r < 0) {
			msg_error(r, "service '%s' cannot be looked at", names[i]);
			r = EXIT_SYSTEM;
		}
		if (code == 0)
			code = r;
	}
	return code;
}

static bool is_reached(enum s6tree_goal goal, const struct svstatus *before, const struct svstatus *now)
{
	switch (goal) {
	case GOAL_UP:
		return svstatus_is_up(now);
	case GOAL_DOWN:
		return now->pid == 0;
	case GOAL_NEW_RUN:
		return svstatus_is_up(now) && (now->pid != before->pid || !svstatus_is_up(before));
	}
	return false;
}

/* Something is in the FIFO, or the time is over. 0, -ETIMEDOUT or -errno. */
static int await_event(const struct client *c, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char drop[256];
	int r;

	do
		r = poll(&p, 1, client_left(c));
	while (r < 0 && errno == EINTR);
	if (r <= 0)
		return r < 0 ? -errno : -ETIMEDOUT;
	return read(fd, drop, sizeof drop) < 0 && errno != EAGAIN && errno != EINTR ? -errno : 0;
}

static int await_goal(const struct client *c, int dirfd, int fd, enum s6tree_goal goal,
	const struct svstatus *before,
	struct svstatus *now)
{
	int r;

	while ((r = svstatus_read(dirfd, now)) == 0 && !is_reached(goal, before, now)) {
		r = await_event(c, fd);
		if (r < 0)
			return r;
	}
	return r;
}

static int write_letters(int dirfd, const char *letters)
{
	int r, fd = fdio_open(dirfd, "supervise/control", O_WRONLY | O_NONBLOCK, 0);

	if (fd < 0)
		return fd;
	r = fdio_write_all(fd, letters, strlen(letters));
	fdio_close(&fd);
	return r;
}

static int not_written(const char *name, int error)
{
	if (error == -ENXIO || error == -ENOENT) {
		msg_error(0, "nothing supervises '%s'", name);
		return EXIT_NOSUPER;
	}
	if (error == -EACCES || error == -EPERM) {
		msg_error(0, "refused: you may not write the control FIFO of '%s'", name);
		return 1;
	}
	msg_error(error, "'%s' cannot be controlled", name);
	return EXIT_SYSTEM;
}

static int tell(const struct client *c, const char *name, enum s6tree_goal goal, int r,
	const struct svstatus *now)
{
	if (r == -ETIMEDOUT) {
		msg_error(0, "%s: no answer within %d ms; what was asked for goes on", name,
			c->timeout_ms);
		return EXIT_TIMEOUT;
	}
	if (r < 0) {
		msg_error(r, "the status of '%s' cannot be followed", name);
		return EXIT_SYSTEM;
	}
	if (goal == GOAL_DOWN)
		printf("%s is down\n", name);
	else
		printf("%s is up (pid %d)\n", name, (int)now->pid);
	return 0;
}

/* Writes and waits; sub may be closed (its fd -1) where its owner lets nobody listen. */
static int change(struct client *c, int dirfd, const char *name, const char *letters, enum s6tree_goal goal,
	int subfd)
{
	struct svstatus before = { .pid = 0 }, now;
	int r;

	(void)svstatus_read(dirfd, &before);
	if (goal == GOAL_UP && svstatus_is_up(&before) && before.want_up) {
		printf("%s is up already (pid %d)\n", name, (int)before.pid);
		return 0;
	}
	/* A run that has just been started must not get the signal that ends the old one. */
	r = write_letters(dirfd, goal == GOAL_NEW_RUN && !svstatus_is_up(&before) ? "u" : letters);
	if (r < 0)
		return not_written(name, r);
	if (subfd < 0) {
		printf("%s was told; you may not wait for what comes of it\n", name);
		return 0;
	}
	r = await_goal(c, dirfd, subfd, goal, &before, &now);
	return tell(c, name, goal, r, &now);
}

int s6tree_change(struct client *c, const char *name, const char *letters, enum s6tree_goal goal)
{
	struct fifodir_sub sub = FIFODIR_SUB_INIT;
	char shown[2 * SV_NAME_FULL];
	int r, fd = name_ok(name) ? fdio_open(c->dirfd, name, O_RDONLY | O_DIRECTORY, 0) : -ENOENT;

	if (fd == -ENOENT || fd == -ENOTDIR)
		return services_unknown(c, name);
	msg_escape(shown, sizeof shown, name, strlen(name));
	if (fd < 0)
		return not_written(shown, fd);
	(void)fifodir_subscribe(fd, "event", &sub);
	r = change(c, fd, shown, letters, goal, sub.fd);
	fifodir_unsubscribe(&sub);
	fdio_close(&fd);
	return r;
}
