/*
 * The reading half of the boot pass: looks at the home as the application user, in a child, and writes
 * what is to be done as lines. Everything in the home is untrusted: no link below it is followed but
 * that of a profile directory itself, and only regular files of bounded size are read.
 */
#include "reconcile.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>

#include "below.h"
#include "command.h"
#include "fdio.h"
#include "msg.h"
#include "plan.h"
#include "sys.h"
#include "volume.h"
#include "words.h"

#define CANDIDATES_MAX PLAN_MAX /* directories that may become profiles and are watched for that */
#define NAMES_MAX 65536 /* entries of the profiles directory that are looked at */
#define STAMP_KEY "updated_at" /* of the state file: when the wish in it was made, in seconds */
#define LEGACY_MARK "legacy-container-cmd"

/* One pass. */
struct pass {
	const struct reconcile_input *in;
	const struct config *c;
	int homefd, out_fd;
	bool multiplex, dry_run;
	struct volume_word word;
	size_t n;    /* ops written */
	size_t candidates;
	int err;     /* the first failure to write them */
	char *buf;   /* STATE_FILE_MAX + 1 */
};

/* The names in a directory. */
struct names {
	char **name;
	size_t n, cap;
	bool more; /* than NAMES_MAX */
};

static void emit(struct pass *p, struct plan_op *op)
{
	char line[PLAN_LINE_MAX + 1], why[sizeof(op->why)];

	if (p->err || p->n >= PLAN_MAX)
		return;
	memcpy(why, op->why, sizeof(why));
	msg_escape(op->why, sizeof(op->why), why, strlen(why));
	p->err = fdio_write_all(p->out_fd, line, plan_line(op, line));
	p->n++;
}

/* A warning about the profiles directory as a whole. */
static void emit_warning(struct pass *p, const char *why)
{
	struct plan_op op;
	char path[CONFIG_LINE_MAX + 2];

	memset(&op, 0, sizeof(op));
	op.action = PLAN_SKIPPED;
	snprintf(path, sizeof(path), "%s/", p->c->profiles_dir);
	msg_escape(op.profile, sizeof(op.profile), path, strlen(path));
	snprintf(op.why, sizeof(op.why), "%s", why);
	emit(p, &op);
}

/* Parses the n bytes read, n being also a negative errno. NULL and a word in why if there is no object. */
static struct state_doc *parse_file(const char *text, ssize_t n, const char **why)
{
	if (n >= 0 && n <= (ssize_t)STATE_FILE_MAX)
		return state_parse(text, (size_t)n, why);
	if (n > 0)
		*why = "is longer than 1 MiB";
	else if (n == -ELOOP)
		*why = "is a symbolic link";
	else if (n == -EINVAL || n == -EISDIR)
		*why = "is no regular file";
	else
		*why = NULL;
	return NULL;
}

static void facts_of(const struct pass *p, const struct state_doc *doc, struct profile_facts *f)
{
	f->file = STATE_READ;
	state_get(doc, p->c->desired_key, &f->desired);
	state_get(doc, p->c->runtime_key, &f->runtime);
	f->has_stamp = state_get_integer(doc, STAMP_KEY, &f->stamp);
}

/* The state file of a profile. Returns its document, which the facts point into, or NULL. */
static struct state_doc *read_state(struct pass *p, int dirfd, struct profile_facts *f)
{
	ssize_t n = fdio_read_file(dirfd, p->c->state_file, p->buf, STATE_FILE_MAX + 1);
	const char *why = NULL;
	struct state_doc *doc;

	f->file = STATE_ABSENT;
	if (n == -ENOENT)
		return NULL;
	doc = parse_file(p->buf, n, &why);
	if (doc) {
		facts_of(p, doc, f);
		return doc;
	}
	f->file = STATE_UNUSABLE;
	if (why)
		snprintf(f->file_why, sizeof(f->file_why), "%s", why);
	else
		snprintf(f->file_why, sizeof(f->file_why), "cannot be read: %s", strerror((int)-n));
	return NULL;
}

/* How the profile's last life ended. What cannot be read is not known. */
static struct state_doc *read_lifecycle(struct pass *p, int dirfd, struct profile_facts *f)
{
	struct state_doc *doc;
	const char *leaf, *why;
	ssize_t n;
	int fd = below_open_parent(dirfd, p->c->lifecycle_file, false, &leaf);

	if (fd < 0)
		return NULL;
	n = fdio_read_file(fd, leaf, p->buf, STATE_FILE_MAX + 1);
	fdio_close(&fd);
	doc = parse_file(p->buf, n, &why);
	if (doc)
		state_get(doc, p->c->lifecycle_key, &f->phase);
	return doc;
}

/* The supervisor's own record. What cannot be read as one is none. */
static struct state_doc *read_intent(struct pass *p, int dirfd, struct profile_facts *f)
{
	struct state_doc *doc;
	const char *why;

	if (!*p->c->intent_file)
		return NULL;
	doc = parse_file(p->buf, fdio_read_file(dirfd, p->c->intent_file, p->buf, STATE_FILE_MAX + 1), &why);
	if (doc)
		intent_of(doc, &f->intent);
	return doc;
}

static void delete_stale(const struct pass *p, int dirfd, const char *profile)
{
	const char *at = p->c->stale_files;
	struct word w;
	char name[256];

	while (!p->dry_run && words_next(&at, WORDS_LIST, &w)) {
		snprintf(name, sizeof(name), "%.*s", (int)w.len, w.text);
		if (sys.unlinkat(dirfd, name, 0) < 0 && errno != ENOENT)
			msg_warn(errno, "profile '%s': unable to delete stale '%s'", profile, name);
	}
}

/* Decides on one profile, whose directory is dirfd; seed is the state it was just given, or NULL. */
static void decide(struct pass *p, int dirfd, struct profile_facts *f, struct state_doc *seed)
{
	struct state_doc *state = seed, *life = NULL, *intent = NULL;
	struct plan_op op;

	if (seed)
		facts_of(p, seed, f);
	else if (!f->lookup_err)
		state = read_state(p, dirfd, f);
	if (!f->lookup_err)
		life = read_lifecycle(p, dirfd, f);
	if (!f->lookup_err)
		intent = read_intent(p, dirfd, f);
	op = plan_profile(p->c, f);
	if (op.action != PLAN_SKIPPED)
		delete_stale(p, dirfd, op.profile);
	emit(p, &op);
	state_destroy(state);
	state_destroy(life);
	state_destroy(intent);
}

/* What the root profile's state file is to begin with where it has none; false: nothing. */
static bool seed_wanted(const struct pass *p, struct state_seed *seed, char *word, size_t cap)
{
	struct stat st;

	plan_running_word(p->c, word, cap);
	if (!*word || sys.fstatat(p->homefd, p->c->state_file, &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT)
		return false;
	seed->runtime_key = p->c->runtime_key;
	seed->desired_key = p->c->desired_key;
	seed->word = word;
	seed->stamp = (long long)time(NULL);
	seed->migrated = NULL;
	if (command_bootstraps(p->c, p->in->environ, word))
		return true;
	seed->migrated = LEGACY_MARK;
	return command_is_legacy(p->c, p->in->argv, p->in->environ);
}

/*
 * Seeds the root profile's state. The document is what the file holds then: a dry run decides by it
 * without writing, and a volume that cannot be written does not keep the profile down.
 */
static struct state_doc *seed_root(const struct pass *p)
{
	char word[CONFIG_LINE_MAX + 1], tmp[256];
	struct state_doc *doc = NULL;
	struct state_seed seed;
	const char *why;
	char *text;
	int err;

	if (!seed_wanted(p, &seed, word, sizeof(word)))
		return NULL;
	text = state_seed_text(&seed);
	if (!text)
		return NULL;
	snprintf(tmp, sizeof(tmp), "%s.tmp", p->c->state_file);
	err = p->dry_run ? 0
		: fdio_replace(p->homefd, p->c->state_file, tmp, text, strlen(text), 0644, true);
	if (err)
		msg_warn(err, "profile '%s': unable to write its first state file", p->c->reserved);
	doc = state_parse(text, strlen(text), &why);
	free(text);
	return doc;
}

static void do_root(struct pass *p)
{
	struct profile_facts f = { .name = p->c->reserved, .root = true, .multiplex = p->multiplex };

	decide(p, p->homefd, &f, seed_root(p));
}

/* Through /proc it is the directory we hold, whatever its name leads to by now. The watch's number or -errno. */
static int watch_entry(struct pass *p, int dirfd, const char *name, uint32_t mask)
{
	char path[300];
	int wd;

	if (p->in->watchfd <= 0)
		return -EBADF;
	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dirfd, name);
	wd = sys.inotify_add_watch(p->in->watchfd, path, mask);
	if (wd > p->word.last_wd)
		p->word.last_wd = wd;
	if (wd >= 0)
		return wd;
	p->word.unwatched = p->word.unwatched || errno == ENOSPC;
	return -errno;
}

static int watch(struct pass *p, int dirfd, uint32_t mask)
{
	return watch_entry(p, dirfd, ".", mask | IN_ONLYDIR);
}

/* No profile yet. Once: what happens in a profile's own directory is nobody's business. Looked at again after that. */
static void watch_candidate(struct pass *p, int dirfd, struct profile_facts *f)
{
	struct stat st;

	if (p->candidates++ >= CANDIDATES_MAX) {
		p->word.unwatched = true;
		return;
	}
	if (watch(p, dirfd, IN_CREATE | IN_MOVED_TO | IN_ONESHOT) < 0)
		return;
	if (sys.fstatat(dirfd, p->c->marker, &st, 0) == 0)
		f->lookup_err = 0;
}

/*
 * The marker itself and not its directory, in which the profile may write as much as it likes: one event says that the
 * marker has lost its name, and the next pass watches what has it then.
 */
static void watch_marker(struct pass *p, int dirfd, struct profile_facts *f)
{
	int r = watch_entry(p, dirfd, p->c->marker, IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONESHOT | IN_DONT_FOLLOW);

	if (r == -ENOENT)
		f->lookup_err = r;
}

/* One entry of the profiles directory. Its own link is followed, nothing else below the home is. */
static void do_entry(struct pass *p, int dirfd, const char *name)
{
	struct profile_facts f = { .name = name, .multiplex = p->multiplex };
	struct stat st;
	int fd = fdio_open(dirfd, name, O_PATH | O_DIRECTORY, 0);

	/* Any other error says nothing about the profile: it has not gone because descriptors have. */
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return;
	if (fd < 0)
		f.lookup_err = fd;
	else if (sys.fstatat(fd, p->c->marker, &st, 0) < 0)
		f.lookup_err = -errno;
	if (fd >= 0 && !f.lookup_err)
		watch_marker(p, fd, &f);
	if (fd >= 0 && f.lookup_err == -ENOENT)
		watch_candidate(p, fd, &f);
	if (f.lookup_err != -ENOENT && f.lookup_err != -ELOOP && f.lookup_err != -ENOTDIR)
		decide(p, fd, &f, NULL);
	fdio_close(&fd);
}

static int add_name(struct names *names, const char *name)
{
	if (names->n >= NAMES_MAX) {
		names->more = true;
		return 0;
	}
	if (names->n == names->cap) {
		size_t cap = names->cap ? names->cap * 2 : 64;
		char **more = realloc(names->name, cap * sizeof(*more));

		if (!more)
			return -ENOMEM;
		names->name = more;
		names->cap = cap;
	}
	names->name[names->n] = strdup(name);
	return names->name[names->n++] ? 0 : -ENOMEM;
}

static int add_entries(struct names *names, const char *buf, ssize_t len)
{
	int err = 0;

	for (ssize_t at = 0; at < len && !err;) {
		const struct dirent64 *d = (const struct dirent64 *)(const void *)(buf + at);

		at += d->d_reclen;
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, ".."))
			err = add_name(names, d->d_name);
	}
	return err;
}

static int list(int dirfd, struct names *names)
{
	_Alignas(struct dirent64) char buf[4096];
	ssize_t len = 0;
	int err = 0;
	int fd = fdio_open(dirfd, ".", O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0)
		return fd;
	while (!err && !names->more && (len = sys.getdents(fd, buf, sizeof(buf))) > 0)
		err = add_entries(names, buf, len);
	if (len < 0)
		err = -errno;
	fdio_close(&fd);
	return err;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void do_names(struct pass *p, int dirfd, const struct names *names)
{
	size_t i;

	/* The last place in the plan is kept for the warning that it was too short. */
	for (i = 0; i < names->n && p->n < PLAN_MAX - 1; i++)
		do_entry(p, dirfd, names->name[i]);
	if (names->more || i < names->n)
		emit_warning(p, "there are too many profiles, the rest is left out");
}

static void do_profiles(struct pass *p)
{
	struct names names = { NULL, 0, 0, false };
	char why[PLAN_WHY_MAX + 1];
	int err, dirfd = below_open(p->homefd, p->c->profiles_dir, false);

	if (dirfd == -ENOENT) {
		p->word.missing = true;
		p->word.home_wd = watch(p, p->homefd, IN_CREATE | IN_MOVED_TO);
		return;
	}
	/* Before it is read: what comes later than the reading is heard of. */
	if (dirfd >= 0)
		(void)watch(p, dirfd, IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM);
	err = dirfd < 0 ? dirfd : list(dirfd, &names);
	if (err) {
		snprintf(why, sizeof(why), "unable to read the profiles: %s", strerror(-err));
		emit_warning(p, why);
	} else {
		if (names.n)
			qsort(names.name, names.n, sizeof(*names.name), by_bytes);
		do_names(p, dirfd, &names);
	}
	for (size_t i = 0; i < names.n; i++)
		free(names.name[i]);
	free(names.name);
	fdio_close(&dirfd);
}

/* The root profile alone, for a home that is not there. */
static void do_empty(struct pass *p)
{
	struct profile_facts f = { .name = p->c->reserved, .root = true };
	struct plan_op op = plan_profile(p->c, &f);

	snprintf(op.why, sizeof(op.why), "there is no home '%.60s'", p->in->home);
	emit(p, &op);
}

int reconcile_child(void *arg, int out_fd)
{
	const struct reconcile_input *in = arg;
	struct pass p = { .in = in, .c = in->config, .out_fd = out_fd, .dry_run = in->dry_run,
		.word = { .lock = VOLUME_UNASKED, .home_wd = -1 } };
	int lockfd;

	(void)umask(022);
	p.multiplex = command_multiplexes(p.c, in->environ);
	p.homefd = fdio_open(AT_FDCWD, in->home, O_PATH | O_DIRECTORY, 0);
	if (p.homefd == -ENOENT) {
		do_empty(&p);
		return p.err ? 1 : 0;
	}
	/* To have a descriptor is not to be allowed to look. */
	if (p.homefd >= 0 && sys.faccessat(p.homefd, ".", X_OK, AT_EACCESS) < 0) {
		int err = -errno;

		fdio_close(&p.homefd);
		p.homefd = err;
	}
	p.buf = p.homefd < 0 ? NULL : sys.calloc(1, STATE_FILE_MAX + 1);
	if (!p.buf) {
		msg_warn(p.homefd < 0 ? p.homefd : -ENOMEM, "unable to read the home '%s'", in->home);
		fdio_close(&p.homefd);
		return 1;
	}
	lockfd = in->sock > 0 && !in->held ? volume_lock(p.homefd, p.c, &p.word) : -1;
	/* Where another one writes this one only looks. */
	if (p.word.lock == VOLUME_BUSY)
		p.dry_run = true;
	do_root(&p);
	do_profiles(&p);
	if (in->sock > 0)
		volume_tell(in->sock, &p.word, lockfd);
	fdio_close(&lockfd);
	free(p.buf);
	fdio_close(&p.homefd);
	return p.err ? 1 : 0;
}
