#include <errno.h>
#include <ini.h>

#include "config_table.h"
#include "unitdir.h"
#include "sys.h"

TestSuite(config, .init = scratch_make, .fini = scratch_remove);

static struct config cfg;
static char *printed;

/* Loads text as a file named "f.ini"; what was printed about it, without the directory, is in printed. */
static int load_len(const char *text, size_t len)
{
	size_t size;
	FILE *err = open_memstream(&printed, &size);
	int rc;

	scratch_write_len("f.ini", text, len);
	cr_assert_eq(fchdir(scratch_fd), 0);
	rc = config_load(&cfg, "f.ini", err);
	fclose(err);
	return rc;
}

static int load(const char *text)
{
	return load_len(text, strlen(text));
}

static void fails(const char *text, const char *message)
{
	int rc = load(text);

	cr_expect_eq(rc, -EINVAL, "%s: %d", message, rc);
	cr_expect_str_eq(printed, message);
	free(printed);
	config_finish(&cfg);
}

/* All rows as config_print shows them. */
static char *shown(void)
{
	size_t size;
	char *text;
	FILE *f = open_memstream(&text, &size);

	config_print(&cfg, f);
	fclose(f);
	return text;
}

Test(config, an_empty_file_gives_the_defaults)
{
	cr_assert_eq(load(""), 0);
	cr_expect_str_eq(printed, "");
	cr_expect_str_eq(cfg.app_user, "");
	cr_expect_str_eq(cfg.scandir, "/run/service");
	cr_expect_eq(cfg.scandir_owner, SCANDIR_ROOT);
	cr_expect_eq(cfg.run_as, RUN_AS_OWNER);
	cr_expect_eq(cfg.throttle, THROTTLE_HEXAD);
	cr_expect_eq(cfg.grace_ms, 8000);
	cr_expect_eq(cfg.boot_log_rotate, 262144);
	cr_expect(cfg.profiles_enabled);
	cr_expect_str_eq(cfg.transient, "draining, degraded");
	config_finish(&cfg);
	config_finish(&cfg);
	cr_expect_null(cfg.scandir);
}

Test(config, every_type_is_read)
{
	cr_assert_eq(load("[app]\nuser = app\n[supervisor]\nscandir_owner=app\nslots_max=7\n"
			  "run_as = supervisor\n[profiles]\nenabled = NO\ncommand = x  -p %p = y:z\n"), 0, "%s", printed);
	cr_expect_str_eq(cfg.app_user, "app");
	cr_expect_eq(cfg.scandir_owner, SCANDIR_APP);
	cr_expect_eq(cfg.slots_max, 7);
	cr_expect_eq(cfg.run_as, RUN_AS_SUPERVISOR);
	cr_expect_not(cfg.profiles_enabled);
	cr_expect_str_eq(cfg.command, "x  -p %p = y:z");
}

Test(config, a_dash_in_a_key_is_an_underscore)
{
	cr_assert_eq(load("[supervisor]\nrestart-throttle = s6\nrun-as = supervisor\n"), 0, "%s", printed);
	cr_expect_eq(cfg.throttle, THROTTLE_S6);
	cr_expect_eq(cfg.run_as, RUN_AS_SUPERVISOR);
	fails("[supervisor]\nrun-as = owner\nrun_as = owner\n",
		"f.ini:3: key 'run_as' is given twice, first in line 2\n");
}

Test(config, each_mistake_names_file_and_line)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "[nope]\n", "f.ini:1: unknown section 'nope'\n" },
		{ "[]\n", "f.ini:1: unknown section ''\n" },
		{ "[ app ]\n", "f.ini:1: unknown section ' app '\n" },
		{ "[nope]\nuser = x\n", "f.ini:1: unknown section 'nope'\n" },
		{ "[app\n", "f.ini:1: '[section]' has no ']'\n" },
		{ "[app] user = x\n", "f.ini:1: text after '[app]'\n" },
		{ "[app]\n\n# c\nuzer = x\n", "f.ini:4: unknown key 'uzer' in section 'app'\n" },
		{ "[app]\nscandir = /x\n", "f.ini:2: unknown key 'scandir' in section 'app'\n" },
		{ "user = x\n", "f.ini:1: key 'user' stands before the first section\n" },
		{ "[app]\nuser = a\nuser = a\n", "f.ini:3: key 'user' is given twice, first in line 2\n" },
		{ "[app]\nuser\n", "f.ini:2: 'user' is not 'key = value'\n" },
		{ "[app]\nuser: x\n", "f.ini:2: 'user: x' is not 'key = value'\n" },
		{ "[app]\nuser: x = y\n", "f.ini:2: 'user: x = y' is not 'key = value'\n" },
		{ "[app]\n= x\n", "f.ini:2: no key before '='\n" },
		{ "[app]\nuser = a\n  b\n", "f.ini:3: a line must not begin with a blank\n" },
		{ "[app]\n\tuser = a\n", "f.ini:2: a line must not begin with a blank\n" },
		{ "[profiles]\nenv = A=1 ; B=2\n", "f.ini:2: ';' after a blank: a comment needs a line of its own\n" },
		{ "[profiles]\nenv =\t;\n", "f.ini:2: ';' after a blank: a comment needs a line of its own\n" },
		{ "[app] ; c\n", "f.ini:1: ';' after a blank: a comment needs a line of its own\n" },
		{ "[app]\nhome = /a\x01" "b\n", "f.ini:2: control character in the line\n" },
		{ "[app]\nhome = a/b\n", "f.ini:2: 'home' must be an absolute path, not 'a/b'\n" },
		{ "[app]\nhome_env = A-B\n",
			"f.ini:2: 'home_env' must be the name of an environment variable, not 'A-B'\n" },
		{ "[app]\nuser = a b\n",
			"f.ini:2: 'user' must be a name of at most 64 letters, digits and '_.-', not 'a b'\n" },
		{ "[supervisor]\nslots_max = 0\n",
			"f.ini:2: 'slots_max' must be a number from 1 to 100000 (slots), not '0'\n" },
		{ "[shutdown]\ngrace_ms = 5s\n",
			"f.ini:2: 'grace_ms' must be a number from 0 to 3600000 (ms), not '5s'\n" },
		{ "[shutdown]\ngrace_ms = -1\n",
			"f.ini:2: 'grace_ms' must be a number from 0 to 3600000 (ms), not '-1'\n" },
		{ "[shutdown]\ngrace_ms = 99999999999999999999\n",
			"f.ini:2: 'grace_ms' must be a number from 0 to 3600000 (ms), not '99999999999999999999'\n" },
		{ "[shutdown]\ngrace_ms =\n",
			"f.ini:2: 'grace_ms' must be a number from 0 to 3600000 (ms), not ''\n" },
		{ "[supervisor]\nrun_as = root\n", "f.ini:2: 'run_as' must be one of: owner supervisor, not 'root'\n" },
		{ "[supervisor]\nrun_as =\n", "f.ini:2: 'run_as' must be one of: owner supervisor, not ''\n" },
		{ "[profiles]\nenabled = maybe\n", "f.ini:2: 'enabled' must be yes or no, not 'maybe'\n" },
		{ "[profiles]\ndir = ../x\n",
			"f.ini:2: 'dir' must be a relative path without '.' and '..', not '../x'\n" },
		{ "[profiles]\ndir = /x\n", "f.ini:2: 'dir' must be a relative path without '.' and '..', not '/x'\n" },
		{ "[profiles]\ndir = x/\n", "f.ini:2: 'dir' must be a relative path without '.' and '..', not 'x/'\n" },
		{ "[profiles]\nmarker = a/b\n", "f.ini:2: 'marker' must be a file name without '/', not 'a/b'\n" },
		{ "[profiles]\nstale_files = a, b/c\n",
			"f.ini:2: 'stale_files' must be file names without '/', separated by commas, not 'a, b/c'\n" },
		{ "[profiles]\nreserved = Default\n",
			"f.ini:2: 'reserved' must be a profile name, [a-z0-9][a-z0-9_-]*, not 'Default'\n" },
		{ "[profiles]\nslot_prefix =\n", "f.ini:2: 'slot_prefix' must be 1 to 64 letters, digits, '_' and '-', "
			"and not begin with '-', not ''\n" },
		{ "[profiles]\nslot_prefix = ../\n", "f.ini:2: 'slot_prefix' must be 1 to 64 letters, digits, '_' and '-', "
			"and not begin with '-', not '../'\n" },
		{ "[profiles]\ncommand = x %q\n",
			"f.ini:2: 'command' must contain no '%' but '%p' and '%%', not 'x %q'\n" },
		{ "[profiles]\ncommand = x %\n", "f.ini:2: 'command' must contain no '%' but '%p' and '%%', not 'x %'\n" },
		{ "[profiles]\nenv = A=1 2B=3\n", "f.ini:2: 'env' must be NAME=value words, not 'A=1 2B=3'\n" },
		{ "[profiles]\nenv = A\n", "f.ini:2: 'env' must be NAME=value words, not 'A'\n" },
		{ "[profiles]\npark_exit_codes = 78, 256\n",
			"f.ini:2: 'park_exit_codes' must be exit codes from 0 to 255, separated by commas, not '78, 256'\n" },
		{ "[profiles]\ndesired_key =\n", "f.ini:2: 'desired_key' must not be empty, not ''\n" },
		{ "[app]\nuser = \xc3\xa4\n", "f.ini:2: 'user' must be a name of at most 64 letters, digits and "
			"'_.-', not '\\xc3\\xa4'\n" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		fails(rows[i].text, rows[i].message);
}

Test(config, all_mistakes_of_a_file_are_reported_in_one_run)
{
	fails("[app]\nuzer = x\nuser\n[nope]\na = b\n[shutdown]\ngrace_ms = x\n\n  y\n",
		"f.ini:2: unknown key 'uzer' in section 'app'\n"
		"f.ini:3: 'user' is not 'key = value'\n"
		"f.ini:4: unknown section 'nope'\n"
		"f.ini:7: 'grace_ms' must be a number from 0 to 3600000 (ms), not 'x'\n"
		"f.ini:9: a line must not begin with a blank\n");
}

Test(config, what_belongs_together_is_checked_over_the_whole_file)
{
	fails("[supervisor]\nscandir_owner = app\n", "f.ini: 'scandir_owner = app' needs 'user' in section 'app'\n");
	fails("[app]\nuser = app\n", "f.ini: profiles need 'command' and 'command_default' in section 'profiles' "
		"('enabled = no' turns them off)\n");
	cr_assert_eq(load("[app]\nuser = app\n[profiles]\nenabled = no\n"), 0, "%s", printed);
}

/* A line "home = /xxx", len bytes long. */
static void long_line(char *buf, size_t len)
{
	memset(buf, 'x', len);
	memcpy(buf, "home = /", 8);
	strcpy(buf + len, "\n");
}

Test(config, the_longest_line_arrives_whole_and_a_longer_one_is_an_error)
{
	char text[600] = "[app]\n";

	long_line(text + 6, CONFIG_LINE_MAX);
	cr_assert_eq(load(text), 0, "%s", printed);
	cr_expect_eq(strlen(cfg.app_home), CONFIG_LINE_MAX - strlen("home = "));
	text[strlen(text) - 1] = '\0';
	cr_assert_eq(load(text), 0, "without the last newline: %s", printed);
	cr_expect_eq(strlen(cfg.app_home), CONFIG_LINE_MAX - strlen("home = "));
	long_line(text + 6, CONFIG_LINE_MAX + 1);
	fails(text, "f.ini:2: line of 199 bytes, at most 198 are read\n");
	long_line(text + 6, 450);
	fails(text, "f.ini:2: line of 450 bytes, at most 198 are read\n");
	text[6] = '#';
	fails(text, "f.ini:2: line of 450 bytes, at most 198 are read\n");
}

static int keep_section(void *user, const char *section, const char *name, const char *value)
{
	(void)name;
	(void)value;
	snprintf(user, 128, "%s", section);
	return 1;
}

Test(config, a_section_name_that_inih_would_cut_is_an_error)
{
	char text[200], want[300], got[128] = "";

	/* What makes the check necessary, in the library as it is linked. */
	snprintf(text, sizeof(text), "[%060d]\na = b\n", 0);
	ini_parse_string(text, keep_section, got);
	cr_assert_lt(strlen(got), 60, "inih keeps long names now");
	snprintf(want, sizeof(want), "f.ini:1: section name '%060d' is longer than 49 bytes\n", 0);
	fails(text, want);
	snprintf(text, sizeof(text), "[%049d]\n", 0);
	snprintf(want, sizeof(want), "f.ini:1: unknown section '%049d'\n", 0);
	fails(text, want);
}

Test(config, comments_blank_lines_a_bom_and_dos_line_ends_change_nothing)
{
	cr_assert_eq(load("\xef\xbb\xbf[app]\r\n\r\n; c\n # c\n   \nuser = app  \r\n[profiles]\nenabled=no\n"), 0, "%s",
		printed);
	cr_expect_str_eq(cfg.app_user, "app");
}

Test(config, a_semicolon_without_a_blank_and_a_hash_belong_to_the_value)
{
	cr_assert_eq(load("[profiles]\ncommand = a;b #c \"d\"\n"), 0, "%s", printed);
	cr_expect_str_eq(cfg.command, "a;b #c \"d\"");
}

Test(config, a_nul_byte_is_an_error)
{
	static const char text[] = "[app]\nuser = a\0b\n";

	cr_assert_eq(load_len(text, sizeof(text) - 1), -EINVAL);
	cr_expect_str_eq(printed, "f.ini:2: control character in the line\n");
}

Test(config, a_named_file_must_be_there_and_be_a_file)
{
	size_t size;
	FILE *err = open_memstream(&printed, &size);

	cr_assert_eq(fchdir(scratch_fd), 0);
	scratch_mkdir("d");
	cr_assert_eq(mkfifoat(scratch_fd, "fifo", 0600), 0);
	cr_expect_eq(config_load(&cfg, "gone.ini", err), -EINVAL);
	cr_expect_eq(config_load(&cfg, "d", err), -EINVAL);
	cr_expect_eq(config_load(&cfg, "fifo", err), -EINVAL);
	setenv("HEXAD_CONFIG", "env.ini", 1);
	cr_expect_eq(config_load(&cfg, NULL, err), -EINVAL);
	fclose(err);
	cr_expect_str_eq(printed, "gone.ini: unable to read: No such file or directory\n"
				  "d: unable to read: Is a directory\n"
				  "fifo: not a regular file\n"
				  "env.ini: unable to read: No such file or directory\n");
}

Test(config, a_file_of_more_than_64_KiB_is_an_error)
{
	char *text = malloc(70000);

	memset(text, '\n', 70000);
	cr_assert_eq(load_len(text, 70000), -EINVAL);
	cr_expect_str_eq(printed, "f.ini: longer than 65536 bytes\n");
}

Test(config, what_is_printed_can_be_read_and_printed_again)
{
	char *first, *second, *at, *line, file[16384] = "", section[64] = "";

	cr_assert_eq(load("[app]\nuser = u\nhome_env =\n[profiles]\nenabled = no\n[access]\ngroup = g\n"), 0);
	first = shown();
	cr_assert(strstr(first, "\napp.home_env = \n"));
	cr_assert(strstr(first, "\nprofiles.enabled = no\n"));
	at = strdup(first);
	while ((line = strsep(&at, "\n")) && *line) {
		char *dot = strchr(line, '.');

		*dot = '\0';
		if (strcmp(section, line))
			sprintf(file + strlen(file), "[%s]\n", line);
		strcpy(section, line);
		sprintf(file + strlen(file), "%s\n", dot + 1);
	}
	cr_assert_eq(load(file), 0, "%s", printed);
	second = shown();
	cr_expect_str_eq(first, second);
}

/* The lines of a file with what stands before a mark taken away; only marked lines and sections. */
static void uncomment(FILE *in, FILE *out)
{
	char line[512];

	while (fgets(line, sizeof(line), in)) {
		if (*line == '[')
			fputs(line, out);
		else if (!strncmp(line, "; ", 2) && strstr(line, " =") == line + 2 + strcspn(line + 2, " "))
			fputs(line + 2, out);
	}
}

Test(config, the_examples_are_valid_and_uncommenting_changes_nothing)
{
	char *text, *defaults, *printed_too;
	size_t size;
	FILE *in = fopen("rootfs/image/etc/hexad.ini", "r"), *out = open_memstream(&text, &size), *err;

	cr_assert(in, "to be run in the top directory");
	uncomment(in, out);
	fclose(in);
	fclose(out);
	err = open_memstream(&printed_too, &size);
	cr_expect_eq(config_load(&cfg, "rootfs/image/etc/hexad.ini", err), 0);
	defaults = shown();
	cr_expect_eq(config_load(&cfg, "rootfs/demo/etc/hexad.ini", err), 0);
	fclose(err);
	cr_expect_str_eq(printed_too, "");
	cr_assert_eq(load(text), 0, "%s", printed);
	cr_expect_str_eq(shown(), defaults);
}

/* "| `key` | type | default |": the part of the table of docs/hexad.ini.md that config.def knows. */
#define STRING(s, k, field, kind, dflt) { s, "| `" k "` | text | `" dflt "` |" },
#define UINT(s, k, field, min, max, unit, dflt) { s, "| `" k "` | " #min " to " #max ", " unit " | `" dflt "` |" },
#define BOOL(s, k, field, dflt) { s, "| `" k "` | yes, no | `" dflt "` |" },
#define ENUM(s, k, field, words, dflt) { s, "| `" k "` | one of: " words " | `" dflt "` |" },
static const struct {
	const char *section, *row;
} doc_rows[] = {
#include "config.def"
};

Test(config, the_manual_has_every_key_in_order_and_no_other)
{
	FILE *f = fopen("docs/hexad.ini.md", "r");
	char line[2048], section[64] = "";
	size_t n = 0, all = sizeof(doc_rows) / sizeof(*doc_rows);

	cr_assert(f, "to be run in the top directory");
	while (fgets(line, sizeof(line), f)) {
		char want[512];

		(void)sscanf(line, "## [%63[a-z]]", section);
		if (strncmp(line, "| `", 3))
			continue;
		cr_assert_lt(n, all, "a row too many: %s", line);
		cr_expect_str_eq(section, doc_rows[n].section, "%s", line);
		strcpy(want, doc_rows[n].row);
		if (strstr(want, "| `` |"))
			strcpy(strstr(want, "| `` |"), "| empty |");
		cr_expect(!strncmp(line, want, strlen(want)), "'%s' does not begin with '%s'", line, want);
		n++;
	}
	fclose(f);
	cr_assert_eq(n, all, "%zu rows of %zu", n, all);
}

static int calloc_left;

static void *fail_calloc(size_t n, size_t size)
{
	return calloc_left-- ? calloc(n, size) : NULL;
}

Test(config, no_allocation_that_fails_is_taken_for_a_mistake)
{
	FILE *err = fopen("/dev/null", "w");
	int rc;

	scratch_write("f.ini", "[app]\nhome = /x\n");
	cr_assert_eq(fchdir(scratch_fd), 0);
	for (int nth = 0; nth < 200; nth++) {
		calloc_left = nth;
		sys.calloc = fail_calloc;
		rc = config_load(&cfg, "f.ini", err);
		config_finish(&cfg);
		if (!rc)
			return;
		cr_assert_eq(rc, -ENOMEM, "allocation %d: %d", nth, rc);
	}
	cr_assert_fail("it never succeeded");
}
