/*
 * Reading source directories: one definition a directory. Owns what each file of a definition may hold. What the
 * names in them mean is rcbuild.c's.
 */
#include "rcsrc.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "el.h"
#include "fdio.h"
#include "msg.h"
#include "rcraw.h"
#include "svcdir.h"
#include "sys.h"

#define NAMES_MAX (2 * RC_NODES_MAX) /* in one list */

/* Where a definition is being read from. */
struct place {
	struct rc_defs *d;
	struct rc_def *def;
	const char *source; /* path of the source directory */
	int dirfd;
};

void rc_problem(struct rc_problems *p, int code, const char *fmt, ...)
{
	va_list ap;
	char *text = NULL;

	p->errors += code != 0;
	if (p->n++ >= RC_PROBLEMS_MAX)
		return;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	p->kept[p->n - 1] = (struct rc_problem){ code, text };
}

void rc_problems_finish(struct rc_problems *p)
{
	for (unsigned int i = 0; i < p->n && i < RC_PROBLEMS_MAX; i++)
		free(p->kept[i].text);
	p->n = p->errors = 0;
}

int rc_problem_show(const struct rc_problems *p, unsigned int i, char *buf, size_t cap)
{
	const char *text;

	if (i >= p->n || i >= RC_PROBLEMS_MAX)
		return -1;
	text = p->kept[i].text ? p->kept[i].text : "out of memory";
	(void)msg_escape(buf, cap, text, strlen(text));
	return p->kept[i].code;
}

/* One problem for all that follows of it. */
static void out_of(struct rc_defs *d, bool memory, const char *what)
{
	if (!d->full && !d->no_memory)
		rc_problem(d->problems, 111, "%s%s", memory ? "out of memory" : "too many ", memory ? "" : what);
	d->no_memory |= memory;
	d->full |= !memory;
}

static char *copy(struct rc_defs *d, const char *text, size_t len)
{
	char *ret = d->text + len < RC_TEXT_MAX ? strndup(text, len) : NULL;

	d->text += len + 1;
	if (!ret)
		out_of(d, d->text < RC_TEXT_MAX, "bytes of names and scripts");
	return ret;
}

void rc_names_add(struct rc_defs *d, struct rc_names *n, const char *text, size_t len)
{
	char *name;

	if (n->n == NAMES_MAX) {
		out_of(d, false, "names in one list");
		return;
	}
	if (n->n == n->cap) {
		char **more = realloc(n->name, (2 * n->cap + 8) * sizeof(*more));

		if (!more) {
			out_of(d, true, NULL);
			return;
		}
		n->name = more;
		n->cap = 2 * n->cap + 8;
	}
	name = copy(d, text, len);
	if (name)
		n->name[n->n++] = name;
}

/* Where the name is in the table, or would be. */
static uint32_t *place_of(const struct rc_defs *d, const char *name)
{
	uint32_t h = 2166136261u;

	for (const char *p = name; *p; p++)
		h = (h ^ (uint8_t)*p) * 16777619u;
	for (h %= RC_HASH; d->hash[h] && strcmp(d->def[d->hash[h] - 1].name, name) != 0; h = (h + 1) % RC_HASH)
		;
	return &d->hash[h];
}

struct rc_def *rc_def_find(const struct rc_defs *d, const char *name)
{
	uint32_t i = *place_of(d, name);

	return i ? &d->def[i - 1] : NULL;
}

static const char *source_of(const struct rc_defs *d, const struct rc_def *def)
{
	return def->source < d->in->nsources ? d->in->source[def->source] : "the built-in services";
}

struct rc_def *rc_def_new(struct rc_defs *d, const char *name, unsigned int source)
{
	struct rc_def *def = rc_def_find(d, name);

	if (def) {
		rc_problem(d->problems, 1, "duplicate service definition: %s defined in %s is already defined in %s", name,
			source < d->in->nsources ? d->in->source[source] : "the built-in services", source_of(d, def));
		return NULL;
	}
	if (d->n == RC_NODES_MAX) {
		out_of(d, false, "services");
		return NULL;
	}
	if (d->n == d->cap) {
		struct rc_def *more = realloc(d->def, (2 * d->cap + 64) * sizeof(*more));

		if (!more) {
			out_of(d, true, NULL);
			return NULL;
		}
		d->def = more;
		d->cap = 2 * d->cap + 64;
	}
	def = &d->def[d->n];
	memset(def, 0, sizeof(*def));
	def->name = copy(d, name, strlen(name));
	def->source = (uint8_t)source;
	if (!def->name)
		return NULL;
	*place_of(d, name) = ++d->n;
	return def;
}

/* A problem with the file of a definition. */
static void bad_file(const struct place *pl, int code, const char *verb, const char *file, const char *why)
{
	pl->def->bad = true;
	rc_problem(pl->d->problems, code, "%s %s/%s/%s%s%s", verb, pl->source, pl->def->name, file, why ? ": " : "",
		why ? why : "");
}

/* Compat: links are followed, as images make definitions of them. At most cap bytes; -EFBIG if there are more. */
static ssize_t read_file(int dirfd, const char *file, char *buf, size_t cap)
{
	struct stat st;
	ssize_t n;
	int fd = fdio_open(dirfd, file, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

	if (fd < 0)
		return fd;
	n = sys.fstat(fd, &st) < 0 ? -errno : !S_ISREG(st.st_mode) ? -EINVAL : fdio_read_all(fd, buf, cap + 1);
	fdio_close(&fd);
	return n > (ssize_t)cap ? -EFBIG : n;
}

/* A file that need not be there: its length, or -1, a problem noted unless it is missing. */
static ssize_t read_optional(const struct place *pl, const char *file, char *buf, size_t cap)
{
	ssize_t n = read_file(pl->dirfd, file, buf, cap);

	if (n >= 0)
		return n;
	if (n != -ENOENT)
		bad_file(pl, 111, "unable to read", file, n == -EFBIG ? "File too large" : strerror((int)-n));
	return -1;
}

static bool is_there(const struct place *pl, const char *file)
{
	return svcdir_flag(pl->dirfd, file) > 0;
}

/* Compat: leading blanks are skipped, trailing ones are part of the name. */
static void list_file(const struct place *pl, const char *file, struct rc_names *names)
{
	static char buf[RC_LIST_MAX + 1];
	ssize_t len = read_optional(pl, file, buf, RC_LIST_MAX);
	ssize_t at = 0;

	while (at < len) {
		const char *nl = memchr(buf + at, '\n', (size_t)(len - at));
		ssize_t end = nl ? nl - buf : len;

		while (at < end && (buf[at] == ' ' || buf[at] == '\t'))
			at++;
		if (at < end && buf[at] != '#')
			rc_names_add(pl->d, names, buf + at, (size_t)(end - at));
		at = end + 1;
	}
}

/* Only the name of an entry counts, whatever it is. False: there is no such directory. */
static bool list_dir(const struct place *pl, const char *file, struct rc_names *names)
{
	int fd = fdio_open(pl->dirfd, file, O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (fd == -ENOENT)
		return false;
	if (!dir) {
		bad_file(pl, 111, "unable to open", file, strerror(fd < 0 ? -fd : errno));
		fdio_close(&fd);
		return true;
	}
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.')
			rc_names_add(pl->d, names, e->d_name, strlen(e->d_name));
	closedir(dir);
	return true;
}

/* Digits, then a newline or the end. strict: nothing after the newline. */
static bool number_ok(const char *text, size_t len, bool strict, uint32_t *ret)
{
	const char *nl = memchr(text, '\n', len);

	if (strict && nl && nl + 1 != text + len)
		return false;
	return svcdir_parse_uint(text, len, ret) == 0;
}

static void timeout(const struct place *pl, const char *file, uint32_t *ret)
{
	char buf[64];
	ssize_t len = read_optional(pl, file, buf, sizeof(buf) - 1);

	if (len >= 0 && !number_ok(buf, (size_t)len, true, ret))
		bad_file(pl, 1, "invalid", file, NULL);
}

/* True and *ret if the file is there and good. */
static bool number(const struct place *pl, const char *file, uint32_t *ret)
{
	char buf[64];
	ssize_t len = read_optional(pl, file, buf, sizeof(buf) - 1);

	if (len < 0)
		return false;
	if (number_ok(buf, (size_t)len, false, ret))
		return true;
	bad_file(pl, 111, "unable to read", file, strerror(EINVAL));
	return false;
}

static void script(const struct place *pl, const char *file, enum rc_script which)
{
	static char buf[RC_SCRIPT_MAX + 1], words[4 * RC_SCRIPT_MAX];
	struct el_words w = { .buf = words, .cap = sizeof(words) };
	enum el_error e;
	ssize_t len;

	if (which == RC_SCRIPT_UP && !is_there(pl, file)) {
		bad_file(pl, 111, "unable to read", file, strerror(ENOENT));
		return;
	}
	len = read_optional(pl, file, buf, RC_SCRIPT_MAX);
	if (len < 0)
		return;
	e = el_parse(buf, (size_t)len, &w);
	if (e != EL_FINE)
		bad_file(pl, 1, "syntax error in", file, e == EL_SYNTAX ? NULL : el_why(e));
	else if (w.n > 0)
		pl->def->script[which] = copy(pl->d, buf, strnlen(buf, (size_t)len));
}

/* Exactly one name, or NULL. */
static char *single(const struct place *pl, const char *file, const char *what)
{
	struct rc_names names = { NULL, 0, 0 };
	char *ret = NULL;

	list_file(pl, file, &names);
	if (names.n == 1)
		ret = names.name[0];
	else if (names.n > 1)
		bad_file(pl, 1, "file", file, what);
	for (uint32_t i = ret ? 1 : 0; i < names.n; i++)
		free(names.name[i]);
	free(names.name);
	return ret;
}

static void longrun_fds(const struct place *pl)
{
	uint32_t notify, lock;
	bool notifies = number(pl, "notification-fd", &notify);

	if (notifies)
		pl->def->flags |= RC_NOTIFIES;
	if (notifies && notify < 3)
		rc_problem(pl->d->problems, 0, "notification-fd in %s/%s should be 3 or more", pl->source, pl->def->name);
	if (number(pl, "lock-fd", &lock) && notifies && lock == notify)
		bad_file(pl, 1, "notification-fd and lock-fd are the same in", "notification-fd", NULL);
}

static void longrun(const struct place *pl)
{
	static const char *const numbers[] = { "timeout-kill", "timeout-finish", "max-death-tally" };
	static const char *const dirs[] = { "data", "env" };
	struct stat st;
	uint32_t n;

	if (sys.fstatat(pl->dirfd, "run", &st, 0) < 0)
		bad_file(pl, 1, "unable to stat", "run", strerror(errno));
	else if (!S_ISREG(st.st_mode))
		bad_file(pl, 1, "file", "run", "should be a regular file");
	longrun_fds(pl);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		(void)number(pl, numbers[i], &n);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++)
		if (sys.fstatat(pl->dirfd, dirs[i], &st, 0) == 0 && !S_ISDIR(st.st_mode))
			bad_file(pl, 1, "file", dirs[i], "should be a directory");
	pl->def->consumer = single(pl, "producer-for", "should only contain one service name");
	list_file(pl, "consumer-for", &pl->def->producers);
	pl->def->pipeline = single(pl, "pipeline-name", "should only contain one name");
}

/* The definitions of the built-in services that an image brings say so: see rootfs/image/package. */
static bool is_builtin(const struct place *pl)
{
	const char *up = pl->def->script[RC_SCRIPT_UP];
	uint8_t which = rc_builtin_of(pl->def->name);

	if (!which || !up || strncmp(up, RC_BUILTIN_WORD, strlen(RC_BUILTIN_WORD)) != 0)
		return false;
	pl->def->builtin = which;
	free(pl->def->script[RC_SCRIPT_UP]);
	pl->def->script[RC_SCRIPT_UP] = NULL;
	return true;
}

static void oneshot(const struct place *pl)
{
	script(pl, "up", RC_SCRIPT_UP);
	if (is_builtin(pl))
		return;
	script(pl, "down", RC_SCRIPT_DOWN);
	script(pl, "reload", RC_SCRIPT_RELOAD);
}

static bool is_user_bundle(const struct place *pl)
{
	return pl->d->in->container && (!strcmp(pl->def->name, "user") || !strcmp(pl->def->name, "user2"));
}

static void members(const struct place *pl)
{
	if (list_dir(pl, "contents.d", &pl->def->deps))
		return;
	if (is_there(pl, "contents"))
		list_file(pl, "contents", &pl->def->deps);
	else if (!is_user_bundle(pl))
		bad_file(pl, 111, "unable to read", "contents", strerror(ENOENT));
}

/* False: it is of no kind that we know, a problem noted. */
static bool kind(const struct place *pl)
{
	char buf[16];
	ssize_t len = read_file(pl->dirfd, "type", buf, sizeof(buf) - 1);

	if (len == -ENOENT && is_user_bundle(pl)) {
		pl->def->kind = RC_BUNDLE;
		return true;
	}
	if (len < 0 && len != -EFBIG) {
		bad_file(pl, 111, "unable to read", "type", strerror((int)-len));
		return false;
	}
	if (len > 0 && buf[len - 1] == '\n')
		len--;
	for (int k = RC_LONGRUN; len > 0 && k <= RC_BUNDLE; k++) {
		const char *word = rc_kind_name((enum rc_kind)k);

		if (strlen(word) == (size_t)len && !memcmp(word, buf, (size_t)len)) {
			pl->def->kind = (uint8_t)k;
			return true;
		}
	}
	bad_file(pl, 1, "invalid", "type", "must be oneshot, longrun, or bundle");
	return false;
}

static void definition(const struct place *pl)
{
	if (!kind(pl))
		return;
	if (is_there(pl, "flag-essential"))
		pl->def->flags |= RC_ESSENTIAL;
	if (is_there(pl, "flag-recommended"))
		pl->def->flags |= RC_RECOMMENDED;
	if (pl->def->kind == RC_BUNDLE) {
		members(pl);
		return;
	}
	if (!list_dir(pl, "dependencies.d", &pl->def->deps))
		list_file(pl, "dependencies", &pl->def->deps);
	timeout(pl, "timeout-up", &pl->def->timeout[0]);
	timeout(pl, "timeout-down", &pl->def->timeout[1]);
	if (pl->def->kind == RC_LONGRUN)
		longrun(pl);
	else
		oneshot(pl);
}

static bool is_reserved(const char *name)
{
	return !strncmp(name, "s6rc-", 5) || !strncmp(name, "s6-rc-", 6);
}

/* One entry of a source directory. */
static void entry(struct rc_defs *d, unsigned int source, int dirfd, const char *name)
{
	struct place pl = { .d = d, .source = d->in->source[source] };
	struct stat st;

	if (is_reserved(name)) {
		rc_problem(d->problems, 1, "in %s: identifier %s starts with reserved prefix", pl.source, name);
		return;
	}
	if (sys.fstatat(dirfd, name, &st, 0) < 0) {
		rc_problem(d->problems, 111, "unable to stat %s/%s: %s", pl.source, name, strerror(errno));
		return;
	}
	if (!S_ISDIR(st.st_mode))
		return;
	if (strchr(name, '\n') || strlen(name) > SV_NAME_MAX) {
		rc_problem(d->problems, 1, "in %s: invalid service name: %s", pl.source,
			strchr(name, '\n') ? "it contains a newline" : "it is too long");
		return;
	}
	pl.def = rc_def_new(d, name, source);
	if (!pl.def)
		return;
	pl.dirfd = fdio_open(dirfd, name, O_PATH | O_DIRECTORY, 0);
	if (pl.dirfd < 0) {
		pl.def->bad = true;
		rc_problem(d->problems, 111, "unable to open %s/%s: %s", pl.source, name, strerror(-pl.dirfd));
		return;
	}
	definition(&pl);
	fdio_close(&pl.dirfd);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The visible entries of a source, sorted. False: it cannot be read, a problem noted where that is one. */
static bool entries(struct rc_defs *d, const char *path, int *ret_fd, struct rc_names *names)
{
	int fd = fdio_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!dir) {
		if (fd != -ENOENT || !d->in->container || d->in->whole)
			rc_problem(d->problems, 111, "unable to opendir %s: %s", path, strerror(fd < 0 ? -fd : errno));
		fdio_close(&fd);
		return false;
	}
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.')
			rc_names_add(d, names, e->d_name, strlen(e->d_name));
	*ret_fd = fdio_open(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0);
	closedir(dir);
	if (names->n > 1)
		qsort(names->name, names->n, sizeof(*names->name), by_bytes);
	return *ret_fd >= 0;
}

static void source_dir(struct rc_defs *d, unsigned int source)
{
	struct rc_names names = { NULL, 0, 0 };
	int fd = -1;

	if (entries(d, d->in->source[source], &fd, &names)) {
		/* An image without services of its own is no mistake. */
		if (!names.n && !d->in->container)
			rc_problem(d->problems, 0, "source %s is empty", d->in->source[source]);
		for (uint32_t i = 0; i < names.n && !d->full && !d->no_memory; i++)
			entry(d, source, fd, names.name[i]);
		fdio_close(&fd);
	}
	for (uint32_t i = 0; i < names.n; i++)
		free(names.name[i]);
	free(names.name);
}

static void names_finish(struct rc_names *n)
{
	for (uint32_t i = 0; i < n->n; i++)
		free(n->name[i]);
	free(n->name);
}

static void defs_finish(struct rc_defs *d)
{
	for (uint32_t i = 0; i < d->n; i++) {
		struct rc_def *def = &d->def[i];

		names_finish(&def->deps);
		names_finish(&def->producers);
		for (size_t k = 0; k < RC_SCRIPTS; k++)
			free(def->script[k]);
		free(def->consumer);
		free(def->pipeline);
		free(def->edge);
		free(def->name);
	}
	free(d->def);
	free(d->hash);
}

struct rc_graph *rcsrc_load(const struct rc_input *in, struct rc_problems *p)
{
	struct rc_defs d = { .in = in, .problems = p, .hash = sys.calloc(RC_HASH, sizeof(*d.hash)) };
	struct rc_graph *g = NULL;

	if (!d.hash) {
		out_of(&d, true, NULL);
		return NULL;
	}
	for (unsigned int i = 0; i < in->nsources; i++)
		source_dir(&d, i);
	if (!d.full && !d.no_memory)
		g = rc_build(&d);
	defs_finish(&d);
	return g;
}
