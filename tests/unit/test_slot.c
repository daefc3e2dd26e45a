#include <errno.h>

#include "reconcile.h"
#include "slot_text.h"
#include "sys.h"
#include "unitdir.h"

static struct config cfg;
static struct ids me;
static const struct slot_env none;
static struct slot_spec spec = { .config = &cfg, .profile = "coder", .owner = &me };

static void begin(void)
{
	scratch_make();
	scratch_write("f.ini", "[app]\nuser = app\nhome_env = H_HOME\nhome = /opt/it's\nlogin_home = /opt/data\n[profiles]\n"
		"command = tool -p %p '100%%' run;x $HOME\ncommand_default = tool run\n"
		"env = A=1 B=x'y\npark_exit_codes = 0, 078\n");
	cr_assert_eq(fchdir(scratch_fd), 0);
	cr_assert_eq(config_load(&cfg, "f.ini", stderr), 0);
	cr_assert_eq(unlinkat(scratch_fd, "f.ini", 0), 0);
	me.uid = geteuid();
	me.gid = getegid();
}

static void end(void)
{
	config_finish(&cfg);
	scratch_remove();
}

TestSuite(slot, .init = begin, .fini = end);

#define RUN(user, words) "#!/command/hexad-slot\n" user "env HOME=/opt/data\ndir /opt/data\nenv A=1\nenv B=x'y\n" words
#define LOG_RUN(user) "#!/command/hexad-slot\n" user "home-env H_HOME\nhome /opt/it's\nlog-dir logs/gateways/coder\n" \
	"log 1\nlog n10\nlog s1000000\nlog T\n"
#define WORDS "exec tool\nexec -p\nexec coder\nexec '100%'\nexec run;x\nexec $HOME\n"

Test(slot, run_has_a_line_for_every_word_and_gives_rights_up_where_there_are_some)
{
	static struct slotfile t;

	cr_assert_eq(slot_text_run(&t, &cfg, "coder", NULL, &none), 0);
	cr_expect_str_eq(t.buf, RUN("", WORDS));
	cr_assert_eq(slot_text_run(&t, &cfg, "coder", "app", &none), 0);
	cr_expect_str_eq(t.buf, RUN("user app\n", WORDS));
}

Test(slot, variables_of_its_own_come_after_the_configured_ones_unquoted)
{
	static struct slotfile t;
	const char *const words[] = { "C=", "D=a b'c\n$(x)\\n" };
	const struct slot_env extra = { words, 2 };

	cr_assert_eq(slot_text_run(&t, &cfg, "default", NULL, &extra), 0);
	cr_expect(strstr(t.buf, "env B=x'y\nenv C=\nenv D=a b'c\\n$(x)\\\\n\nexec tool\nexec run\n"), "%s", t.buf);
}

Test(slot, the_root_profile_has_its_own_command)
{
	static struct slotfile t;

	cr_assert_eq(slot_text_run(&t, &cfg, "default", NULL, &none), 0);
	cr_expect_str_eq(t.buf, RUN("", "exec tool\nexec run\n"));
}

Test(slot, a_shell_gets_the_line_as_it_is_where_one_is_asked_for)
{
	static struct slotfile t;

	cfg.command_shell = true;
	cr_assert_eq(slot_text_run(&t, &cfg, "coder", NULL, &none), 0);
	cr_expect_str_eq(t.buf, RUN("", "exec /bin/sh\nexec -c\nexec tool -p coder '100%' run;x $HOME\n"));
	cr_assert_eq(slot_text_run(&t, &cfg, "default", NULL, &none), 0);
	cr_expect_str_eq(t.buf, RUN("", "exec /bin/sh\nexec -c\nexec tool run\n"));
}

Test(slot, the_logger_looks_its_home_up_when_it_starts)
{
	static struct slotfile t;

	cr_assert_eq(slot_text_log_run(&t, &cfg, "coder", NULL), 0);
	cr_expect_str_eq(t.buf, LOG_RUN(""));
	cr_assert_eq(slot_text_log_run(&t, &cfg, "coder", "app"), 0);
	cr_expect_str_eq(t.buf, LOG_RUN("user app\n"));
}

Test(slot, finish_parks_the_codes_it_is_given)
{
	static struct slotfile t;

	cr_assert_eq(slot_text_finish(&t, &cfg), 0);
	cr_expect_str_eq(t.buf, "#!/command/hexad-slot\npark 0\npark 78\n");
	cfg.park_exit_codes[0] = '\0';
	cr_assert_eq(slot_text_finish(&t, &cfg), 0);
	cr_expect_eq(t.len, 0);
}

Test(slot, a_text_that_does_not_fit_is_an_error)
{
	static struct slotfile t;
	char name[SV_PROFILE_MAX + 1], *old = cfg.command;

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	cfg.command = malloc(401);
	for (int i = 0; i < 200; i++)
		memcpy(cfg.command + 2 * i, "%p", 3);
	cr_expect_eq(slot_text_run(&t, &cfg, name, NULL, &none), -E2BIG);
	free(cfg.command);
	cfg.command = old;
}

static unsigned int mode_of(const char *path)
{
	struct stat st;

	return fstatat(scratch_fd, path, &st, AT_SYMLINK_NOFOLLOW) ? 0 : st.st_mode;
}

/* The names in a directory below the scratch directory, but "." and "..". */
static unsigned int entries(const char *path)
{
	DIR *dir = fdopendir(openat(scratch_fd, path, O_RDONLY | O_DIRECTORY));
	unsigned int n = 0;

	cr_assert(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

/* The profile is one that has a command which every user may start. */
static void expect_whole(bool down)
{
	cr_expect_eq(entries("."), 1, "%u entries", entries("."));
	cr_expect_eq(mode_of("gateway-coder"), S_IFDIR | 0755);
	cr_expect_eq(mode_of("gateway-coder/run"), S_IFREG | 0755);
	cr_expect_eq(mode_of("gateway-coder/finish"), S_IFREG | 0755);
	cr_expect_eq(mode_of("gateway-coder/type"), S_IFREG | 0644);
	cr_expect_eq(mode_of("gateway-coder/log"), S_IFDIR | 0755);
	cr_expect_eq(mode_of("gateway-coder/log/run"), S_IFREG | 0755);
	cr_expect_eq(mode_of("gateway-coder/log/type"), S_IFREG | 0644);
	cr_expect_eq(mode_of("gateway-coder/down"), down ? S_IFREG | 0644 : 0);
	cr_expect_eq(entries("gateway-coder"), down ? 5 : 4);
	cr_expect_eq(entries("gateway-coder/log"), 2);
	cr_expect_str_eq(scratch_read("gateway-coder/type"), "longrun\n");
	cr_expect_str_eq(scratch_read("gateway-coder/log/type"), "longrun\n");
}

Test(slot, is_made_whole_whatever_the_umask)
{
	umask(077);
	cr_assert_eq(slot_create(scratch_fd, &spec, NULL), 0);
	expect_whole(false);
	if (geteuid())
		cr_expect_str_eq(scratch_read("gateway-coder/run"), RUN("", WORDS));
}

Test(slot, a_profile_that_stays_down_has_a_down_file)
{
	spec.down = true;
	umask(0);
	cr_assert_eq(slot_create(scratch_fd, &spec, NULL), 0);
	expect_whole(true);
}

Test(slot, one_that_is_there_is_left_alone)
{
	scratch_mkdir("gateway-coder");
	cr_expect_eq(slot_create(scratch_fd, &spec, NULL), -EEXIST);
	cr_expect_eq(entries("gateway-coder"), 0);
	cr_expect_eq(entries("."), 1);
	cr_assert_eq(unlinkat(scratch_fd, "gateway-coder", AT_REMOVEDIR), 0);
	cr_assert_eq(symlinkat("nowhere", scratch_fd, "gateway-coder"), 0);
	cr_expect_eq(slot_create(scratch_fd, &spec, NULL), -EEXIST);
}

Test(slot, names_are_refused_before_anything_is_touched)
{
	static const char *const bad[] = { "", "..", "../x", "a/b", "-x", "_x", "Upper", "a b", "a\n", "a.b", "\xc3\xa4" };
	char name[300];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		spec.profile = bad[i];
		cr_expect_eq(slot_create(scratch_fd, &spec, NULL), -EINVAL, "'%s'", bad[i]);
	}
	memset(name, 'a', sizeof(name));
	name[SV_PROFILE_MAX + 1] = '\0';
	spec.profile = name;
	cr_expect_eq(slot_create(scratch_fd, &spec, NULL), -EINVAL);
	cr_expect_eq(entries("."), 0);
	name[SV_PROFILE_MAX] = '\0';
	cr_expect_eq(slot_create(scratch_fd, &spec, NULL), 0);
	cr_expect_eq(entries("."), 1);
}

Test(slot, the_name_is_bounded)
{
	char name[SLOT_NAME_MAX + 2], buf[300];

	memset(name, 'a', sizeof(name));
	name[SLOT_NAME_MAX - 8] = '\0';
	cr_expect_eq(slot_name(&cfg, name, buf, sizeof(buf)), 0);
	cr_expect_eq(strlen(buf), SLOT_NAME_MAX);
	cr_expect_eq(slot_name(&cfg, name, buf, SLOT_NAME_MAX), -ENAMETOOLONG);
	name[SLOT_NAME_MAX - 8] = 'a';
	name[SLOT_NAME_MAX - 7] = '\0';
	cr_expect_eq(slot_name(&cfg, name, buf, sizeof(buf)), -ENAMETOOLONG);
}

Test(slot, a_left_over_staging_directory_is_removed_first)
{
	scratch_mkdir(".gateway-coder.new");
	scratch_write(".gateway-coder.new/run", "old");
	scratch_mkdir(".gateway-coder.new/event");
	scratch_mkdir(".gateway-coder.new/supervise");
	scratch_write(".gateway-coder.new/supervise/lock", "");
	scratch_mkdir(".gateway-coder.new/log");
	scratch_mkdir(".gateway-coder.new/log/supervise");
	scratch_write(".gateway-coder.new/log/supervise/status", "");
	cr_assert_eq(slot_create(scratch_fd, &spec, NULL), 0);
	expect_whole(false);
}

Test(slot, a_left_over_file_or_link_is_removed_and_not_followed)
{
	char outside[] = "/tmp/hexad-unit-outside.XXXXXX", run[80];

	cr_assert(mkdtemp(outside));
	snprintf(run, sizeof(run), "%s/run", outside);
	close(open(run, O_WRONLY | O_CREAT, 0600));
	cr_assert_eq(symlinkat(outside, scratch_fd, ".gateway-coder.new"), 0);
	cr_assert_eq(slot_create(scratch_fd, &spec, NULL), 0);
	cr_expect_eq(access(run, F_OK), 0, "the link was followed");
	unlink(run);
	rmdir(outside);
	expect_whole(false);
	spec.profile = "b";
	scratch_write(".gateway-b.new", "");
	cr_expect_eq(slot_create(scratch_fd, &spec, NULL), 0);
}

Test(slot, a_link_in_a_left_over_staging_directory_is_not_followed)
{
	scratch_mkdir("victim");
	scratch_write("victim/run", "kept");
	scratch_mkdir(".gateway-coder.new");
	cr_assert_eq(symlinkat("../victim", scratch_fd, ".gateway-coder.new/log"), 0);
	cr_expect_eq(slot_create(scratch_fd, &spec, NULL), -ENOTEMPTY);
	cr_expect_str_eq(scratch_read("victim/run"), "kept");
}

Test(slot, what_somebody_else_put_into_staging_is_kept_and_said)
{
	scratch_mkdir(".gateway-coder.new");
	scratch_write(".gateway-coder.new/mine", "mine");
	cr_expect_eq(slot_create(scratch_fd, &spec, NULL), -ENOTEMPTY);
	cr_expect_str_eq(scratch_read(".gateway-coder.new/mine"), "mine");
	cr_expect_not(scratch_exists("gateway-coder"));
}

/* A copy of the table whose nth call fails once; the calls are counted over all entries that slots use. */
static struct sys real;
static int left;

static bool fails_now(void)
{
	if (left-- != 0)
		return false;
	errno = EIO;
	return true;
}

static int f_openat(int dirfd, const char *path, int flags, mode_t mode)
{
	return fails_now() ? -1 : real.openat(dirfd, path, flags, mode);
}

static ssize_t f_write(int fd, const void *buf, size_t len)
{
	return fails_now() ? -1 : real.write(fd, buf, len);
}

static int f_fstat(int fd, struct stat *st)
{
	return fails_now() ? -1 : real.fstat(fd, st);
}

static int f_fstatat(int dirfd, const char *path, struct stat *st, int flags)
{
	return fails_now() ? -1 : real.fstatat(dirfd, path, st, flags);
}

static int f_mkdirat(int dirfd, const char *path, mode_t mode)
{
	return fails_now() ? -1 : real.mkdirat(dirfd, path, mode);
}

static int f_unlinkat(int dirfd, const char *path, int flags)
{
	return fails_now() ? -1 : real.unlinkat(dirfd, path, flags);
}

static int f_renameat(int fromfd, const char *from, int tofd, const char *to)
{
	return fails_now() ? -1 : real.renameat(fromfd, from, tofd, to);
}

static int f_fchmod(int fd, mode_t mode)
{
	return fails_now() ? -1 : real.fchmod(fd, mode);
}

static void *f_calloc(size_t n, size_t size)
{
	return fails_now() ? NULL : real.calloc(n, size);
}

static void begin_failing(void)
{
	real = sys;
	sys.openat = f_openat;
	sys.write = f_write;
	sys.fstat = f_fstat;
	sys.fstatat = f_fstatat;
	sys.mkdirat = f_mkdirat;
	sys.unlinkat = f_unlinkat;
	sys.renameat = f_renameat;
	sys.fchmod = f_fchmod;
	sys.calloc = f_calloc;
}

static unsigned int open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

Test(slot, nothing_is_left_behind_whichever_call_fails)
{
	unsigned int fds = open_fds();
	int n, rc = -1;

	spec.down = true;
	begin_failing();
	for (n = 0; rc && n < 500; n++) {
		left = n;
		rc = slot_create(scratch_fd, &spec, NULL);
		if (rc) {
			cr_expect(rc == -EIO || rc == -ENOMEM, "call %d: %d", n, rc);
			cr_expect_eq(entries("."), 0, "call %d leaves %u entries", n, entries("."));
		}
		cr_expect_eq(open_fds(), fds, "call %d leaves a descriptor open", n);
	}
	sys = real;
	cr_assert_eq(rc, 0);
	cr_expect_gt(n, 25, "only %d calls were made to fail", n);
	expect_whole(true);
}

Test(slot, a_left_over_is_cleared_after_any_failure_too)
{
	int rc = -1;

	begin_failing();
	for (int n = 0; rc && n < 500; n++) {
		left = -1;
		if (!scratch_exists(".gateway-coder.new")) {
			scratch_mkdir(".gateway-coder.new");
			scratch_mkdir(".gateway-coder.new/log");
			scratch_write(".gateway-coder.new/log/run", "old");
		}
		left = n;
		rc = slot_create(scratch_fd, &spec, NULL);
		cr_expect(rc <= 0);
		cr_expect_not(rc && scratch_exists("gateway-coder"), "call %d leaves a slot", n);
	}
	sys = real;
	cr_assert_eq(rc, 0);
	expect_whole(false);
}
