/*
 * The scan directory: walking it, its control letters. A slot is known by the (dev, ino) of
 * its directory and not by its name. Nothing is created here; scandir_open.c makes .s6-svscan.
 */
#include "scandir.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "boot.h"
#include "config.h"
#include "fdio.h"
#include "msg.h"
#include "reaper.h"
#include "rights.h"
#include "scandir_int.h"
#include "service.h"
#include "slowdir.h"
#include "svcdir.h"
#include "sys.h"
#include "tai.h"

#define SAID_PER_SECOND 20 /* lines about letters that are not obeyed, and entries that are no services */
#define SCAN_BYTES 64     /* letters read from the control FIFO in one turn */
#define NAMED_MAX 16      /* entries that there is no room for, in the messages of one scan */
#define RETRY_MS 3000     /* a scan that failed in part is made again after that */
#define FDS_PER_SLOT 3    /* control, lock, directory */
#define FDS_AT_MOST 7     /* and a log pipe, the pipe of its readiness, that of its exec */
#define FDS_RESERVED 64   /* for ourselves, clients and programs being started */
#define REMOTE "it is on a file system that may stop answering"
#define FDS_CHANGED 16    /* one slot in so many may have got a notification-fd since it was looked at */

/* (dev, ino) -> record, for one scan. Open addressing; without memory every look-up walks the records. */
struct seen_table {
	uint32_t *slot; /* index + 1, 0: empty */
	uint32_t mask;
};

static uint32_t seen_hash(dev_t dev, ino_t ino)
{
	uint64_t h = ((uint64_t)ino * UINT64_C(0x9e3779b97f4a7c15)) ^ (uint64_t)dev;

	return (uint32_t)(h >> 32);
}

static void seen_init(struct seen_table *t, struct supervisor *sv)
{
	uint32_t size = 16;

	while (size < 2 * pool_used(sv->pool))
		size *= 2;
	t->mask = size - 1;
	t->slot = sys.calloc(size, sizeof(*t->slot));
	for (struct service *s = service_next(sv, NULL); t->slot && s; s = service_next(sv, s)) {
		uint32_t i = seen_hash(s->id->dev, s->id->ino) & t->mask;

		while (t->slot[i])
			i = (i + 1) & t->mask;
		t->slot[i] = s->idx + 1;
	}
}

/* A service that this scan has taken: a second name for its directory must find it. */
static void seen_add(struct seen_table *t, struct supervisor *sv, const struct service *s)
{
	uint32_t i = seen_hash(s->id->dev, s->id->ino) & t->mask;

	if (!t->slot)
		return;
	if (2 * pool_used(sv->pool) > t->mask) {
		free(t->slot);
		seen_init(t, sv);
		return;
	}
	while (t->slot[i])
		i = (i + 1) & t->mask;
	t->slot[i] = s->idx + 1;
}

static bool is_that(const struct service *s, const struct stat *st)
{
	return s && !s->d->vanished && s->id->ino == st->st_ino && s->id->dev == st->st_dev;
}

static struct service *seen_find(const struct seen_table *t, struct supervisor *sv, const struct stat *st)
{
	struct service *s;

	if (!t->slot) {
		for (s = service_next(sv, NULL); s && !is_that(s, st); s = service_next(sv, s))
			;
		return s;
	}
	for (uint32_t i = seen_hash(st->st_dev, st->st_ino) & t->mask; t->slot[i]; i = (i + 1) & t->mask) {
		s = sv->services[t->slot[i] - 1];
		if (is_that(s, st))
			return s;
	}
	return NULL;
}

/* Everything one walk carries about. */
struct scan {
	struct supervisor *sv;
	struct seen_table table;
	struct timespec began; /* UTC */
	struct slowdir slow;
	bool again; /* something failed that may work later */
	uint32_t refused; /* too many */
};

/* Whoever can write a FIFO, or put names into the directory, must not be able to fill the log. */
static bool may_say(struct supervisor *sv)
{
	int64_t now = mono_ns();

	if (now - sv->said_ns >= INT64_C(1000000000)) {
		sv->said_ns = now;
		sv->said = 0;
	}
	return sv->said++ < SAID_PER_SECOND;
}

static const char *quoted(const char *name)
{
	static char buf[4 * NAME_MAX + 1];

	return msg_escape(buf, sizeof(buf), name, strlen(name));
}

/* What a slot may have open at most while it is being started, but for its log pipe. */
static uint8_t fds_of(const struct supervisor *sv, int dirfd, uid_t owner)
{
	bool readiness = svcdir_flag(dirfd, "notification-fd") != 0;
	bool forked = (sv->config->run_as == RUN_AS_OWNER && geteuid() == 0 && owner != 0) || svcdir_flag(dirfd, "lock-fd") != 0;

	return (uint8_t)(FDS_PER_SLOT + readiness + forked);
}

/*
 * A slot is refused before descriptors are short, so that what is supervised can always be started again, all of it at once.
 * The directories are only looked at where a count of the most that could be does not do.
 */
static bool room_for_fds(struct supervisor *sv, int dirfd, uid_t owner)
{
	uint64_t slots = (uint64_t)pool_used(sv->pool) + 1;
	uint64_t need = FDS_RESERVED + slots / FDS_CHANGED;

	if (slots * FDS_AT_MOST + need <= sv->fd_limit)
		return true;
	need += fds_of(sv, dirfd, owner) + 2; /* it may have a logger */
	for (struct service *s = service_next(sv, NULL); s; s = service_next(sv, s)) {
		if (!s->fds)
			s->fds = fds_of(sv, s->d->dirfd, s->id->uid);
		need += s->fds + (s->d->pipe_w >= 0 ? 2u : 0u);
	}
	return need <= sv->fd_limit;
}

/* Of a tree that is far too large some are named and the others counted: the log is read by somebody. */
static void too_many(struct scan *sc, const char *name)
{
	if (sc->refused++ < NAMED_MAX && may_say(sc->sv))
		msg_warn(0, "unable to start supervisor for %s: too many services", quoted(name));
}

static struct service *take(struct scan *sc, const char *name, int fd, const struct stat *st)
{
	struct service *s;
	int err;

	if (!room_for_fds(sc->sv, fd, st->st_uid)) {
		too_many(sc, name);
		fdio_close(&fd);
		return NULL;
	}
	s = service_take(sc->sv, name, fd, st, &err);
	if (err == -ENOSPC)
		too_many(sc, name);
	else if (!s)
		msg_warn(err, "unable to start supervisor for %s", quoted(name));
	if (!s) {
		sc->again = sc->again || err != -ENOSPC;
		return NULL;
	}
	s->fresh = true;
	seen_add(&sc->table, sc->sv, s);
	return s;
}

/* Opens a directory entry that is to be a slot; *ret is the stat of what was opened. */
static int open_slot(struct scan *sc, int dirfd, const char *name, bool is_link, struct stat *ret)
{
	int fd;

	if (sc->slow.any)
		fd = slowdir_open(&sc->slow, dirfd, name, &is_link);
	else
		fd = fdio_open(dirfd, name, O_PATH | O_DIRECTORY | (is_link ? 0 : O_NOFOLLOW), 0);
	if (fd >= 0 && sys.fstat(fd, ret) < 0) {
		int r = -errno;

		fdio_close(&fd);
		return r;
	}
	return fd;
}

/*
 * What was looked for in a directory need not be looked for again while its time is the same; that counts if it was old
 * enough to change with whatever came next.
 */
static void compare(const struct scan *sc, struct service *s, const struct stat *st)
{
	s->unchanged = st->st_mtim.tv_sec == s->looked.tv_sec && st->st_mtim.tv_nsec == s->looked.tv_nsec;
	s->looked = sc->began.tv_sec - st->st_mtim.tv_sec > 1 ? st->st_mtim : (struct timespec){ 0 };
}

/*
 * The stat of an entry, of what it leads to if it is a link and is to be followed. 0 or -errno: -EREMOTE is not to be
 * touched.
 */
static int look(struct scan *sc, int dirfd, const char *name, bool follow, struct stat *ret, bool *ret_link)
{
	int r, fd;

	if (sc->slow.any) {
		fd = slowdir_open(&sc->slow, dirfd, name, ret_link);
		r = fd < 0 ? fd : sys.fstat(fd, ret) < 0 ? -errno : 0;
		fdio_close(&fd);
		return r;
	}
	if (sys.fstatat(dirfd, name, ret, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	*ret_link = S_ISLNK(ret->st_mode);
	return *ret_link && follow && sys.fstatat(dirfd, name, ret, 0) < 0 ? -errno : 0;
}

static void see(const struct scan *sc, struct service *s, const char *name, const struct stat *st)
{
	if (s->seen)
		return; /* two names for one directory: the first one met stays */
	s->seen = true;
	compare(sc, s, st);
	if (strcmp(s->id->name, name) != 0)
		snprintf(s->id->name, sizeof(s->id->name), "%s", name);
}

/* The pipe outlives both halves: it is made once, when the pair is first seen. */
static bool join(struct scan *sc, struct service *producer, struct service *logger)
{
	int fds[2];

	if (producer->d->partner != POOL_NONE)
		return true;
	if (sys.pipe2(fds, O_CLOEXEC) < 0) {
		msg_warn(errno, "unable to make the log pipe for %s", quoted(producer->id->name));
		sc->again = true;
		return false;
	}
	fdio_close(&logger->d->pipe_r);
	producer->d->pipe_r = fds[0];
	producer->d->pipe_w = fds[1];
	producer->d->partner = logger->idx;
	logger->d->partner = producer->idx;
	pool_commit(sc->sv->pool, producer->idx);
	pool_commit(sc->sv->pool, logger->idx);
	return true;
}

/* What cannot be looked at now is not gone: whatever runs under that name stays as it is. */
static void keep_name(struct supervisor *sv, const char *name)
{
	size_t len = strlen(name);

	for (struct service *s = service_next(sv, NULL); s; s = service_next(sv, s))
		if (strncmp(s->id->name, name, len) == 0 && (s->id->name[len] == '\0' || s->id->name[len] == '/') &&
			s->d->active)
			s->seen = true;
}

static void scan_log(struct scan *sc, struct service *producer)
{
	char name[SV_NAME_FULL + 1];
	struct stat st, parent;
	struct service *logger;
	const char *why;
	bool is_link = false, shared = sc->sv->scandir_shared;
	int fd, err;

	if (producer->unchanged && producer->d->partner == POOL_NONE && !producer->odd_log)
		return; /* there was none */
	err = look(sc, producer->d->dirfd, "log", !shared, &st, &is_link);
	producer->odd_log = err != -ENOENT || is_link; /* a link's target may come without a change here */
	if (err == -EREMOTE)
		service_note(producer, "refused its logger: " REMOTE);
	if (err < 0 && err != -ENOENT)
		keep_name(sc->sv, producer->id->name);
	if (err < 0 || !S_ISDIR(st.st_mode) || (is_link && shared))
		return;
	if (snprintf(name, sizeof(name), "%s/log", producer->id->name) >= (int)sizeof(name))
		return;
	logger = seen_find(&sc->table, sc->sv, &st);
	if (logger) {
		see(sc, logger, name, &st);
		if (logger->d->partner == POOL_NONE)
			(void)join(sc, producer, logger);
		return;
	}
	fd = open_slot(sc, producer->d->dirfd, "log", is_link, &st);
	if (fd < 0) {
		msg_warn(fd, "unable to open %s", quoted(name));
		sc->again = true;
		return;
	}
	why = sys.fstat(producer->d->dirfd, &parent) < 0 ? strerror(errno) : rights_to_log(&parent, &st);
	if (why) {
		service_note(producer, "refused its logger: %s", why);
		fdio_close(&fd);
		return;
	}
	logger = take(sc, name, fd, &st);
	if (!logger)
		return;
	logger->seen = true;
	if (!join(sc, producer, logger))
		service_free(logger); /* its entry in the table finds no record from now on */
}

static void scan_new(struct scan *sc, const char *name, bool is_link)
{
	struct service *s;
	struct stat st;
	const char *why;
	int fd = open_slot(sc, sc->sv->head->scandirfd, name, is_link, &st);

	if (fd < 0) {
		if (fd != -ENOTDIR) {
			if (may_say(sc->sv))
				msg_warn(fd, "unable to open %s", quoted(name));
			sc->again = sc->again || fd != -ENOENT;
		}
		return;
	}
	why = rights_to_follow(sc->sv, &st, is_link);
	if (why) {
		if (may_say(sc->sv))
			msg_warn(0, "%s: refused: %s", quoted(name), why);
		fdio_close(&fd);
		return;
	}
	s = take(sc, name, fd, &st);
	if (!s)
		return;
	s->id->follow = is_link;
	s->seen = true;
	scan_log(sc, s);
}

static void unable_to_stat(struct scan *sc, const char *name, int err)
{
	if (err == -EREMOTE) {
		if (may_say(sc->sv))
			msg_warn(0, "%s: refused: " REMOTE, quoted(name));
		keep_name(sc->sv, name);
		return;
	}
	if (may_say(sc->sv))
		msg_warn(err, "unable to stat %s", quoted(name));
	if (err == -ENOENT || err == -ELOOP || err == -ENOTDIR)
		return; /* a link that leads nowhere: what it led to is gone for the scan, as in s6 */
	keep_name(sc->sv, name);
	sc->again = true;
}

static void scan_entry(struct scan *sc, const char *name)
{
	int dirfd = sc->sv->head->scandirfd;
	struct service *s;
	struct stat st;
	bool is_link = false;
	int err = look(sc, dirfd, name, true, &st, &is_link);

	if (err < 0) {
		if (err != -ENOENT || is_link)
			unable_to_stat(sc, name, err);
		return;
	}
	if (!S_ISDIR(st.st_mode))
		return;
	if (strlen(name) > sc->sv->name_max) {
		if (may_say(sc->sv))
			msg_warn(0, "name too long - not spawning service: %s", quoted(name));
		return;
	}
	s = seen_find(&sc->table, sc->sv, &st);
	if (!s) {
		scandir_watch(sc->sv); /* before it is opened: its removal must not come in between */
		scan_new(sc, name, is_link);
		return;
	}
	see(sc, s, name, &st);
	scan_log(sc, s);
}

/* Where the file system says what an entry is, what can be no service costs no look. */
static bool may_be_slot(const struct dirent *e)
{
	return e->d_name[0] != '.' && (e->d_type == DT_DIR || e->d_type == DT_LNK || e->d_type == DT_UNKNOWN);
}

/* False: the directory could not be read to its end, so what was not met may be there all the same. */
static bool scan_walk(struct scan *sc)
{
	int fd = fdio_open(sc->sv->head->scandirfd, ".", O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!dir) {
		msg_warn(fd < 0 ? fd : errno, "unable to read the scan directory %s", sc->sv->scandir);
		fdio_close(&fd);
		return false;
	}
	errno = 0;
	while ((e = readdir(dir)) != NULL) {
		if (may_be_slot(e))
			scan_entry(sc, e->d_name);
		errno = 0;
	}
	if (errno)
		msg_warn(errno, "unable to read the scan directory %s", sc->sv->scandir);
	fd = errno;
	closedir(dir);
	return fd == 0;
}

static bool is_deleted(const struct service *s)
{
	struct stat st;

	return sys.fstat(s->d->dirfd, &st) == 0 && st.st_nlink == 0;
}

/* Records by index, since one may be freed while another is looked at. */
static void mark_unseen(struct supervisor *sv)
{
	for (uint32_t i = 0; i < sv->services_max; i++) {
		struct service *s = sv->services[i];

		if (!s)
			continue;
		s->d->active = s->seen && !s->d->vanished;
		if (!s->seen && is_deleted(s))
			service_vanish(s);
	}
}

static bool any_vanished(struct supervisor *sv)
{
	struct service *s = service_next(sv, NULL);

	while (s && !s->d->vanished)
		s = service_next(sv, s);
	return s != NULL;
}

static void find_predecessor(struct supervisor *sv, struct service *s)
{
	for (struct service *o = service_next(sv, NULL); o; o = service_next(sv, o))
		if (o != s && o->d->vanished && strcmp(o->id->name, s->id->name) == 0)
			s->d->successor_of = o->idx;
}

/*
 * Loggers first, as s6 does, so that a producer's first line finds its reader. Before the others are looked
 * after: a client that cannot wait asks for the new one at once.
 */
static void begin_fresh(struct supervisor *sv, bool loggers)
{
	bool look_back = any_vanished(sv);

	for (uint32_t i = 0; i < sv->services_max; i++) {
		struct service *s = sv->services[i];

		if (!s || !s->fresh || s->id->is_log != loggers)
			continue;
		if (look_back)
			find_predecessor(sv, s);
		service_begin(s);
	}
}

static void look_after(struct supervisor *sv)
{
	for (uint32_t i = 0; i < sv->services_max; i++) {
		struct service *s = sv->services[i];

		if (!s || !s->d->active)
			continue;
		if (!s->fresh && s->d->begun)
			service_mend(s);
		else if (!s->fresh && s->d->begin_fails)
			service_begin(s);
		s->fresh = false;
	}
}

void scandir_on_timer(uv_timer_t *t)
{
	scandir_scan(t->data);
}

void scandir_scan(struct supervisor *sv)
{
	struct scan sc = { .sv = sv, .began = tai_now() };
	bool whole;

	if (sv->head->leaving || sv->head->scandirfd < 0 || (sv->boot && boot_stopping(sv)))
		return;
	for (struct service *s = service_next(sv, NULL); s; s = service_next(sv, s))
		s->seen = false;
	seen_init(&sc.table, sv);
	if (!sv->config->slow_directories)
		slowdir_load(&sc.slow, sv->head->scandirfd);
	whole = scan_walk(&sc);
	free(sc.table.slot);
	slowdir_free(&sc.slow);
	if (sc.refused > NAMED_MAX && may_say(sv))
		msg_warn(0, "unable to start supervisor for %u more: too many services", sc.refused - NAMED_MAX);
	if (whole)
		mark_unseen(sv);
	begin_fresh(sv, true);
	begin_fresh(sv, false);
	look_after(sv);
	if ((!whole || sc.again) && (!sv->rescan_ms || sv->rescan_ms > RETRY_MS))
		uv_timer_start(&sv->rescan_timer, scandir_on_timer, RETRY_MS, sv->rescan_ms);
}

void scandir_command(struct supervisor *sv, char letter)
{
	switch (letter) {
	case 'z':
		reaper_sweep(sv);
		break;
	case 'a':
		scandir_scan(sv);
		break;
	case 'h':
		scandir_scan(sv);
		scandir_prune(sv, false);
		break;
	case 'n':
	case 'N':
		scandir_prune(sv, letter == 'N');
		break;
	case 't':
	case 'i':
	case 'q':
	case 'b':
		scandir_leave(sv, letter == 'i' ? 't' : letter);
		break;
	default:
		if (may_say(sv))
			msg_warn(0, "received unknown control command: %s", quoted((char[]){ letter, '\0' }));
	}
}

/*
 * A FIFO has no sender: what it may ask for follows from who can write it. Of one that others than
 * root and us can write nobody takes the end of the tree.
 */
static void command_from_fifo(struct supervisor *sv, char letter)
{
	if (!sv->scandir_shared || !strchr("tqib", letter))
		scandir_command(sv, letter);
	else if (may_say(sv))
		msg_warn(0, "refused control command %c: others can write this FIFO; it goes through the socket", letter);
}

/* "na" prunes by what the new scan found, as in s6: scans come first, and one does for all. */
static void take_letters(struct supervisor *sv, const char *buf, size_t n, void (*command)(struct supervisor *, char))
{
	bool scanned = false;

	for (size_t i = 0; i < n; i++) {
		if (buf[i] != 'a' && buf[i] != 'h')
			continue;
		if (!scanned)
			scandir_scan(sv);
		scanned = true;
		if (buf[i] == 'h')
			scandir_prune(sv, false);
	}
	for (size_t i = 0; i < n; i++)
		if (buf[i] != 'a' && buf[i] != 'h')
			command(sv, buf[i]);
}

void scandir_commands(struct supervisor *sv, const char *letters, size_t n)
{
	take_letters(sv, letters, n, scandir_command);
}

void scandir_drain_control(struct supervisor *sv)
{
	char buf[SCAN_BYTES];
	ssize_t n = sys.read(sv->head->scanctlfd, buf, sizeof(buf));

	if (n > 0)
		take_letters(sv, buf, (size_t)n, command_from_fifo);
}

void scandir_on_control(void *data)
{
	scandir_drain_control(data);
}

/* A directory that was removed is noticed by its inode; one that was moved away stays supervised, as in s6. */
static void check_name(struct supervisor *sv, const char *name)
{
	size_t len = strlen(name);

	for (uint32_t i = 0; i < sv->services_max; i++) {
		struct service *s = sv->services[i];

		if (s && strncmp(s->id->name, name, len) == 0 && (s->id->name[len] == '\0' || s->id->name[len] == '/') &&
			is_deleted(s))
			service_vanish(s);
	}
}

void scandir_on_watch(void *data)
{
	struct supervisor *sv = data;
	char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n = sys.read(sv->head->inotifyfd, buf, sizeof(buf));

	for (char *at = buf; n > 0 && at < buf + n;) {
		const struct inotify_event *e = (const struct inotify_event *)at;

		if (e->mask & IN_Q_OVERFLOW)
			check_name(sv, "");
		else if (e->len > 0)
			check_name(sv, e->name);
		at += sizeof(*e) + e->len;
	}
}
