/* Users and groups from fixture files that stand in for the two in /etc, and becoming oneself. */
#include "ids.h"

#include "scratch.h"
#include "sys.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <grp.h>
#include <sys/wait.h>

static struct scratch s;
static struct sys real;

/* Leads the two files to the scratch directory, and everything else where it is. */
static int led_openat(int dirfd, const char *path, int flags, mode_t mode)
{
	if (strcmp(path, "/etc/passwd") == 0)
		return real.openat(s.fd, "passwd", flags, mode);
	if (strcmp(path, "/etc/group") == 0)
		return real.openat(s.fd, "group", flags, mode);
	return real.openat(dirfd, path, flags, mode);
}

static void make_files(void)
{
	s = scratch_make();
	scratch_text(&s, "passwd",
		"root:x:0:0:root:/root:/bin/sh\n"
		"# a comment\n"
		"\n"
		"broken line\n"
		"app:x:10000:10001::/opt/data:/bin/sh\n"
		"twin:x:10000:10002::/:/bin/false\n"
		"alone:x:20000:20000::/:/bin/false\n");
	scratch_text(&s, "group",
		"root:x:0:\n"
		"adm:x:4:root,app\n"
		"broken\n"
		"own:x:10001:app\n"
		"video:x:44:application,app,twin\n"
		"audio:x:45:application\n"
		"last:x:4294967294:app");
	real = sys;
	sys.openat = led_openat;
}

static void remove_files(void)
{
	sys = real;
	scratch_remove(&s);
}

TestSuite(ids, .init = make_files, .fini = remove_files);

static void expect_app(const struct ids *ids)
{
	static const gid_t groups[] = {10001, 4, 44, 4294967294U};

	cr_assert_eq(ids->uid, 10000);
	cr_assert_eq(ids->gid, 10001);
	cr_assert_eq(ids->ngroups, 4);
	cr_assert_arr_eq(ids->groups, groups, sizeof(groups));
}

Test(ids, finds_a_user_by_name_with_his_groups)
{
	struct ids ids;

	cr_assert_eq(ids_by_name("app", &ids), 0);
	expect_app(&ids);
	cr_assert_eq(ids_by_name("twin", &ids), 0);
	cr_assert(ids.uid == 10000 && ids.gid == 10002 && ids.ngroups == 2);
	cr_assert(ids.groups[0] == 10002 && ids.groups[1] == 44);
	cr_assert_eq(ids_by_name("alone", &ids), 0);
	cr_assert(ids.ngroups == 1 && ids.groups[0] == 20000);
}

Test(ids, leaves_the_result_alone_when_there_is_no_such_user)
{
	struct ids ids = {.uid = 7};

	cr_assert_eq(ids_by_name("ap", &ids), -ENOENT);
	cr_assert_eq(ids_by_name("", &ids), -ENOENT);
	cr_assert_eq(ids_by_name("10000", &ids), -ENOENT);
	cr_assert_eq(ids.uid, 7);
}

Test(ids, finds_the_first_user_with_a_uid)
{
	struct ids ids;

	cr_assert_eq(ids_by_uid(10000, &ids), 0);
	expect_app(&ids);
}

Test(ids, gives_a_uid_that_is_not_listed_no_groups)
{
	struct ids ids;

	memset(&ids, 0x55, sizeof(ids));
	cr_assert_eq(ids_by_uid(31337, &ids), 0);
	cr_assert(ids.uid == 31337 && ids.gid == IDS_NOGROUP && ids.ngroups == 0);
}

Test(ids, does_without_the_files)
{
	struct ids ids;
	gid_t gid;
	char name[16];

	cr_assert_eq(unlinkat(s.fd, "group", 0), 0);
	cr_assert_eq(ids_by_name("app", &ids), 0);
	cr_assert(ids.ngroups == 1 && ids.groups[0] == 10001);
	cr_assert_eq(ids_group("adm", &gid), -ENOENT);
	cr_assert_eq(unlinkat(s.fd, "passwd", 0), 0);
	cr_assert_eq(ids_by_name("app", &ids), -ENOENT);
	cr_assert_eq(ids_by_uid(10000, &ids), 0);
	cr_assert(ids.gid == IDS_NOGROUP && ids.ngroups == 0);
	ids_user_name(10000, name, sizeof(name));
	cr_assert_str_eq(name, "10000");
}

Test(ids, says_so_when_a_file_is_no_file)
{
	struct ids ids;

	cr_assert_eq(unlinkat(s.fd, "group", 0), 0);
	cr_assert_eq(mkfifoat(s.fd, "group", 0600), 0);
	cr_assert_eq(ids_by_name("app", &ids), -EINVAL);
	cr_assert_eq(unlinkat(s.fd, "passwd", 0), 0);
	cr_assert_eq(mkdirat(s.fd, "passwd", 0700), 0);
	cr_assert_eq(ids_by_uid(10000, &ids), -EINVAL);
}

Test(ids, sees_a_change_at_the_next_question)
{
	struct ids ids;

	cr_assert_eq(ids_by_name("app", &ids), 0);
	scratch_text(&s, "passwd", "app:x:501:20::/:/bin/sh\n");
	cr_assert_eq(ids_by_name("app", &ids), 0);
	cr_assert(ids.uid == 501 && ids.gid == 20);
}

Test(ids, cuts_more_groups_than_it_keeps)
{
	static char text[32768];
	size_t len = 0;
	struct ids ids;
	int i;

	for (i = 0; i < IDS_GROUPS_MAX + 40; i++)
		len += (size_t)snprintf(
			text + len, sizeof(text) - len, "g%d:x:%d:app\n", i, 1000 + i);
	scratch_text(&s, "group", text);
	cr_assert_eq(ids_by_name("app", &ids), 0);
	cr_assert_eq(ids.ngroups, IDS_GROUPS_MAX);
	cr_assert(ids.groups[0] == 10001 && ids.groups[IDS_GROUPS_MAX - 1] == 1000 + IDS_GROUPS_MAX - 2);
}

Test(ids, finds_a_group_by_name)
{
	gid_t gid = 7;

	cr_assert_eq(ids_group("nosuch", &gid), -ENOENT);
	cr_assert_eq(gid, 7);
	cr_assert_eq(ids_group("video", &gid), 0);
	cr_assert_eq(gid, 44);
	cr_assert_eq(ids_group("last", &gid), 0);
	cr_assert_eq(gid, 4294967294U);
}

Test(ids, names_a_user_or_says_his_number)
{
	char name[16];
	char small[4];

	ids_user_name(10000, name, sizeof(name));
	cr_assert_str_eq(name, "app");
	ids_user_name(0, name, sizeof(name));
	cr_assert_str_eq(name, "root");
	ids_user_name(4294967294U, name, sizeof(name));
	cr_assert_str_eq(name, "4294967294");
	ids_user_name(0, small, sizeof(small));
	cr_assert_str_eq(small, "0");
}

Test(ids, leaves_no_file_open)
{
	struct ids ids;
	gid_t gid;
	char name[16];
	int before = dup(0);
	int after;

	close(before);
	ids_by_name("app", &ids);
	ids_by_name("nosuch", &ids);
	ids_by_uid(31337, &ids);
	ids_group("video", &gid);
	ids_group("nosuch", &gid);
	ids_user_name(10000, name, sizeof(name));
	ids_user_name(31337, name, sizeof(name));
	after = dup(0);
	cr_assert_eq(after, before);
	close(after);
}

/* What a process may call itself without any right: exactly what it is. */
Test(ids, becomes_what_it_already_is)
{
	struct ids ids = {.uid = getuid(), .gid = getgid()};
	int n = getgroups(IDS_GROUPS_MAX, ids.groups);

	cr_assert_geq(n, 0);
	ids.ngroups = (unsigned int)n;
	cr_assert_eq(ids_become(&ids), 0);
	/* Who is not root keeps the groups he has, and that is no failure. */
	ids.ngroups = 0;
	if (getuid() != 0)
		cr_assert_eq(ids_become(&ids), 0);
}

/* In a child: becomes app and looks at what it is. 0 if all is as it should be. */
static int become_and_look(const struct ids *ids)
{
	uid_t ru, eu, su;
	gid_t rg, eg, sg, groups[8];

	if (ids_become(ids) < 0)
		return 1;
	if (getresuid(&ru, &eu, &su) < 0 || ru != ids->uid || eu != ids->uid || su != ids->uid)
		return 2;
	if (getresgid(&rg, &eg, &sg) < 0 || rg != ids->gid || eg != ids->gid || sg != ids->gid)
		return 3;
	if (getgroups(8, groups) != (int)ids->ngroups || memcmp(groups, ids->groups, 4) != 0)
		return 4;
	if (setuid(0) == 0 || setgid(0) == 0)
		return 5;
	/* A second time there is nothing to do. */
	return ids_become(ids) == 0 ? 0 : 6;
}

/* Without the right to: nothing has happened after each refusal. */
static int be_refused(const struct ids *ids)
{
	struct ids root = {0};
	struct ids half = *ids;
	uid_t uid = getuid();
	gid_t gid = getgid();

	half.uid = uid;
	if (ids_become(ids) != -EPERM || ids_become(&half) != -EPERM || ids_become(&root) != -EPERM)
		return 7;
	return getuid() == uid && geteuid() == uid && getgid() == gid && getegid() == gid ? 0 : 8;
}

/* As root this is the one way, as anybody else the other; tests/root runs it as root too. */
Test(ids, becomes_another_for_good_or_not_at_all)
{
	struct ids ids = {.uid = 10077, .gid = 10078, .ngroups = 2, .groups = {44, 10078}};
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(getuid() == 0 ? become_and_look(&ids) : be_refused(&ids));
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0);
}
