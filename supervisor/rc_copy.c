/*
 * Copies of service directories, made in a child: those of s6-rc.d file by file as s6-rc-compile does, those of
 * services.d whole. Both lose the write bits of others, so that images that are careless with modes still run; the
 * owner stays, since a service runs as the owner of its directory.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fdio.h"
#include "hiercopy.h"
#include "msg.h"
#include "rc_int.h"
#include "sys.h"

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)

/* A file of a definition, links followed as an image's author meant them; a missing one is fine. */
static int copy_named(const struct hiercopy *c, int fromdir, int todir, const char *name, mode_t mode)
{
	int r, from = fdio_open(fromdir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

	if (from < 0)
		return from == -ENOENT ? 0 : from;
	r = hiercopy_file(c, from, todir, name, mode);
	fdio_close(&from);
	return r;
}

static int copy_tree(const struct hiercopy *c, int fromdir, int todir, const char *name)
{
	int r, from = fdio_open(fromdir, name, O_RDONLY | O_DIRECTORY, 0);

	if (from < 0)
		return from == -ENOENT ? 0 : from;
	r = hiercopy_dir(c, from, todir, name);
	fdio_close(&from);
	return r;
}

/* Whoever could have written what runs: the directory's owner, or the script's where that is somebody else than root. */
static int find_owner(int dirfd, struct hiercopy *c)
{
	static const char *const files[] = { "run", "finish" };
	struct stat st;

	if (sys.fstatat(dirfd, ".", &st, 0) < 0)
		return -errno;
	c->uid = st.st_uid;
	c->gid = st.st_gid;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files) && c->uid == 0; i++)
		if (sys.fstatat(dirfd, files[i], &st, 0) == 0) {
			c->uid = st.st_uid;
			c->gid = st.st_uid == 0 ? c->gid : st.st_gid;
		}
	return 0;
}

static int make_empty(int dirfd, const char *name)
{
	int fd = fdio_open(dirfd, name, O_WRONLY | O_CREAT | O_NOFOLLOW, 0644);

	if (fd < 0)
		return fd;
	fdio_close(&fd);
	return 0;
}

/* What s6-rc-compile copies; everything else of a definition is not the supervisor's business. */
static int copy_definition(const struct hiercopy *c, int from, int to)
{
	static const char *const files[] = { "notification-fd", "lock-fd", "timeout-kill", "timeout-finish",
		"max-death-tally", "down-signal", "reload-signal", "flag-timeout-killpg", "flag-newpidns" };
	static const char *const trees[] = { "data", "env", "template" };
	int r;

	/* Of a service that runs on: what it has open stays what it was. */
	(void)sys.unlinkat(to, "run", 0);
	(void)sys.unlinkat(to, "finish", 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		(void)sys.unlinkat(to, files[i], 0);
	for (size_t i = 0; i < sizeof(trees) / sizeof(*trees); i++)
		(void)fdio_remove_tree(to, trees[i]);
	r = copy_named(c, from, to, "run", 0755);
	if (r == 0)
		r = copy_named(c, from, to, "finish", 0755);
	for (size_t i = 0; r == 0 && i < sizeof(files) / sizeof(*files); i++)
		r = copy_named(c, from, to, files[i], 0644);
	for (size_t i = 0; r == 0 && i < sizeof(trees) / sizeof(*trees); i++)
		r = copy_tree(c, from, to, trees[i]);
	if (r == 0 && sys.faccessat(to, "template", F_OK, 0) == 0 &&
	    ((sys.mkdirat(to, "instance", 0755) < 0 && errno != EEXIST) ||
	     (sys.mkdirat(to, "instances", 0755) < 0 && errno != EEXIST)))
		r = -errno;
	return r;
}

int rc_copy_longrun(const char *source, const char *name, int todir, bool stays)
{
	struct hiercopy c = { .owner = HIERCOPY_GIVE, .strip = OTHERS_WRITE };
	char path[PATH_MAX];
	int from, to = -1, r;

	if (snprintf(path, sizeof(path), "%s/%s", source, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	from = fdio_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
	if (from < 0)
		return from;
	r = find_owner(from, &c);
	/* One that went with an earlier update may have left its directory. */
	if (r == 0 && sys.mkdirat(todir, name, 0755) < 0 && errno != EEXIST)
		r = -errno;
	if (r == 0)
		r = to = fdio_open(todir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (r >= 0)
		r = copy_definition(&c, from, to);
	if (r == 0 && !stays)
		r = make_empty(to, "down");
	if (r == 0 && geteuid() == 0 && sys.fchownat(todir, name, c.uid, c.gid, AT_SYMLINK_NOFOLLOW) < 0)
		r = -errno;
	fdio_close(&to);
	fdio_close(&from);
	return r;
}

/* A service of services.d: a directory, or a link to one, which stays a link. */
static int copy_legacy_service(int fromdir, int todir, const char *name)
{
	struct hiercopy c = { .owner = HIERCOPY_KEEP, .strip = OTHERS_WRITE };
	struct stat st;
	int r, fd;

	if (sys.fstatat(fromdir, name, &st, 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISDIR(st.st_mode))
		return 0;
	r = hiercopy_entry(&c, fromdir, name, todir, name);
	if (r < 0 || geteuid() != 0 || sys.fstatat(todir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode))
		return r;
	fd = fdio_open(todir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (fd < 0)
		return fd;
	r = find_owner(fd, &c);
	fdio_close(&fd);
	if (r == 0 && sys.fchownat(todir, name, c.uid, c.gid, AT_SYMLINK_NOFOLLOW) < 0)
		r = -errno;
	return r;
}

int rc_copy_legacy(const char *source, int todir)
{
	DIR *dir = opendir(source);
	struct dirent *e;
	int first = 0;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while ((e = readdir(dir))) {
		char shown[4 * NAME_MAX + 1];
		int r;

		if (e->d_name[0] == '.')
			continue;
		r = copy_legacy_service(dirfd(dir), todir, e->d_name);
		if (r < 0)
			msg_warn(r, "unable to copy the service '%s' of '%s', it is left out",
				msg_escape(shown, sizeof(shown), e->d_name, strlen(e->d_name)), source);
		if (r < 0)
			(void)fdio_remove_tree(todir, e->d_name);
		first = first ? first : r;
	}
	closedir(dir);
	return first;
}
