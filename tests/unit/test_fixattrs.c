/* fix-attrs: what a line may say, whom it means, and what it changes in a tree. */
#include "fixattrs.h"

#include <errno.h>
#include <pwd.h>

#include "unitdir.h"

static enum fixattrs_error parse(const char *text, struct fixattrs_line *line)
{
	static char buf[512];

	(void)snprintf(buf, sizeof(buf), "%s", text);
	return fixattrs_parse(buf, strlen(buf), line);
}

Test(fixattrs, parses_five_words)
{
	struct fixattrs_line line;

	cr_assert_eq(parse("/var/*/x \ttrue app:grp,12:34 0644\t2755 ", &line), FIXATTRS_OK);
	cr_expect_str_eq(line.path, "/var/*/x");
	cr_expect(line.recurse);
	cr_expect_str_eq(line.user, "app");
	cr_expect_str_eq(line.group, "grp");
	cr_expect(line.has_fallback);
	cr_expect_eq(line.fallback_uid, 12);
	cr_expect_eq(line.fallback_gid, 34);
	cr_expect_eq(line.fmode, 0644);
	cr_expect_eq(line.dmode, 02755);
	cr_assert_eq(parse("/x True app 0 7", &line), FIXATTRS_OK);
	cr_expect_not(line.recurse);
	cr_expect_null(line.group);
	cr_expect_not(line.has_fallback);
}

Test(fixattrs, says_what_is_wrong_with_a_line)
{
	static const struct {
		const char *text;
		enum fixattrs_error error;
	} rows[] = {
		{ "", FIXATTRS_NOTHING },
		{ " \t ", FIXATTRS_NOTHING },
		{ "# /x true app 0644 0755 and more", FIXATTRS_NOTHING },
		{ "  #", FIXATTRS_NOTHING },
		{ "#x", FIXATTRS_FEW },
		{ "#/x true app 0644 0755", FIXATTRS_OK },
		{ "/x", FIXATTRS_FEW },
		{ "/x true", FIXATTRS_FEW },
		{ "/x true app", FIXATTRS_FEW },
		{ "/x true app 0644", FIXATTRS_FEW },
		{ "/x true app 0644 0755 0", FIXATTRS_MANY },
		{ "/x true app, 0644 0755", FIXATTRS_FALLBACK },
		{ "/x true app,1 0644 0755", FIXATTRS_FALLBACK },
		{ "/x true app,1:a 0644 0755", FIXATTRS_FALLBACK },
		{ "/x true app,1:4294967295 0644 0755", FIXATTRS_FALLBACK },
		{ "/x true app,1:4294967294 0644 0755", FIXATTRS_OK },
		{ "/x true app 0648 0755", FIXATTRS_FMODE },
		{ "/x true app u=rw 0755", FIXATTRS_FMODE },
		{ "/x true app 17777 0755", FIXATTRS_FMODE },
		{ "/x true app 0644 -1", FIXATTRS_DMODE },
		{ "/x true app 0644 0755\r", FIXATTRS_DMODE },
	};
	struct fixattrs_line line;
	char nul[] = "/x\0 true app 0644 0755";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_eq(parse(rows[i].text, &line), rows[i].error, "'%s'", rows[i].text);
	cr_expect_eq(fixattrs_parse(nul, sizeof(nul) - 1, &line), FIXATTRS_NUL);
	for (int e = FIXATTRS_OK; e <= FIXATTRS_READ; e++)
		cr_expect_not_null(fixattrs_error_text(e));
}

/* The overlay's own examples, daemon being 1:1. */
Test(fixattrs, finds_accounts_part_by_part)
{
	static const struct {
		const char *account;
		int r;
		uid_t uid;
		gid_t gid;
	} rows[] = {
		{ "daemon,3:4", 0, 1, 1 },
		{ "daemon:11111,3:4", 0, 1, 11111 },
		{ "daemon:unexisting,3:4", 0, 1, 4 },
		{ "unexisting:daemon,3:4", 0, 3, 1 },
		{ "11111:11111,3:4", 0, 11111, 11111 },
		{ "unexisting,3:4", 0, 3, 4 },
		{ "11111,3:4", 0, 3, 4 },
		{ "11111", -ENOENT, 0, 0 },
		{ "unexisting", -ENOENT, 0, 0 },
		{ "daemon:unexisting", -ENOENT, 0, 0 },
		{ "unexisting:daemon", -ENOENT, 0, 0 },
		{ ":daemon", 0, 0, 1 },
		{ "daemon:", 0, 1, 0 },
		{ "4294967295:1", -ENOENT, 0, 0 },
	};
	struct fixattrs_line line;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[64];
		uid_t uid = 77;
		gid_t gid = 77;
		int r;

		(void)snprintf(text, sizeof(text), "/x false %s 0 0", rows[i].account);
		cr_assert_eq(parse(text, &line), FIXATTRS_OK, "%s", text);
		r = fixattrs_account(&line, &uid, &gid);
		cr_expect_eq(r, rows[i].r, "%s: %d", text, r);
		if (r == 0)
			cr_expect(uid == rows[i].uid && gid == rows[i].gid, "%s: %u:%u", text, uid, gid);
	}
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	cr_assert_eq(fstatat(scratch_fd, path, &st, AT_SYMLINK_NOFOLLOW), 0, "%s", path);
	return st.st_mode & 07777;
}

/* Applies a line to the scratch directory as whoever runs the test, so that only modes change. */
static int apply(const char *path, const char *recurse, bool hidden, char culprit[PATH_MAX])
{
	struct fixattrs_line line;
	char text[PATH_MAX];

	(void)snprintf(text, sizeof(text), "%.200s/%s %s x 0604 2705", scratch_dir, path, recurse);
	cr_assert_eq(fixattrs_parse(text, strlen(text), &line), FIXATTRS_OK);
	return fixattrs_apply(&line, getuid(), getgid(), hidden, culprit);
}

static void make_tree(void)
{
	scratch_make();
	scratch_mkdir("a");
	scratch_mkdir("a/d");
	scratch_mkdir("a/d/e");
	scratch_mkdir("a/.h");
	scratch_mkdir("out");
	scratch_write("a/d/f", "");
	scratch_write("a/d/e/g", "");
	scratch_write("a/.h/i", "");
	scratch_write("a/.j", "");
	scratch_write("out/victim", "");
	cr_assert_eq(symlinkat("../out/victim", scratch_fd, "a/link"), 0);
	cr_assert_eq(symlinkat("../out", scratch_fd, "a/dirlink"), 0);
	cr_assert_eq(mkfifoat(scratch_fd, "a/fifo", 0600), 0);
}

Test(fixattrs, treats_one_object_and_with_recurse_all_below)
{
	char culprit[PATH_MAX];

	make_tree();
	cr_assert_eq(apply("a", "false", false, culprit), 0, "%s", culprit);
	cr_expect_eq(mode_of("a"), 02705);
	cr_expect_eq(mode_of("a/d"), 0755);
	cr_assert_eq(apply("a", "true", false, culprit), 0, "%s", culprit);
	cr_expect_eq(mode_of("a/d"), 02705);
	cr_expect_eq(mode_of("a/d/f"), 0604);
	cr_expect_eq(mode_of("a/d/e/g"), 0604);
	cr_expect_eq(mode_of("a/fifo"), 0604);
	cr_expect_eq(mode_of("a/.h"), 0755);
	cr_expect_eq(mode_of("a/.j"), 0644);
	cr_expect_eq(mode_of("out"), 0755);
	cr_expect_eq(mode_of("out/victim"), 0644);
	cr_assert_eq(apply("a/", "true", true, culprit), 0, "%s", culprit);
	cr_expect_eq(mode_of("a/.h/i"), 0604);
	cr_expect_eq(mode_of("a/.j"), 0604);
	scratch_remove();
}

Test(fixattrs, follows_a_link_that_is_named_and_none_that_is_found)
{
	char culprit[PATH_MAX];

	make_tree();
	cr_assert_eq(apply("a/l*", "true", false, culprit), 0, "%s", culprit);
	cr_assert_eq(apply("*/dirlink/victim", "false", false, culprit), -ENOENT);
	cr_expect_eq(mode_of("out/victim"), 0644);
	cr_assert_eq(apply("a/link", "false", false, culprit), 0, "%s", culprit);
	cr_expect_eq(mode_of("out/victim"), 0604);
	cr_assert_eq(apply("a/dirlink/", "false", false, culprit), 0, "%s", culprit);
	cr_expect_eq(mode_of("out"), 02705);
	scratch_remove();
}

Test(fixattrs, expands_patterns_component_by_component)
{
	char culprit[PATH_MAX], want[PATH_MAX];

	make_tree();
	cr_assert_eq(apply("?/[de]/*", "false", false, culprit), 0, "%s", culprit);
	cr_expect_eq(mode_of("a/d/e"), 02705);
	cr_expect_eq(mode_of("a/d/f"), 0604);
	cr_expect_eq(mode_of("a/d"), 0755);
	cr_assert_eq(apply("a/.[hj]*", "false", false, culprit), 0, "%s", culprit);
	cr_expect_eq(mode_of("a/.j"), 0604);
	cr_assert_eq(apply("*/nothing", "false", false, culprit), -ENOENT);
	(void)snprintf(want, sizeof(want), "%.2000s/*/nothing", scratch_dir);
	cr_expect_str_eq(culprit, want);
	cr_assert_eq(apply("a/d/none", "false", false, culprit), -ENOENT);
	(void)snprintf(want, sizeof(want), "%.2000s/a/d/none", scratch_dir);
	cr_expect_str_eq(culprit, want);
	cr_assert_eq(apply("a/d/f/", "false", false, culprit), -ENOTDIR);
	scratch_remove();
}

static void count_failure(void *ctx, const char *name, const struct fixattrs_failure *failure)
{
	char *text = ctx;

	(void)snprintf(text + strlen(text), 200, "%s:%u:%d ", name, failure->line, failure->error);
}

/* For tests as any user: the account that is the user who runs them. */
static const char *me(void)
{
	static char text[32];

	(void)snprintf(text, sizeof(text), "%u:%u", (unsigned int)getuid(), (unsigned int)getgid());
	return text;
}

Test(fixattrs, ends_a_file_at_its_first_error_and_goes_on_with_the_next)
{
	char lines[PATH_MAX], seen[1024] = "";
	unsigned int failed;

	make_tree();
	scratch_mkdir("conf");
	scratch_mkdir("conf/3dir");
	(void)snprintf(lines, sizeof(lines), "# first\n\n%.1000s/a/none false %s 0604 0705\n%.1000s/a/.j false %s 0611 0711\n",
		scratch_dir, me(), scratch_dir, me());
	scratch_write("conf/1", lines);
	(void)snprintf(lines, sizeof(lines), "%.1000s/a/d/f false %s 0611 0711", scratch_dir, me());
	scratch_write("conf/2", lines);
	scratch_write("conf/4", "/ false no-such-account 0 0\n");
	scratch_write("conf/.5", "nonsense\n");
	(void)snprintf(lines, sizeof(lines), "%.1000s/conf", scratch_dir);
	cr_assert_eq(fixattrs_dir(lines, false, count_failure, seen, &failed), 4);
	cr_expect_eq(failed, 3);
	cr_expect_str_eq(seen, "1:3:9 3dir:0:10 4:1:8 ");
	cr_expect_eq(mode_of("a/.j"), 0644, "nothing after the error is done");
	cr_expect_eq(mode_of("a/d/f"), 0611, "a last line without a newline counts");
	cr_expect_eq(fixattrs_dir("/nonexistent", false, count_failure, seen, &failed), -ENOENT);
	scratch_remove();
}
