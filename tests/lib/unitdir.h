/* A scratch directory for one unit test, and small files in it. Criterion's tests are processes: nothing is shared. */
#ifndef TEST_UNITDIR_H
#define TEST_UNITDIR_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fdio.h"

static char scratch_dir[4096];
static int scratch_fd = -1;

static inline void scratch_make(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(scratch_dir, sizeof(scratch_dir), "%s/hexad-unit.XXXXXX", tmp ? tmp : "/tmp");
	cr_assert(mkdtemp(scratch_dir));
	scratch_fd = open(scratch_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cr_assert(scratch_fd >= 0);
}

static inline void scratch_remove(void)
{
	fdio_remove_tree(AT_FDCWD, scratch_dir);
	close(scratch_fd);
}

static inline void scratch_mkdir(const char *path)
{
	cr_assert_eq(mkdirat(scratch_fd, path, 0755), 0, "mkdir %s", path);
}

static inline void scratch_write_len(const char *path, const char *text, size_t len)
{
	int fd = openat(scratch_fd, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	cr_assert(fd >= 0, "create %s", path);
	cr_assert_eq(fdio_write_all(fd, text, len), 0);
	close(fd);
}

static inline void scratch_write(const char *path, const char *text)
{
	scratch_write_len(path, text, strlen(text));
}

/* The same, and the directories that it is in. */
static inline void scratch_write_deep(const char *path, const char *text)
{
	char dir[512];

	for (const char *s = strchr(path, '/'); s; s = strchr(s + 1, '/')) {
		snprintf(dir, sizeof(dir), "%.*s", (int)(s - path), path);
		(void)mkdirat(scratch_fd, dir, 0755);
	}
	scratch_write(path, text);
}

/* The content of a file; "-" if there is none. To be freed. */
static inline char *scratch_read(const char *path)
{
	char *buf = calloc(1, 1 << 20);
	int fd = openat(scratch_fd, path, O_RDONLY | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : fdio_read_all(fd, buf, (1 << 20) - 1);

	if (n < 0)
		strcpy(buf, "-");
	if (fd >= 0)
		close(fd);
	return buf;
}

static inline int scratch_exists(const char *path)
{
	struct stat st;

	return fstatat(scratch_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

#endif
