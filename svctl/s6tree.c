/*
 * A tree that s6 supervises. See s6tree.h. Waits by subscribing to event/, never by looking again
 * and again.
 */
#include "s6tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <signal.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fdio.h"
#include "fifodir.h"
#include "msg.h"

/* Somebody holds the lock. */
int s6tree_is_supervised(int dirfd)
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
	int r = s6tree_is_supervised(dirfd);

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
		s->hidden = true;
		snprintf(s->note, sizeof s->note, "its status cannot be read: %s", strerror(-r));
	}
}

static int open_dir(const struct client *c, const char *name)
{
	int fd = fdio_open(c->dirfd, name, O_RDONLY | O_DIRECTORY, 0);

	return fd == -ENOTDIR ? -ENOENT : fd;
}

/* 0 or -errno; -ENOENT also for what is no directory. */
static int add_service(struct client *c, const char *name, struct services *ret)
{
	struct service *s;
	int fd = open_dir(c, name);

	if (fd < 0)
		return fd;
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

int s6tree_open(const struct client *c, const char *name)
{
	return name_ok(name) ? open_dir(c, name) : -ENOENT;
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

/* The status moves on when its stamp does: a run that came and went leaves only that. */
static bool is_moved(const struct svstatus *before, const struct svstatus *now)
{
	return now->stamp.tv_sec != before->stamp.tv_sec || now->stamp.tv_nsec != before->stamp.tv_nsec;
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
	case GOAL_ONCE:
		return svstatus_is_up(now) || is_moved(before, now);
	case GOAL_TOLD:
		break;
	}
	return true;
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

int s6tree_write(int dirfd, const char *fifo, const char *letters)
{
	int r, fd = fdio_open(dirfd, fifo, O_WRONLY | O_NONBLOCK, 0);

	if (fd < 0)
		return fd;
	r = fdio_write_all(fd, letters, strlen(letters));
	fdio_close(&fd);
	return r;
}

static int not_written(const char *name, int error, char *sentence, size_t cap)
{
	if (error == -ENXIO || error == -ENOENT) {
		snprintf(sentence, cap, "nothing supervises '%s'", name);
		return EXIT_NOSUPER;
	}
	if (error == -EACCES || error == -EPERM) {
		snprintf(sentence, cap, "refused: you may not write the control FIFO of '%s'", name);
		return 1;
	}
	snprintf(sentence, cap, "'%s' cannot be controlled: %s", name, strerror(-error));
	return EXIT_SYSTEM;
}

/* The sentence for a goal that was reached. */
static void reached(enum s6tree_goal goal, const char *name, const struct svstatus *now, char *sentence, size_t cap)
{
	if (goal == GOAL_DOWN)
		snprintf(sentence, cap, "%s is down", name);
	else if (goal == GOAL_ONCE && !svstatus_is_up(now))
		snprintf(sentence, cap, "%s was started once and has ended", name);
	else if (goal == GOAL_ONCE)
		snprintf(sentence, cap, "%s was started once (pid %d)", name, (int)now->pid);
	else
		snprintf(sentence, cap, "%s is up (pid %d)", name, (int)now->pid);
}

static int tell(const struct client *c, const char *name, enum s6tree_goal goal, int r,
	const struct svstatus *now, char *sentence, size_t cap)
{
	if (r == -ETIMEDOUT) {
		snprintf(sentence, cap, "%s: no answer within %d ms; what was asked for goes on", name,
			c->timeout_ms);
		return EXIT_TIMEOUT;
	}
	if (r < 0) {
		snprintf(sentence, cap, "the status of '%s' cannot be followed: %s", name, strerror(-r));
		return EXIT_SYSTEM;
	}
	reached(goal, name, now, sentence, cap);
	return 0;
}

char s6tree_letter_of(int sig)
{
	static const struct { int sig; char letter; } letters[] = {
		{ SIGALRM, 'a' }, { SIGABRT, 'b' }, { SIGQUIT, 'q' }, { SIGHUP, 'h' }, { SIGKILL, 'k' },
		{ SIGTERM, 't' }, { SIGINT, 'i' }, { SIGUSR1, '1' }, { SIGUSR2, '2' }, { SIGSTOP, 'p' },
		{ SIGCONT, 'c' }, { SIGWINCH, 'y' },
	};

	for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
		if (letters[i].sig == sig)
			return letters[i].letter;
	return '\0';
}

/* Compat: older s6 knows no letter for the reload signal, so the letter of the signal itself is sent. */
static const char *reload_letters(int dirfd)
{
	static char letters[2];
	int sig = SIGHUP;

	(void)svcdir_signal(dirfd, "reload-signal", &sig);
	letters[0] = s6tree_letter_of(sig);
	return letters;
}

/* What need not be done, or cannot: true, with the sentence and *code. */
static bool is_settled(const struct s6tree_order *o, const char *name, const struct svstatus *st, int *code,
	char *sentence, size_t cap)
{
	bool up = svstatus_is_up(st);

	*code = 0;
	if (o->goal == GOAL_UP && up && st->want_up) {
		snprintf(sentence, cap, "%s is up already (pid %d)", name, (int)st->pid);
		return true;
	}
	if (o->goal == GOAL_ONCE && up) {
		snprintf(sentence, cap, "%s is up already (pid %d) and is not started again", name, (int)st->pid);
		return false;
	}
	if (o->goal != GOAL_TOLD || up)
		return false;
	snprintf(sentence, cap, "%s is not up", name);
	*code = 1;
	return true;
}

/* %s in place of the name. */
static void told(const struct s6tree_order *o, const char *name, char *sentence, size_t cap)
{
	const char *at = strstr(o->told, "%s");

	snprintf(sentence, cap, "%.*s%s%s", (int)(at - o->told), o->told, name, at + 2);
}

/* Writes and waits; sub may be closed (its fd -1) where its owner lets nobody listen. */
static int change(struct client *c, int dirfd, const char *name, const struct s6tree_order *o, int subfd,
	char *sentence, size_t cap)
{
	struct svstatus before = { .pid = 0 }, now;
	const char *letters = o->letters != NULL ? o->letters : reload_letters(dirfd);
	int r, code;

	(void)svstatus_read(dirfd, &before);
	sentence[0] = '\0';
	if (is_settled(o, name, &before, &code, sentence, cap))
		return code;
	if (letters[0] == '\0') {
		snprintf(sentence, cap, "s6 has no command to send that signal to '%s'", name);
		return 1;
	}
	/* A run that has just been started must not get the signal that ends the old one. */
	r = s6tree_write(dirfd, "supervise/control",
		o->goal == GOAL_NEW_RUN && !svstatus_is_up(&before) ? "u" : letters);
	if (r < 0)
		return not_written(name, r, sentence, cap);
	if (o->goal == GOAL_TOLD)
		told(o, name, sentence, cap);
	else if (subfd < 0)
		snprintf(sentence, cap, "%s was told; you may not wait for what comes of it", name);
	if (sentence[0] != '\0')
		return 0;
	r = await_goal(c, dirfd, subfd, o->goal, &before, &now);
	return tell(c, name, o->goal, r, &now, sentence, cap);
}

int s6tree_change(struct client *c, const char *name, const struct s6tree_order *order, char *sentence, size_t cap)
{
	struct fifodir_sub sub = FIFODIR_SUB_INIT;
	int r, fd = s6tree_open(c, name);

	if (fd == -ENOENT)
		return 2;
	if (fd < 0)
		return not_written(name, fd, sentence, cap);
	if (order->goal != GOAL_TOLD)
		(void)fifodir_subscribe(fd, "event", &sub);
	r = change(c, fd, name, order, sub.fd, sentence, cap);
	fifodir_unsubscribe(&sub);
	fdio_close(&fd);
	return r;
}
