/* Path resolution by hand, one component after the other, so that no step enters a mount that was not looked up before. */
#include "slowdir.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fdio.h"
#include "sys.h"

#define TEXT_MAX (1 << 20)
#define LINKS_MAX 40 /* as the kernel */

/* Those that ask somebody else: another machine, the host, or a process. */
static bool asks_others(const char *type)
{
	static const char *const types[] = { "fuse", "fuseblk", "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "virtiofs", "ceph",
		"afs", "autofs", "lustre", "beegfs", "orangefs", "coda" };

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return strncmp(type, "fuse.", 5) == 0;
}

/* "\040" is a blank, and so on. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; to++) {
		unsigned int c;

		if (*s == '\\' && strspn(s + 1, "01234567") >= 3 && sscanf(s + 1, "%3o", &c) == 1) {
			*to = (char)c;
			s += 4;
		} else {
			*to = *s++;
		}
	}
	*to = '\0';
}

/* "22 27 0:21 / /proc rw,relatime shared:5 - proc proc rw": device, where it is mounted, and behind the dash its type. */
static bool parse(struct slowmount *m, char *line)
{
	char *type = strstr(line, " - "), *word[5];

	if (!type)
		return false;
	*type = '\0';
	type += 3;
	type[strcspn(type, " ")] = '\0';
	for (int i = 0; i < 5; i++) {
		word[i] = strsep(&line, " ");
		if (!word[i])
			return false;
	}
	unescape(word[4]);
	*m = (struct slowmount){ .dev = word[2], .point = word[4], .slow = asks_others(type) };
	return true;
}

static void parse_all(struct slowdir *sd)
{
	size_t lines = 0;
	char *rest = sd->text, *line;

	for (const char *p = sd->text; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	sd->mount = sys.calloc(lines + 1, sizeof(*sd->mount));
	while (sd->mount && sd->n < lines && (line = strsep(&rest, "\n")) != NULL)
		sd->n += parse(&sd->mount[sd->n], line);
}

/* The mount that path is on: of those that are above it the lowest, and of two in one place the later. */
static const struct slowmount *holder(const struct slowdir *sd, const char *path)
{
	const struct slowmount *found = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < sd->n; i++) {
		size_t len = strlen(sd->mount[i].point);

		if (len == 1)
			len = 0; /* "/" is above all */
		if (strncmp(path, sd->mount[i].point, len) != 0 || (path[len] != '/' && path[len] != '\0') || len < longest)
			continue;
		longest = len;
		found = &sd->mount[i];
	}
	return found;
}

static bool is_slow(const struct slowdir *sd, const char *path)
{
	const struct slowmount *m = holder(sd, path);

	return m && m->slow;
}

/* Where a descriptor leads, as a path from our root. */
static int path_of(int fd, char *path)
{
	char link[32];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = sys.readlinkat(AT_FDCWD, link, path, PATH_MAX - 1);
	if (n < 0)
		return -errno;
	path[n] = '\0';
	return path[0] == '/' ? 0 : -ENOENT;
}

/* What is on the same device as path is as good as that is. */
static void excuse(struct slowdir *sd, const char *path)
{
	const struct slowmount *good = holder(sd, path);

	for (size_t i = 0; good && i < sd->n; i++)
		if (strcmp(sd->mount[i].dev, good->dev) == 0)
			sd->mount[i].slow = false;
}

void slowdir_load(struct slowdir *sd, int near)
{
	char path[PATH_MAX];
	ssize_t n = -1;

	*sd = (struct slowdir){ .text = sys.calloc(1, TEXT_MAX + 1) };
	if (sd->text)
		n = fdio_read_file(AT_FDCWD, "/proc/self/mountinfo", sd->text, TEXT_MAX);
	if (n <= 0)
		return;
	parse_all(sd);
	excuse(sd, "/");
	if (path_of(near, path) == 0)
		excuse(sd, path);
	for (size_t i = 0; i < sd->n; i++)
		sd->any = sd->any || sd->mount[i].slow;
}

void slowdir_free(struct slowdir *sd)
{
	free(sd->mount);
	free(sd->text);
	*sd = (struct slowdir){ .text = NULL };
}

/* A walk: where it is, as a descriptor and as a path without links, and what is still to be gone. */
struct walk {
	const struct slowdir *sd;
	int fd, links;
	bool first;
	char path[PATH_MAX], rest[PATH_MAX];
};

static int go_to_root(struct walk *w)
{
	fdio_close(&w->fd);
	w->path[0] = '\0';
	w->fd = fdio_open(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0);
	return w->fd < 0 ? w->fd : 0;
}

/* The text of a link takes the place of its name. */
static int follow(struct walk *w, int link, bool *ret_link)
{
	char text[PATH_MAX], rest[PATH_MAX];
	ssize_t n = sys.readlinkat(link, "", text, sizeof(text) - 1);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	if (w->first)
		*ret_link = true;
	memcpy(rest, w->rest, sizeof(rest));
	if (++w->links > LINKS_MAX)
		return -ELOOP;
	if (snprintf(w->rest, sizeof(w->rest), "%s/%s", text, rest) >= (int)sizeof(w->rest))
		return -ENAMETOOLONG;
	return text[0] == '/' ? go_to_root(w) : 0;
}

/* The path after one more name. */
static int append(struct walk *w, char *to, const char *name)
{
	int n;

	if (strcmp(name, "..") != 0) {
		n = snprintf(to, PATH_MAX, "%s/%s", w->path, name);
	} else {
		const char *end = strrchr(w->path, '/');

		n = snprintf(to, PATH_MAX, "%.*s", end ? (int)(end - w->path) : 0, w->path);
	}
	return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int step(struct walk *w, const char *name, bool *ret_link)
{
	char path[PATH_MAX];
	struct stat st;
	int fd, r = append(w, path, name);

	if (r < 0)
		return r;
	if (is_slow(w->sd, path))
		return -EREMOTE;
	fd = fdio_open(w->fd, name, O_PATH | O_NOFOLLOW, 0);
	if (fd < 0)
		return fd;
	if (sys.fstat(fd, &st) < 0) {
		r = -errno;
	} else if (S_ISLNK(st.st_mode)) {
		r = follow(w, fd, ret_link);
	} else {
		fdio_close(&w->fd);
		w->fd = fd;
		memcpy(w->path, path, sizeof(path));
		return 0;
	}
	fdio_close(&fd);
	return r;
}

/* 1: the next name of what is left; 0: there is none; -ENAMETOOLONG. */
static int next_name(struct walk *w, char name[NAME_MAX + 1])
{
	const char *at = w->rest + strspn(w->rest, "/");
	size_t len = strcspn(at, "/");

	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(name, at, len);
	name[len] = '\0';
	memmove(w->rest, at + len, strlen(at + len) + 1);
	return len > 0;
}

int slowdir_open(const struct slowdir *sd, int dirfd, const char *name, bool *ret_link)
{
	struct walk w = { .sd = sd, .fd = -1, .first = true };
	char part[NAME_MAX + 1];
	int r = path_of(dirfd, w.path);

	*ret_link = false;
	if (r < 0)
		return r;
	if (strcmp(w.path, "/") == 0)
		w.path[0] = '\0';
	(void)snprintf(w.rest, sizeof(w.rest), "%s", name);
	w.fd = fdio_open(dirfd, ".", O_PATH | O_DIRECTORY, 0);
	r = w.fd < 0 ? w.fd : 0;
	while (r == 0 && (r = next_name(&w, part)) > 0) {
		r = strcmp(part, ".") == 0 ? 0 : step(&w, part, ret_link);
		w.first = false;
	}
	if (r == 0)
		return w.fd;
	fdio_close(&w.fd);
	return r;
}
