/* Files: reading with limits, replacing whole, removing trees; nothing planted is followed. */
#include "fdio.h"

#include "scratch.h"
#include "sys.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct sys real;
static int calls;

/* Restores the table for the rest of the test. */
static void sys_restore(void)
{
	sys = real;
}

static ssize_t interrupted_read(int fd, void *buf, size_t len)
{
	if (calls++ % 2 == 0) {
		errno = EINTR;
		return -1;
	}
	return real.read(fd, buf, len > 3 ? 3 : len);
}

static ssize_t interrupted_write(int fd, const void *buf, size_t len)
{
	if (calls++ % 2 == 0) {
		errno = EINTR;
		return -1;
	}
	return real.write(fd, buf, len > 3 ? 3 : len);
}

static ssize_t full_write(int fd, const void *buf, size_t len)
{
	if (calls++ > 0) {
		errno = ENOSPC;
		return -1;
	}
	return real.write(fd, buf, len > 2 ? 2 : len);
}

static int failing_rename(int fromfd, const char *from, int tofd, const char *to)
{
	(void)fromfd, (void)from, (void)tofd, (void)to;
	errno = EIO;
	return -1;
}

static int absent_openat2(int dirfd, const char *path, int flags, mode_t mode, uint64_t resolve)
{
	(void)dirfd, (void)path, (void)flags, (void)mode, (void)resolve;
	errno = ENOSYS;
	return -1;
}

Test(fdio, opens_close_on_exec)
{
	struct scratch s = scratch_make();
	int fd = fdio_open(s.fd, "file", O_WRONLY | O_CREAT, 0600);

	cr_assert_geq(fd, 0);
	cr_assert_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	fdio_close(&fd);
	cr_assert_eq(fd, -1);
	fdio_close(&fd);
	cr_assert_eq(fdio_open(s.fd, "none", O_RDONLY, 0), -ENOENT);
	scratch_remove(&s);
}

Test(fdio, reads_a_file_up_to_the_limit)
{
	struct scratch s = scratch_make();
	char buf[16];

	scratch_text(&s, "file", "hello world");
	cr_assert_eq(fdio_read_file(s.fd, "file", buf, sizeof(buf)), 11);
	cr_assert_arr_eq(buf, "hello world", 11);
	cr_assert_eq(fdio_read_file(s.fd, "file", buf, 5), 5);
	scratch_text(&s, "empty", "");
	cr_assert_eq(fdio_read_file(s.fd, "empty", buf, 5), 0);
	cr_assert_eq(fdio_read_file(s.fd, "none", buf, 5), -ENOENT);
	scratch_remove(&s);
}

Test(fdio, reads_regular_files_only)
{
	struct scratch s = scratch_make();
	char buf[16];

	cr_assert_eq(mkfifoat(s.fd, "fifo", 0600), 0);
	cr_assert_eq(symlinkat("/etc/passwd", s.fd, "link"), 0);
	cr_assert_eq(symlinkat("/dev/zero", s.fd, "zero"), 0);
	cr_assert_eq(fdio_read_file(s.fd, "fifo", buf, 5), -EINVAL);
	cr_assert_eq(fdio_read_file(s.fd, ".", buf, 5), -EISDIR);
	cr_assert_eq(fdio_read_file(s.fd, "link", buf, 5), -ELOOP);
	cr_assert_eq(fdio_read_file(s.fd, "zero", buf, 5), -ELOOP);
	cr_assert_eq(fdio_read_file(AT_FDCWD, "/dev/zero", buf, 5), -EINVAL);
	scratch_remove(&s);
}

Test(fdio, goes_on_after_signals_and_short_counts, .fini = sys_restore)
{
	struct scratch s = scratch_make();
	char buf[16];

	real = sys;
	sys.read = interrupted_read;
	sys.write = interrupted_write;
	cr_assert_eq(fdio_replace(s.fd, "file", "tmp", "hello world", 11, 0644, false), 0);
	cr_assert_eq(fdio_read_file(s.fd, "file", buf, sizeof(buf)), 11);
	cr_assert_arr_eq(buf, "hello world", 11);
	cr_assert_gt(calls, 8);
	scratch_remove(&s);
}

Test(fdio, replaces_with_the_mode_asked_for_less_umask)
{
	struct scratch s = scratch_make();
	mode_t old = umask(027);

	cr_assert_eq(fdio_replace(s.fd, "file", "file.new", "one", 3, 0666, false), 0);
	cr_assert(scratch_is(&s, "file", "one"));
	cr_assert_eq(scratch_mode(&s, "file"), 0640);
	cr_assert_eq(fdio_replace(s.fd, "file", "file.new", "", 0, 0666, true), 0);
	cr_assert(scratch_is(&s, "file", ""));
	cr_assert_not(scratch_has(&s, "file.new"));
	umask(old);
	scratch_remove(&s);
}

Test(fdio, replaces_planted_links_instead_of_following_them)
{
	struct scratch s = scratch_make();

	scratch_text(&s, "victim", "precious");
	cr_assert_eq(symlinkat("victim", s.fd, "status"), 0);
	cr_assert_eq(symlinkat("victim", s.fd, "status.new"), 0);
	cr_assert_eq(fdio_replace(s.fd, "status", "status.new", "mine", 4, 0644, false), 0);
	cr_assert(scratch_is(&s, "victim", "precious"));
	cr_assert(scratch_is(&s, "status", "mine"));
	cr_assert_not(scratch_has(&s, "status.new"));
	/* A hard link to a file of somebody else is taken away, not written through. */
	cr_assert_eq(linkat(s.fd, "victim", s.fd, "status.new", 0), 0);
	cr_assert_eq(fdio_replace(s.fd, "status", "status.new", "mine", 4, 0644, false), 0);
	cr_assert(scratch_is(&s, "victim", "precious"));
	scratch_remove(&s);
}

Test(fdio, replaces_a_left_over_temporary_file)
{
	struct scratch s = scratch_make();

	scratch_text(&s, "status.new", "left over from a crash, and longer");
	cr_assert_eq(fdio_replace(s.fd, "status", "status.new", "new", 3, 0644, false), 0);
	cr_assert(scratch_is(&s, "status", "new"));
	scratch_remove(&s);
}

Test(fdio, keeps_the_old_file_when_it_cannot_replace_it, .fini = sys_restore)
{
	struct scratch s = scratch_make();

	real = sys;
	scratch_text(&s, "file", "old");
	sys.write = full_write;
	cr_assert_eq(fdio_replace(s.fd, "file", "tmp", "newer", 5, 0644, false), -ENOSPC);
	sys = real;
	sys.renameat = failing_rename;
	cr_assert_eq(fdio_replace(s.fd, "file", "tmp", "newer", 5, 0644, false), -EIO);
	sys = real;
	cr_assert_eq(mkdirat(s.fd, "dir", 0755), 0);
	cr_assert_eq(fdio_replace(s.fd, "dir", "tmp", "newer", 5, 0644, false), -EISDIR);
	cr_assert_eq(fdio_replace(s.fd, "file", "dir", "newer", 5, 0644, false), -EISDIR);
	cr_assert(scratch_is(&s, "file", "old"));
	cr_assert_not(scratch_has(&s, "tmp"));
	scratch_remove(&s);
}

/* A tree with everything in it that a tree may hold, and links out of it. */
static void plant_tree(const struct scratch *s)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert_eq(mkdirat(s->fd, "outside", 0755), 0);
	scratch_text(s, "outside/precious", "precious");
	cr_assert_eq(mkdirat(s->fd, "tree", 0755), 0);
	cr_assert_eq(mkdirat(s->fd, "tree/a", 0755), 0);
	cr_assert_eq(mkdirat(s->fd, "tree/a/b", 0755), 0);
	cr_assert_eq(mkdirat(s->fd, "tree/empty", 0), 0);
	scratch_text(s, "tree/a/b/file", "x");
	cr_assert_eq(mkfifoat(s->fd, "tree/a/fifo", 0600), 0);
	cr_assert_eq(symlinkat("../outside", s->fd, "tree/dirlink"), 0);
	cr_assert_eq(symlinkat("../../outside/precious", s->fd, "tree/a/filelink"), 0);
	cr_assert_eq(symlinkat("nowhere", s->fd, "tree/dangling"), 0);
	cr_assert_eq(linkat(s->fd, "outside/precious", s->fd, "tree/hardlink", 0), 0);
	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/tree/sock", s->path);
	cr_assert_eq(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	close(fd);
}

Test(fdio, removes_a_tree_and_nothing_behind_its_links)
{
	struct scratch s = scratch_make();

	plant_tree(&s);
	cr_assert_eq(fdio_remove_tree(s.fd, "tree"), 0);
	cr_assert_not(scratch_has(&s, "tree"));
	cr_assert(scratch_is(&s, "outside/precious", "precious"));
	scratch_remove(&s);
}

Test(fdio, removes_a_tree_without_openat2_too, .fini = sys_restore)
{
	struct scratch s = scratch_make();

	real = sys;
	sys.openat2 = absent_openat2;
	plant_tree(&s);
	cr_assert_eq(fdio_remove_tree(s.fd, "tree"), 0);
	cr_assert_not(scratch_has(&s, "tree"));
	cr_assert(scratch_is(&s, "outside/precious", "precious"));
	scratch_remove(&s);
}

Test(fdio, removes_a_link_and_not_the_tree_it_names)
{
	struct scratch s = scratch_make();

	plant_tree(&s);
	cr_assert_eq(symlinkat("outside", s.fd, "link"), 0);
	cr_assert_eq(fdio_remove_tree(s.fd, "link"), 0);
	cr_assert_not(scratch_has(&s, "link"));
	cr_assert(scratch_has(&s, "outside/precious"));
	cr_assert_eq(fdio_remove_tree(s.fd, "outside/precious"), 0);
	cr_assert_not(scratch_has(&s, "outside/precious"));
	scratch_remove(&s);
}

Test(fdio, has_removed_what_is_not_there)
{
	struct scratch s = scratch_make();

	cr_assert_eq(fdio_remove_tree(s.fd, "none"), 0);
	scratch_remove(&s);
}

Test(fdio, removes_a_tree_deeper_than_it_may_open)
{
	struct scratch s = scratch_make();
	int at = openat(s.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int i, next;

	cr_assert_eq(mkdirat(at, "tree", 0755), 0);
	for (i = 0; i < 300; i++) {
		next = openat(at, i == 0 ? "tree" : "deeper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		cr_assert_geq(next, 0);
		close(at);
		at = next;
		cr_assert_eq(mkdirat(at, "deeper", 0755), 0);
		/* A name that the removal would use itself. */
		cr_assert_eq(mkdirat(at, ".deep-0", 0755), 0);
		close(openat(at, "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	}
	close(at);
	cr_assert_eq(fdio_remove_tree(s.fd, "tree"), 0);
	cr_assert_not(scratch_has(&s, "tree"));
	scratch_remove(&s);
}

Test(fdio, removes_many_entries)
{
	struct scratch s = scratch_make();
	char name[64];
	int i;

	cr_assert_eq(mkdirat(s.fd, "tree", 0755), 0);
	for (i = 0; i < 2000; i++) {
		(void)snprintf(name, sizeof(name), "tree/some-file-with-a-long-name-%d", i);
		scratch_text(&s, name, "");
	}
	cr_assert_eq(fdio_remove_tree(s.fd, "tree"), 0);
	cr_assert_not(scratch_has(&s, "tree"));
	scratch_remove(&s);
}

static int guarded_unlinkat(int dirfd, const char *path, int flags)
{
	if (strcmp(path, "kept") == 0) {
		errno = EROFS;
		return -1;
	}
	return real.unlinkat(dirfd, path, flags);
}

Test(fdio, goes_on_after_a_failure_and_returns_the_first, .fini = sys_restore)
{
	struct scratch s = scratch_make();

	real = sys;
	sys.unlinkat = guarded_unlinkat;
	plant_tree(&s);
	scratch_text(&s, "tree/a/kept", "x");
	cr_assert_eq(fdio_remove_tree(s.fd, "tree"), -EROFS);
	cr_assert(scratch_has(&s, "tree/a/kept"));
	cr_assert_not(scratch_has(&s, "tree/a/b"));
	cr_assert_not(scratch_has(&s, "tree/dirlink"));
	cr_assert_not(scratch_has(&s, "tree/empty"));
	cr_assert(scratch_has(&s, "outside/precious"));
	sys_restore();
	scratch_remove(&s);
}
