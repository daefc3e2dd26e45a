#include <errno.h>
#include <sys/inotify.h>
#include <sys/mman.h>

#include "plan.h"
#include "sys.h"
#include "volume.h"
#include "unitdir.h"

static struct config cfg;
static char *no_env[] = { NULL };
static const char *plain[] = { "/init", NULL };

/* String literals are const here, the vectors of main are not. */
#define VECTOR(v) ((char *const *)(const void *)(v))

static struct reconcile_input in = { .config = &cfg, .argv = VECTOR(plain), .environ = no_env };
static struct plan plan;

static void begin(void)
{
	scratch_make();
	scratch_write("f.ini", "[app]\nuser = app\n[profiles]\ncommand = x\ncommand_default = x\n"
		"bootstrap_env = BOOTSTRAP\nno_supervise_env = NO_SUPERVISE\n[main]\nwrapper = main-wrapper.sh\n");
	cr_assert_eq(fchdir(scratch_fd), 0);
	cr_assert_eq(config_load(&cfg, "f.ini", stderr), 0);
	in.home = scratch_dir;
}

static void end(void)
{
	plan_finish(&plan);
	config_finish(&cfg);
	scratch_remove();
}

TestSuite(reconcile, .init = begin, .fini = end);

/* A profile with its marker and, unless NULL, its state file. */
static void profile(const char *name, const char *state)
{
	char path[600];

	if (!scratch_exists("profiles"))
		scratch_mkdir("profiles");
	snprintf(path, sizeof(path), "profiles/%s", name);
	scratch_mkdir(path);
	snprintf(path, sizeof(path), "profiles/%s/SOUL.md", name);
	scratch_write(path, "");
	snprintf(path, sizeof(path), "profiles/%s/gateway_state.json", name);
	if (state)
		scratch_write(path, state);
}

/* Runs the reading half and parses what it wrote. Returns its exit code. */
static int run(void)
{
	int fd = memfd_create("plan", MFD_CLOEXEC), code = reconcile_child(&in, fd);
	off_t len = lseek(fd, 0, SEEK_END);
	char *text = calloc(1, (size_t)len + 1);

	cr_assert_eq(pread(fd, text, (size_t)len, 0), len);
	close(fd);
	plan_finish(&plan);
	cr_assert_eq(plan_parse(&plan, text, (size_t)len), 0, "%s", text);
	free(text);
	return code;
}

static void expect_op(size_t i, const char *name, const char *state, enum plan_action action, const char *why)
{
	cr_assert_lt(i, plan.n, "%s is missing", name);
	cr_expect_str_eq(plan.op[i].profile, name, "op %zu is '%s'", i, plan.op[i].profile);
	cr_expect_str_eq(plan.op[i].prior_state, state, "%s: '%s'", name, plan.op[i].prior_state);
	cr_expect_eq(plan.op[i].action, action, "%s: %d", name, plan.op[i].action);
	cr_expect_str_eq(plan.op[i].why, why, "%s: '%s'", name, plan.op[i].why);
}

Test(reconcile, an_empty_home_has_the_root_profile)
{
	cr_expect_eq(run(), 0);
	cr_expect_eq(plan.n, 1);
	expect_op(0, "default", "", PLAN_REGISTERED, "");
}

Test(reconcile, a_home_that_is_not_there_has_the_root_profile_too)
{
	in.home = "/nonexistent/home";
	cr_expect_eq(run(), 0);
	cr_expect_eq(plan.n, 1);
	expect_op(0, "default", "", PLAN_REGISTERED, "there is no home '/nonexistent/home'");
}

Test(reconcile, a_home_that_is_no_directory_is_an_error)
{
	in.home = "/dev/null";
	cr_expect_eq(run(), 1);
	cr_expect_eq(plan.n, 0);
}

Test(reconcile, profiles_come_after_the_root_in_byte_order)
{
	profile("b", "{\"gateway_state\":\"running\"}");
	profile("a-z", "{\"desired_state\":\"stopped\",\"gateway_state\":\"running\"}");
	profile("a", "{\"gateway_state\":\"draining\"}");
	profile("a_b", NULL);
	profile("10", "\xef\xbb\xbf{\"desired_state\":\"running\"}");
	cr_expect_eq(run(), 0);
	cr_expect_eq(plan.n, 6);
	expect_op(0, "default", "", PLAN_REGISTERED, "");
	expect_op(1, "10", "running", PLAN_STARTED, "");
	expect_op(2, "a", "running", PLAN_STARTED, "");
	expect_op(3, "a-z", "stopped", PLAN_REGISTERED, "");
	expect_op(4, "a_b", "", PLAN_REGISTERED, "");
	expect_op(5, "b", "running", PLAN_STARTED, "");
}

Test(reconcile, only_directories_with_the_marker_are_profiles)
{
	profile("a", NULL);
	scratch_mkdir("profiles/nomarker");
	scratch_write("profiles/file", "");
	scratch_mkdir("profiles/m");
	scratch_mkdir("profiles/m/SOUL.md");
	cr_assert_eq(symlinkat("nowhere", scratch_fd, "profiles/dangling"), 0);
	cr_assert_eq(symlinkat("loop", scratch_fd, "profiles/loop"), 0);
	cr_assert_eq(mkfifoat(scratch_fd, "profiles/fifo", 0600), 0);
	cr_expect_eq(run(), 0);
	cr_expect_eq(plan.n, 3);
	expect_op(1, "a", "", PLAN_REGISTERED, "");
	expect_op(2, "m", "", PLAN_REGISTERED, "");
}

Test(reconcile, a_link_to_a_directory_is_a_profile_but_no_other_link_is_followed)
{
	profile("a", "{\"gateway_state\":\"running\"}");
	cr_assert_eq(symlinkat("a", scratch_fd, "profiles/link"), 0);
	profile("s", NULL);
	cr_assert_eq(symlinkat("../a/gateway_state.json", scratch_fd, "profiles/s/gateway_state.json"), 0);
	cr_expect_eq(run(), 0);
	cr_expect_eq(plan.n, 4);
	expect_op(2, "link", "running", PLAN_STARTED, "");
	expect_op(3, "s", "", PLAN_REGISTERED, "state file is a symbolic link, so it stays down");
}

Test(reconcile, a_profiles_directory_that_is_a_link_is_not_followed)
{
	scratch_mkdir("elsewhere");
	cr_assert_eq(symlinkat("elsewhere", scratch_fd, "profiles"), 0);
	cr_expect_eq(run(), 0);
	cr_expect_eq(plan.n, 2);
	expect_op(1, "profiles/", "", PLAN_SKIPPED, "unable to read the profiles: Not a directory");
}

Test(reconcile, a_bad_state_file_costs_its_profile_alone)
{
	char *big = malloc(STATE_FILE_MAX + 2);

	memset(big, ' ', STATE_FILE_MAX + 2);
	profile("bad", "{\"gateway_state\":");
	profile("big", NULL);
	scratch_write_len("profiles/big/gateway_state.json", big, STATE_FILE_MAX + 1);
	profile("dir", NULL);
	scratch_mkdir("profiles/dir/gateway_state.json");
	profile("fifo", NULL);
	cr_assert_eq(mkfifoat(scratch_fd, "profiles/fifo/gateway_state.json", 0600), 0);
	profile("list", "[\"running\"]");
	profile("num", "{\"desired_state\":1,\"gateway_state\":\"running\"}");
	memcpy(big, "{\"gateway_state\":\"running\"}", 27);
	profile("size", NULL);
	scratch_write_len("profiles/size/gateway_state.json", big, STATE_FILE_MAX);
	profile("utf8", "{\"desired_state\":\"\xff\"}");
	profile("zz", "{\"gateway_state\":\"running\"}");
	cr_expect_eq(run(), 0);
	cr_expect_eq(plan.n, 10);
	expect_op(1, "bad", "", PLAN_REGISTERED, "state file is no valid JSON, so it stays down");
	expect_op(2, "big", "", PLAN_REGISTERED, "state file is longer than 1 MiB, so it stays down");
	expect_op(3, "dir", "", PLAN_REGISTERED, "state file is no regular file, so it stays down");
	expect_op(4, "fifo", "", PLAN_REGISTERED, "state file is no regular file, so it stays down");
	expect_op(5, "list", "", PLAN_REGISTERED, "state file is no JSON object, so it stays down");
	expect_op(6, "num", "", PLAN_REGISTERED, "'desired_state' in the state file is no string, so it stays down");
	expect_op(7, "size", "running", PLAN_STARTED, "");
	expect_op(8, "utf8", "", PLAN_REGISTERED, "state file is no valid JSON, so it stays down");
	expect_op(9, "zz", "running", PLAN_STARTED, "");
}

Test(reconcile, what_may_not_be_read_is_said_and_stays_down)
{
	if (!geteuid())
		cr_skip_test("root reads everything");
	profile("locked", "{\"gateway_state\":\"running\"}");
	cr_assert_eq(fchmodat(scratch_fd, "profiles/locked/gateway_state.json", 0, 0), 0);
	profile("shut", "{\"gateway_state\":\"running\"}");
	cr_assert_eq(fchmodat(scratch_fd, "profiles/shut", 0, 0), 0);
	cr_expect_eq(run(), 0);
	cr_expect_eq(plan.n, 3);
	expect_op(1, "locked", "", PLAN_REGISTERED,
		"state file cannot be read: Permission denied, so it stays down");
	expect_op(2, "shut", "", PLAN_SKIPPED, "unable to look into it: Permission denied");
	fchmodat(scratch_fd, "profiles/shut", 0755, 0);
}

Test(reconcile, bad_names_are_skipped_and_the_pass_goes_on)
{
	profile("Upper", "{\"gateway_state\":\"running\"}");
	profile("new\nline", NULL);
	profile("default", "{\"gateway_state\":\"running\"}");
	profile("zz", "{\"gateway_state\":\"running\"}");
	cr_expect_eq(run(), 0);
	cr_expect_eq(plan.n, 5);
	expect_op(1, "Upper", "", PLAN_SKIPPED, "a name begins with a lower case letter or a digit");
	expect_op(2, "profiles/default", "", PLAN_SKIPPED, "the name is reserved for the home itself");
	expect_op(3, "new\\x0aline", "", PLAN_SKIPPED,
		"a name holds lower case letters, digits, '_' and '-' only");
	expect_op(4, "zz", "running", PLAN_STARTED, "");
}

Test(reconcile, the_lifecycle_file_says_how_it_ended)
{
	profile("a", NULL);
	scratch_mkdir("profiles/a/state");
	scratch_write("profiles/a/state/gateway.lifecycle.json", "{\"phase\":\"exited\"}");
	profile("b", NULL);
	scratch_mkdir("profiles/b/state");
	scratch_write("profiles/b/state/gateway.lifecycle.json", "{\"phase\":\"running\"}");
	profile("c", NULL);
	cr_assert_eq(symlinkat("../a/state", scratch_fd, "profiles/c/state"), 0);
	cr_expect_eq(run(), 0);
	cr_expect_eq(plan.op[0].prior_exit, PRIOR_UNKNOWN);
	cr_expect_eq(plan.op[1].prior_exit, PRIOR_CLEAN);
	cr_expect_eq(plan.op[2].prior_exit, PRIOR_UNCLEAN);
	cr_expect_eq(plan.op[3].prior_exit, PRIOR_UNKNOWN, "a link was followed");
}

Test(reconcile, stale_files_go_but_not_in_a_dry_run)
{
	profile("a", NULL);
	scratch_write("profiles/a/gateway.pid", "1");
	scratch_write("processes.json", "1");
	profile("Bad", NULL);
	scratch_write("profiles/Bad/gateway.pid", "1");
	in.dry_run = true;
	cr_expect_eq(run(), 0);
	cr_expect(scratch_exists("profiles/a/gateway.pid") && scratch_exists("processes.json"));
	in.dry_run = false;
	cr_expect_eq(run(), 0);
	cr_expect_not(scratch_exists("profiles/a/gateway.pid") || scratch_exists("processes.json"));
	cr_expect(scratch_exists("profiles/Bad/gateway.pid"), "it is no profile of ours");
}

Test(reconcile, multiplexing_lets_only_the_root_profile_start)
{
	const char *env[] = { "GATEWAY_MULTIPLEX_PROFILES=On", NULL };

	in.environ = VECTOR(env);
	scratch_write("gateway_state.json", "{\"gateway_state\":\"running\"}");
	profile("a", "{\"gateway_state\":\"running\"}");
	cr_expect_eq(run(), 0);
	expect_op(0, "default", "running", PLAN_STARTED, "");
	expect_op(1, "a", "running", PLAN_REGISTERED, "");
	cr_expect_str_eq(scratch_read("profiles/a/gateway_state.json"), "{\"gateway_state\":\"running\"}");
}

Test(reconcile, the_bootstrap_variable_seeds_the_root_once)
{
	const char *env[] = { "BOOTSTRAP=running", NULL };
	struct stat st;

	in.environ = VECTOR(env);
	in.dry_run = true;
	cr_expect_eq(run(), 0);
	expect_op(0, "default", "running", PLAN_STARTED, "");
	cr_expect_not(scratch_exists("gateway_state.json"));
	in.dry_run = false;
	umask(077);
	cr_expect_eq(run(), 0);
	expect_op(0, "default", "running", PLAN_STARTED, "");
	cr_expect_str_eq(scratch_read("gateway_state.json"), "{\"gateway_state\":\"running\"}");
	cr_assert_eq(fstatat(scratch_fd, "gateway_state.json", &st, 0), 0);
	cr_expect_eq(st.st_mode & 07777, 0644);
	scratch_write("gateway_state.json", "{\"gateway_state\":\"stopped\"}");
	cr_expect_eq(run(), 0);
	expect_op(0, "default", "stopped", PLAN_REGISTERED, "");
	env[0] = "BOOTSTRAP=Running";
	cr_assert_eq(unlinkat(scratch_fd, "gateway_state.json", 0), 0);
	cr_expect_eq(run(), 0);
	expect_op(0, "default", "", PLAN_REGISTERED, "");
}

Test(reconcile, a_seed_is_not_written_through_a_link)
{
	const char *env[] = { "BOOTSTRAP=running", NULL };

	in.environ = VECTOR(env);
	cr_assert_eq(symlinkat("target", scratch_fd, "gateway_state.json"), 0);
	cr_expect_eq(run(), 0);
	expect_op(0, "default", "", PLAN_REGISTERED, "state file is a symbolic link, so it stays down");
	cr_expect_not(scratch_exists("target"));
}

Test(reconcile, the_legacy_command_seeds_the_root_unless_told_not_to)
{
	static const struct {
		const char *argv[6], *env;
		bool seeds;
	} rows[] = {
		{ { "/init", "gateway", "run", NULL }, NULL, true },
		{ { "/init", "gateway", "run", "-v", NULL }, NULL, true },
		{ { "/init", "/opt/x/main-wrapper.sh", "gateway", "run", NULL }, NULL, true },
		{ { "/init", "/opt/x/main-wrapper.sh", "gateway", NULL }, NULL, false },
		{ { "/init", "gateway", "status", NULL }, NULL, false },
		{ { "/init", "-v", "gateway", "run", NULL }, NULL, false },
		{ { "/init", "/opt/x/other-main-wrapper.sh", "gateway", "run", NULL }, NULL, false },
		{ { "/init", NULL }, NULL, false },
		{ { "/init", "gateway", "run", "--no-supervise", NULL }, NULL, false },
		{ { "/init", "gateway", "run", NULL }, "NO_SUPERVISE=YES", false },
		{ { "/init", "gateway", "run", NULL }, "NO_SUPERVISE=0", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *env[] = { rows[i].env, NULL };
		char *text;

		in.argv = VECTOR(rows[i].argv);
		in.environ = VECTOR(env);
		(void)unlinkat(scratch_fd, "gateway_state.json", 0);
		cr_expect_eq(run(), 0);
		expect_op(0, "default", rows[i].seeds ? "running" : "", rows[i].seeds ? PLAN_STARTED : PLAN_REGISTERED, "");
		text = scratch_read("gateway_state.json");
		cr_expect_eq(strstr(text, "\"migrated_from\":\"legacy-container-cmd\"") != NULL, rows[i].seeds, "row %zu", i);
		free(text);
	}
}

Test(reconcile, a_container_with_another_role_reconciles_nothing)
{
	const char *direct[] = { "/init", "dashboard", "--port", NULL };
	const char *wrapped[] = { "/init", "/x/main-wrapper.sh", "dashboard", NULL };
	const char *other[] = { "/init", "run", "dashboard", NULL }, *bare[] = { NULL };

	cr_expect(reconcile_skipped(&cfg, VECTOR(direct)));
	cr_expect(reconcile_skipped(&cfg, VECTOR(wrapped)));
	cr_expect_not(reconcile_skipped(&cfg, VECTOR(other)));
	cr_expect_not(reconcile_skipped(&cfg, VECTOR(plain)));
	cr_expect_not(reconcile_skipped(&cfg, VECTOR(bare)));
}

Test(reconcile, the_home_is_the_environments_if_that_is_a_path)
{
	const char *env[] = { "APP_HOME_X=/no", "APP_HOME=/srv/x", NULL };

	cr_expect_str_eq(reconcile_home(&cfg, VECTOR(env)), "/srv/x");
	env[1] = "APP_HOME=";
	cr_expect_str_eq(reconcile_home(&cfg, VECTOR(env)), "/opt/data");
	env[1] = "APP_HOME=relative";
	cr_expect_str_eq(reconcile_home(&cfg, VECTOR(env)), "/opt/data");
	cr_expect_str_eq(reconcile_home(&cfg, no_env), "/opt/data");
}

/* boot_log.c */

static char *logged(const struct plan *p, int want)
{
	struct boot_log_input li = { .config = &cfg, .home = scratch_dir, .plan = p };
	int fd = openat(scratch_fd, "stdout", O_WRONLY | O_CREAT | O_TRUNC, 0644), old = dup(1), code;

	fflush(stdout);
	dup2(fd, 1);
	code = boot_log_child(&li, -1);
	dup2(old, 1);
	close(old);
	close(fd);
	cr_expect_eq(code, want);
	return scratch_read("logs/container-boot.log");
}

static struct plan_op ops[] = {
	{ "default", "", PLAN_REGISTERED, PRIOR_UNKNOWN, "" },
	{ "coder", "running", PLAN_STARTED, PRIOR_UNCLEAN, "" },
	{ "mail", "stopped", PLAN_REGISTERED, PRIOR_CLEAN, "" },
	{ "Up", "", PLAN_SKIPPED, PRIOR_UNKNOWN, "a name" },
	{ "profiles/default", "", PLAN_SKIPPED, PRIOR_UNKNOWN, "reserved" },
};
static struct plan log_plan = { ops, 5 };

/* Checks "YYYY-MM-DDTHH:MM:SS+hhmm " in front of each line and takes it away. */
static char *without_stamps(char *text)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd+dddd ";
	char *out = calloc(1, strlen(text) + 1), *line;

	while ((line = strsep(&text, "\n")) && *line) {
		for (size_t i = 0; i < sizeof(form) - 1; i++)
			cr_assert(form[i] == 'd' ? strchr("0123456789", line[i]) != NULL :
				line[i] == form[i] || (form[i] == '+' && line[i] == '-'), "%s", line);
		strcat(out, line + sizeof(form) - 1);
		strcat(out, "\n");
	}
	return out;
}

#define LOG_LINES "profile=default prior_state=None action=registered prior_exit=unknown\n" \
	"profile=coder prior_state=running action=started prior_exit=unclean\n" \
	"profile=mail prior_state=stopped action=registered prior_exit=clean\n" \
	"profile=Up prior_state=None action=skipped prior_exit=unknown\n"

Test(reconcile, the_boot_log_has_its_exact_form_and_is_appended_to)
{
	setenv("TZ", "UTC", 1);
	cr_expect_str_eq(without_stamps(logged(&log_plan, 0)), LOG_LINES);
	cr_expect_str_eq(scratch_read("stdout"), "reconcile: profile=default prior_state=None action=registered\n"
		"reconcile: profile=coder prior_state=running action=started\n"
		"reconcile: profile=mail prior_state=stopped action=registered\n"
		"reconcile: profile=Up prior_state=None action=skipped\n");
	cr_expect_str_eq(without_stamps(logged(&log_plan, 0)), LOG_LINES LOG_LINES);
	cr_expect_not_null(strstr(scratch_read("logs/container-boot.log"), "+0000 profile=default "));
}

Test(reconcile, the_boot_log_is_rotated_at_its_limit)
{
	char *big = calloc(1, 262144 + 1);

	memset(big, '#', 262144);
	scratch_mkdir("logs");
	scratch_write_len("logs/container-boot.log", big, 262143);
	scratch_write("logs/container-boot.log.1", "old");
	cr_expect_eq(strlen(logged(&log_plan, 0)) > 262143, 1);
	cr_expect_str_eq(scratch_read("logs/container-boot.log.1"), "old");
	scratch_write_len("logs/container-boot.log", big, 262144);
	cr_expect_str_eq(without_stamps(logged(&log_plan, 0)), LOG_LINES);
	cr_expect_str_eq(scratch_read("logs/container-boot.log.1"), big);
}

Test(reconcile, a_rotation_that_fails_loses_no_line)
{
	char *big = calloc(1, 262144 + 1);

	memset(big, '#', 262144);
	scratch_mkdir("logs");
	scratch_write_len("logs/container-boot.log", big, 262144);
	scratch_mkdir("logs/container-boot.log.1");
	cr_expect_not_null(strstr(logged(&log_plan, 0), " profile=mail "));
}

Test(reconcile, the_boot_log_is_written_through_no_link)
{
	scratch_mkdir("logs");
	cr_assert_eq(symlinkat("../target", scratch_fd, "logs/container-boot.log"), 0);
	logged(&log_plan, 1);
	cr_expect_not(scratch_exists("target"));
	cr_expect_not_null(strstr(scratch_read("stdout"), "reconcile: profile=coder "), "the lines are printed even so");
	cr_assert_eq(unlinkat(scratch_fd, "logs/container-boot.log", 0), 0);
	cr_assert_eq(unlinkat(scratch_fd, "logs", AT_REMOVEDIR), 0);
	scratch_mkdir("other");
	cr_assert_eq(symlinkat("other", scratch_fd, "logs"), 0);
	logged(&log_plan, 1);
	cr_expect_not(scratch_exists("other/container-boot.log"));
}

Test(reconcile, a_fifo_in_place_of_the_boot_log_holds_nobody_up)
{
	scratch_mkdir("logs");
	cr_assert_eq(mkfifoat(scratch_fd, "logs/container-boot.log", 0600), 0);
	logged(&log_plan, 1);
}

/* A pass with a watch, and what it tells beside its plan. */
static struct volume_word look(void)
{
	struct volume_word word;
	int sock[2], fd = -1;

	cr_assert_eq(volume_pair(sock), 0);
	in.sock = sock[1];
	in.dry_run = true;
	in.watchfd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	cr_expect_eq(run(), 0);
	cr_assert(volume_hear(sock[0], &word, &fd));
	cr_expect_eq(word.lock, VOLUME_HELD);
	close(fd);
	close(sock[0]);
	close(sock[1]);
	return word;
}

Test(reconcile, a_marker_that_loses_its_name_is_an_event_and_what_its_profile_writes_is_none)
{
	char buf[1024];

	profile("a", NULL);
	cr_expect_not(look().unwatched);
	scratch_write("profiles/a/other", "x");
	scratch_write("profiles/a/gateway_state.json.tmp", "{}");
	cr_assert_eq(renameat(scratch_fd, "profiles/a/gateway_state.json.tmp", scratch_fd, "profiles/a/gateway_state.json"), 0);
	cr_expect_eq(read(in.watchfd, buf, sizeof(buf)), -1);
	cr_assert_eq(renameat(scratch_fd, "profiles/a/SOUL.md", scratch_fd, "profiles/a/soul"), 0);
	cr_expect_gt(read(in.watchfd, buf, sizeof(buf)), 0);
	close(in.watchfd);
	cr_expect_not(look().unwatched);
	cr_expect_eq(plan.n, 1, "%zu ops", plan.n);
	cr_expect_eq(read(in.watchfd, buf, sizeof(buf)), -1);
	scratch_write("profiles/a/SOUL.md", "");
	cr_expect_gt(read(in.watchfd, buf, sizeof(buf)), 0);
	close(in.watchfd);
}

static int no_watch(int fd, const char *path, uint32_t mask)
{
	(void)fd;
	(void)path;
	(void)mask;
	errno = ENOSPC;
	return -1;
}

Test(reconcile, without_a_watch_a_profile_is_one_all_the_same_and_that_is_told)
{
	struct sys real = sys;
	struct volume_word word;

	profile("a", NULL);
	sys.inotify_add_watch = no_watch;
	word = look();
	sys = real;
	cr_expect(word.unwatched);
	cr_expect_eq(plan.n, 2);
	expect_op(1, "a", "", PLAN_REGISTERED, "");
	close(in.watchfd);
}

static int given;

static int count_watch(int fd, const char *path, uint32_t mask)
{
	(void)fd;
	(void)path;
	(void)mask;
	return ++given;
}

Test(reconcile, watches_are_given_to_so_many_directories_that_are_no_profiles_and_their_number_is_told)
{
	struct sys real = sys;
	struct volume_word word;
	char name[32];

	scratch_mkdir("profiles");
	for (int i = 0; i < PLAN_MAX + 100; i++) {
		snprintf(name, sizeof(name), "profiles/d%d", i);
		scratch_mkdir(name);
	}
	sys.inotify_add_watch = count_watch;
	word = look();
	sys = real;
	cr_expect_eq(given, PLAN_MAX + 1, "%d watches", given);
	cr_expect_eq(word.last_wd, given);
	cr_expect(word.unwatched);
	close(in.watchfd);
}
