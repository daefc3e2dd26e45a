#include <errno.h>

#include "hiercopy.h"
#include "unitdir.h"

TestSuite(hiercopy, .init = scratch_make, .fini = scratch_remove);

static struct stat st;

static bool is(const char *path, mode_t mode)
{
	return fstatat(scratch_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_mode == mode;
}

static void template(void)
{
	scratch_mkdir("from");
	scratch_mkdir("from/sub");
	scratch_write("from/sub/file", "text");
	cr_assert_eq(fchmodat(scratch_fd, "from/sub/file", 04751, 0), 0);
	cr_assert_eq(fchmodat(scratch_fd, "from/sub", 02710, 0), 0);
	cr_assert_eq(symlinkat("/nowhere", scratch_fd, "from/link"), 0);
	cr_assert_eq(mkfifoat(scratch_fd, "from/fifo", 0600), 0);
	cr_assert_eq(fchmodat(scratch_fd, "from/fifo", 0622, 0), 0);
	cr_assert_eq(mknodat(scratch_fd, "from/socket", S_IFSOCK | 0640, 0), 0);
}

Test(hiercopy, a_whole_copy_has_everything_with_its_mode)
{
	template();
	umask(077);
	cr_assert_eq(symlinkat("from", scratch_fd, "way"), 0);
	cr_assert_eq(hiercopy_whole(scratch_fd, "way", scratch_fd, "to"), 0);
	cr_expect(is("to", S_IFDIR | 0755));
	cr_expect(is("to/sub", S_IFDIR | 02710));
	cr_expect(is("to/sub/file", S_IFREG | 04751));
	cr_expect_str_eq(scratch_read("to/sub/file"), "text");
	cr_expect(is("to/link", S_IFLNK | 0777));
	cr_expect(is("to/fifo", S_IFIFO | 0622));
	cr_expect(is("to/socket", S_IFSOCK | 0640));
}

Test(hiercopy, a_service_s_copy_has_no_sockets_and_loses_what_is_stripped)
{
	const struct hiercopy c = { .owner = HIERCOPY_OURS, .strip = 022 };
	int fd;

	template();
	fd = openat(scratch_fd, "from", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cr_assert_eq(hiercopy_dir(&c, fd, scratch_fd, "to"), 0);
	close(fd);
	cr_expect(is("to/fifo", S_IFIFO | 0600));
	cr_expect_not(is("to/socket", S_IFSOCK | 0640));
	cr_expect_eq(errno, ENOENT);
}

Test(hiercopy, root_keeps_every_owner)
{
	static const char *const names[] = { "sub", "sub/file", "link", "fifo", "socket" };
	char path[40];

	if (geteuid())
		return;
	template();
	for (unsigned int i = 0; i < 5; i++) {
		snprintf(path, sizeof(path), "from/%s", names[i]);
		cr_assert_eq(fchownat(scratch_fd, path, 1000 + i, 2000 + i, AT_SYMLINK_NOFOLLOW), 0);
	}
	cr_assert_eq(hiercopy_whole(scratch_fd, "from", scratch_fd, "to"), 0);
	for (unsigned int i = 0; i < 5; i++) {
		snprintf(path, sizeof(path), "to/%s", names[i]);
		cr_assert_eq(fstatat(scratch_fd, path, &st, AT_SYMLINK_NOFOLLOW), 0);
		cr_expect_eq(st.st_uid, 1000 + i, "%s", path);
		cr_expect_eq(st.st_gid, 2000 + i, "%s", path);
	}
}

Test(hiercopy, a_merge_fills_what_is_there)
{
	const struct hiercopy c = { .owner = HIERCOPY_OURS, .whole = true, .merge = true };

	template();
	scratch_mkdir("to");
	scratch_mkdir("to/sub");
	scratch_write("to/sub/file", "older and longer");
	scratch_write("to/sub/other", "other");
	scratch_write("to/link", "no link");
	cr_assert_eq(hiercopy_entry(&c, scratch_fd, "from", scratch_fd, "to"), 0);
	cr_expect(is("to/sub", S_IFDIR | 02710));
	cr_expect(is("to/sub/file", S_IFREG | 04751));
	cr_expect_str_eq(scratch_read("to/sub/file"), "text");
	cr_expect_str_eq(scratch_read("to/sub/other"), "other");
	cr_expect(is("to/link", S_IFLNK | 0777));
	cr_expect(is("to/socket", S_IFSOCK | 0640));
	cr_expect_eq(hiercopy_entry(&c, scratch_fd, "from", scratch_fd, "from"), -EINVAL);
	/* Neither does a link lead it elsewhere. */
	cr_assert_eq(symlinkat("to", scratch_fd, "way"), 0);
	cr_expect_eq(hiercopy_entry(&c, scratch_fd, "from", scratch_fd, "way"), -ENOTDIR);
}

Test(hiercopy, what_is_there_stays_and_what_is_no_directory_is_refused)
{
	template();
	scratch_mkdir("to");
	cr_expect_eq(hiercopy_whole(scratch_fd, "from", scratch_fd, "to"), -EEXIST);
	cr_expect_eq(hiercopy_whole(scratch_fd, "from/sub/file", scratch_fd, "new"), -ENOTDIR);
	cr_expect_eq(hiercopy_whole(scratch_fd, "none", scratch_fd, "new"), -ENOENT);
	cr_expect_not(scratch_exists("new"));
}
