/* A scratch directory of a test and the few things done in it. Every failure ends the test. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct scratch {
	char path[40];
	int fd;
};

static inline struct scratch scratch_make(void)
{
	struct scratch s = {"/tmp/hexad-unit-XXXXXX", -1};

	cr_assert_not_null(mkdtemp(s.path));
	s.fd = open(s.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cr_assert_geq(s.fd, 0);
	return s;
}

/* Not by the code under test, which may be what has just failed. */
static inline void scratch_remove(struct scratch *s)
{
	char command[192];

	(void)snprintf(command, sizeof(command), "chmod -R u+rwX %s; rm -rf %s", s->path, s->path);
	cr_assert_eq(system(command), 0);
	close(s->fd);
}

static inline void scratch_put(
	const struct scratch *s, const char *name, const void *data, size_t len)
{
	int fd = openat(s->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	cr_assert_geq(fd, 0, "%s", name);
	cr_assert_eq(write(fd, data, len), (ssize_t)len);
	close(fd);
}

static inline void scratch_text(const struct scratch *s, const char *name, const char *text)
{
	scratch_put(s, name, text, strlen(text));
}

/* Is there something behind that name? Links are not followed. */
static inline bool scratch_has(const struct scratch *s, const char *name)
{
	struct stat st;

	return fstatat(s->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static inline mode_t scratch_mode(const struct scratch *s, const char *name)
{
	struct stat st;

	cr_assert_eq(fstatat(s->fd, name, &st, AT_SYMLINK_NOFOLLOW), 0, "%s", name);
	return st.st_mode & 07777;
}

/* The file's content is exactly that text. */
static inline bool scratch_is(const struct scratch *s, const char *name, const char *text)
{
	char buf[4096];
	int fd = openat(s->fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	cr_assert_geq(fd, 0, "%s", name);
	n = read(fd, buf, sizeof(buf));
	close(fd);
	return n == (ssize_t)strlen(text) && memcmp(buf, text, (size_t)n) == 0;
}

#endif
