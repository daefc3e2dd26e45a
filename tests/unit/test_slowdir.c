/* Which mounts are taken for slow, what is on them, and how far a walk goes. */
#include "slowdir.h"

#include "scratch.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "slowdir.c"

static struct slowdir sd;

static void load(const char *text)
{
	sd = (struct slowdir){ .text = strdup(text) };
	parse_all(&sd);
}

static void unload(void)
{
	slowdir_free(&sd);
}

TestSuite(slowdir, .fini = unload);

Test(slowdir, a_path_is_on_the_lowest_mount_above_it_and_of_two_in_one_place_on_the_later)
{
	load("22 1 0:20 / / rw - overlay overlay rw\n"
		"23 22 0:21 / /srv rw,relatime shared:5 - fuse.sshfs a:/b rw\n"
		"24 23 0:22 / /srv/here rw - tmpfs none rw\n"
		"25 22 0:23 / /two rw - nfs4 host:/x rw\n"
		"26 25 0:24 / /two rw - tmpfs none rw\n"
		"27 22 0:25 / /with\\040blank rw - 9p x rw\n");
	cr_assert_eq(sd.n, 6u);
	cr_expect(!is_slow(&sd, ""));
	cr_expect(!is_slow(&sd, "/srvx"));
	cr_expect(is_slow(&sd, "/srv"));
	cr_expect(is_slow(&sd, "/srv/x/y"));
	cr_expect(!is_slow(&sd, "/srv/here"));
	cr_expect(!is_slow(&sd, "/srv/here/x"));
	cr_expect(is_slow(&sd, "/srv/herex"));
	cr_expect(!is_slow(&sd, "/two/x"));
	cr_expect(is_slow(&sd, "/with blank/x"));
}

Test(slowdir, what_is_on_the_device_of_the_root_is_not_slow)
{
	load("22 1 0:20 / / rw - virtiofs root rw\n"
		"23 22 0:20 /a /srv rw - virtiofs root rw\n"
		"24 22 0:21 / /other rw - virtiofs data rw\n");
	excuse(&sd, "/");
	cr_expect(!is_slow(&sd, "/x"));
	cr_expect(!is_slow(&sd, "/srv/x"));
	cr_expect(is_slow(&sd, "/other"));
}

Test(slowdir, a_walk_stops_before_a_slow_mount_whatever_leads_there)
{
	static const char *const refused[] = { "slow", "slow/x", "direct", "chain", "round/slow", "through" };
	static const char *const fine[] = { "dir", "good", "dir/../good", "." };
	struct scratch dir = scratch_make();
	char text[512];
	struct stat st;
	bool link;
	int at = dir.fd;

	cr_assert_eq(mkdirat(at, "slow", 0755) | mkdirat(at, "dir", 0755), 0);
	snprintf(text, sizeof(text), "%s/slow", dir.path);
	cr_assert_eq(symlinkat(text, at, "direct") | symlinkat("dir/../direct", at, "chain"), 0);
	cr_assert_eq(symlinkat(".", at, "round") | symlinkat("slow/../dir", at, "through"), 0);
	cr_assert_eq(symlinkat("dir", at, "good") | symlinkat("self", at, "self") | symlinkat("none", at, "dangling"), 0);
	snprintf(text, sizeof(text), "1 1 0:1 / / rw - tmpfs x rw\n2 1 0:2 / %s/slow rw - fuse x rw\n", dir.path);
	load(text);
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		cr_expect_eq(slowdir_open(&sd, at, refused[i], &link), -EREMOTE, "%s", refused[i]);
	for (size_t i = 0; i < sizeof(fine) / sizeof(*fine); i++) {
		int fd = slowdir_open(&sd, at, fine[i], &link);

		cr_expect(fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode), "%s: %d", fine[i], fd);
		cr_expect_eq(link, strcmp(fine[i], "good") == 0, "%s", fine[i]);
		close(fd);
	}
	cr_expect_eq(slowdir_open(&sd, at, "self", &link), -ELOOP);
	cr_expect_eq(slowdir_open(&sd, at, "dangling", &link), -ENOENT);
	cr_expect(link);
	scratch_remove(&dir);
}
