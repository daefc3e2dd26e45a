/*
 * Carries fix-attrs lines out. Everything is reached from held descriptors, one path component at a time, and changed
 * through the descriptor that was looked at: nothing can be put in its place meanwhile.
 */
#include "fixattrs.h"

#include "fdio.h"
#include "sys.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct walk {
	const struct fixattrs_line *line;
	uid_t uid;
	gid_t gid;
	bool hidden;
	bool matched; /* something was treated, or left alone on purpose */
	size_t len;   /* of path */
	char *path;   /* PATH_MAX bytes: where the walk is, for messages */
};

/* The sorted names of a directory that a pattern matches. */
struct names {
	char **name;
	size_t n, cap;
};

/* Appends a component; *mark is what pop needs. */
static int push(struct walk *w, const char *name, size_t n, size_t *mark)
{
	bool slash = w->len && w->path[w->len - 1] != '/';

	*mark = w->len;
	if (w->len + slash + n >= PATH_MAX)
		return -ENAMETOOLONG;
	if (slash)
		w->path[w->len++] = '/';
	memcpy(w->path + w->len, name, n);
	w->len += n;
	w->path[w->len] = '\0';
	return 0;
}

static void pop(struct walk *w, size_t mark)
{
	w->len = mark;
	w->path[mark] = '\0';
}

/* fd is an O_PATH descriptor, which chmod takes by its name in /proc only; a directory can be opened from it. */
static int set_mode(int fd, bool is_dir, mode_t mode)
{
	char path[32];
	int dirfd, r;

	if (!is_dir) {
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		return sys.fchmodat(AT_FDCWD, path, mode) < 0 ? -errno : 0;
	}
	dirfd = fdio_open(fd, ".", O_RDONLY | O_DIRECTORY, 0);
	if (dirfd < 0)
		return dirfd;
	r = sys.fchmod(dirfd, mode) < 0 ? -errno : 0;
	fdio_close(&dirfd);
	return r;
}

/* Compat: the owner first, since a change of it takes set-id bits away. */
static int set_attrs(const struct walk *w, int fd, const struct stat *st)
{
	bool is_dir = S_ISDIR(st->st_mode);
	mode_t mode = is_dir ? w->line->dmode : w->line->fmode;
	bool chown = st->st_uid != w->uid || st->st_gid != w->gid;

	/* What is right stays untouched, so that an overlay file system need not copy it up. */
	if (chown && sys.fchownat(fd, "", w->uid, w->gid, AT_EMPTY_PATH) < 0)
		return -errno;
	if (!chown && (st->st_mode & 07777) == mode)
		return 0;
	return set_mode(fd, is_dir, mode);
}

static int descend(struct walk *w, int dirfd);

/* Treats dirfd/name, which push has put on the path. */
static int treat(struct walk *w, int dirfd, const char *name, bool follow, bool only_dir)
{
	struct stat st;
	int r = 0;
	int fd = fdio_open(dirfd, name, O_PATH | (follow ? 0 : O_NOFOLLOW), 0);

	/* What a pattern found may be gone by now. */
	if (fd < 0)
		return fd == -ENOENT && !follow ? 0 : fd;
	if (sys.fstat(fd, &st) < 0)
		r = -errno;
	else if (only_dir && !S_ISDIR(st.st_mode))
		r = follow ? -ENOTDIR : 0;
	else if (!S_ISLNK(st.st_mode))
		r = set_attrs(w, fd, &st);
	w->matched = true;
	if (r == 0 && S_ISDIR(st.st_mode) && w->line->recurse)
		r = descend(w, fd);
	fdio_close(&fd);
	return r;
}

/* One name of a directory, for every such name; a negative result ends the reading and is returned. */
typedef int entry_fn(struct walk *w, int dirfd, const char *name, void *ctx);

static int for_each_entry(struct walk *w, int dirfd, entry_fn *fn, void *ctx)
{
	_Alignas(struct dirent64) char buf[2048];
	int r = 0, fd = fdio_open(dirfd, ".", O_RDONLY | O_DIRECTORY, 0);
	ssize_t len = 0;

	if (fd < 0)
		return fd;
	while (r == 0 && (len = sys.getdents(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t at = 0; r == 0 && at < len;) {
			const struct dirent64 *d = (const void *)(buf + at);

			at += d->d_reclen;
			if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
				r = fn(w, fd, d->d_name, ctx);
		}
	}
	if (len < 0)
		r = -errno;
	fdio_close(&fd);
	return r;
}

static int treat_below(struct walk *w, int dirfd, const char *name, void *ctx)
{
	size_t mark;
	int r;

	(void)ctx;
	if (*name == '.' && !w->hidden)
		return 0;
	r = push(w, name, strlen(name), &mark);
	if (r == 0)
		r = treat(w, dirfd, name, false, false);
	if (r == 0)
		pop(w, mark);
	return r;
}

static int descend(struct walk *w, int dirfd)
{
	return for_each_entry(w, dirfd, treat_below, NULL);
}

/* --- patterns --- */

struct wanted {
	const char *pattern;
	struct names names;
};

static int keep_match(struct walk *w, int dirfd, const char *name, void *ctx)
{
	struct wanted *wanted = ctx;
	struct names *names = &wanted->names;

	(void)w;
	(void)dirfd;
	if (fnmatch(wanted->pattern, name, FNM_PERIOD) != 0)
		return 0;
	if (names->n == names->cap) {
		size_t cap = names->cap ? 2 * names->cap : 16;
		char **grown = realloc(names->name, cap * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		names->name = grown;
		names->cap = cap;
	}
	names->name[names->n] = strdup(name);
	return names->name[names->n++] ? 0 : -ENOMEM;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int match(struct walk *w, int dirfd, const char *rest, bool literal);

/* Goes on behind name, one component of the path, with rest: nothing, or slashes and more components. */
static int enter(struct walk *w, int dirfd, const char *name, const char *rest, bool literal)
{
	const char *more = rest + strspn(rest, "/");
	size_t mark;
	int fd, r = push(w, name, strlen(name), &mark);

	if (r < 0)
		return r;
	if (!*more) {
		r = treat(w, dirfd, name, literal, *rest == '/');
	} else {
		fd = fdio_open(dirfd, name, O_PATH | O_DIRECTORY | (literal ? 0 : O_NOFOLLOW), 0);
		if (fd >= 0)
			r = match(w, fd, more, literal);
		else if (literal || (fd != -ENOENT && fd != -ENOTDIR && fd != -ELOOP))
			r = fd;
		fdio_close(&fd);
	}
	if (r == 0)
		pop(w, mark);
	return r;
}

static int enter_matches(struct walk *w, int dirfd, const char *pattern, const char *rest)
{
	struct wanted wanted = { pattern, { NULL, 0, 0 } };
	int r = for_each_entry(w, dirfd, keep_match, &wanted);

	if (wanted.names.n)
		qsort(wanted.names.name, wanted.names.n, sizeof(*wanted.names.name), by_bytes);
	for (size_t i = 0; i < wanted.names.n; i++) {
		if (r == 0)
			r = enter(w, dirfd, wanted.names.name[i], rest, false);
		free(wanted.names.name[i]);
	}
	free(wanted.names.name);
	return r;
}

/* literal: no component so far was a pattern. */
static int match(struct walk *w, int dirfd, const char *rest, bool literal)
{
	char name[NAME_MAX + 1];
	size_t n = strcspn(rest, "/");

	if (n > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(name, rest, n);
	name[n] = '\0';
	if (strpbrk(name, "*?[\\"))
		return enter_matches(w, dirfd, name, rest + n);
	return enter(w, dirfd, name, rest + n, literal);
}

int fixattrs_apply(const struct fixattrs_line *line, uid_t uid, gid_t gid, bool hidden, char culprit[PATH_MAX])
{
	struct walk w = { .line = line, .uid = uid, .gid = gid, .hidden = hidden, .path = culprit };
	const char *rest = line->path + strspn(line->path, "/");
	int fd = AT_FDCWD, r;

	culprit[0] = '\0';
	if (*line->path == '/') {
		fd = fdio_open(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0);
		culprit[0] = '/';
		culprit[1] = '\0';
		w.len = 1;
	}
	r = fd < 0 && fd != AT_FDCWD ? fd : *rest ? match(&w, fd, rest, true) : treat(&w, fd, ".", true, true);
	if (r == 0 && !w.matched) {
		(void)snprintf(culprit, PATH_MAX, "%s", line->path);
		r = -ENOENT;
	}
	fdio_close(&fd);
	return r;
}

/* --- a directory of files --- */

int fixattrs_dir(const char *dir, bool hidden,
	void (*on_failure)(void *ctx, const char *name, const struct fixattrs_failure *failure), void *ctx,
	unsigned int *failed)
{
	struct wanted files = { "*", { NULL, 0, 0 } };
	struct fixattrs_failure failure;
	int r, dirfd = fdio_open(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, 0);

	*failed = 0;
	if (dirfd < 0)
		return dirfd;
	r = for_each_entry(NULL, dirfd, keep_match, &files);
	if (files.names.n)
		qsort(files.names.name, files.names.n, sizeof(*files.names.name), by_bytes);
	for (size_t i = 0; i < files.names.n; i++) {
		if (r == 0 && !fixattrs_file(dirfd, files.names.name[i], hidden, &failure)) {
			++*failed;
			on_failure(ctx, files.names.name[i], &failure);
		}
		free(files.names.name[i]);
	}
	free(files.names.name);
	fdio_close(&dirfd);
	return r < 0 ? r : (int)files.names.n;
}
