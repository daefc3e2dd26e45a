/*
 * What boot and shutdown execute one at a time: the hook, fix-attrs.d, cont-init.d, cont-finish.d. Owns which one
 * runs, how its end is told and how long it may take; what failures mean for the container is boot.c's.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_int.h"
#include "child.h"
#include "execp.h"
#include "fdio.h"
#include "fixattrs.h"
#include "globwords.h"
#include "msg.h"
#include "sys.h"

#define NS_MS 1000000LL
#define CONT_INIT "legacy-cont-init" /* the service that cont-init.d and cont-finish.d are the scripts of */

/* Compat: overlay-env 1: a profile without a name has these directories too, and they are another place than /etc. */
void boot_dir(const struct supervisor *sv, const char *name, char *buf, size_t cap)
{
	char text[BOOT_PROFILE_MAX];
	const char *profile = boot_value(sv, "S6_RUNTIME_PROFILE", text, sizeof(text));

	if (profile)
		(void)snprintf(buf, cap, "/etc/cont-profile.d/%s/%s", profile, name);
	else
		(void)snprintf(buf, cap, "/etc/%s", name);
}

static void script_dir(const struct supervisor *sv, char *buf, size_t cap)
{
	boot_dir(sv, sv->boot->rec.kind == SCRIPT_CONT_FINISH ? "cont-finish.d" : "cont-init.d", buf, cap);
}

/* The first name of dir after last in byte order, into best. False: there is none. */
static bool next_name(const char *dir, const char *last, char best[NAME_MAX + 1])
{
	DIR *d = opendir(dir);
	struct dirent *e;

	*best = '\0';
	if (!d) {
		if (errno != ENOENT)
			msg_warn(errno, "unable to read '%s', its scripts are not run", dir);
		return false;
	}
	while ((e = readdir(d)))
		if (e->d_name[0] != '.' && strcmp(e->d_name, last) > 0 && (!*best || strcmp(e->d_name, best) < 0))
			(void)snprintf(best, NAME_MAX + 1, "%s", e->d_name);
	closedir(d);
	return *best;
}

/* Compat: overlay-boot 10, overlay-shutdown 4: the lines people look for, from verbosity 2 on. */
static void tell(const struct supervisor *sv, const char *path, int code)
{
	const char *prog = msg_prog;
	char shown[PATH_MAX];

	msg_prog = sv->boot->rec.kind == SCRIPT_CONT_FINISH ? "cont-finish" : "cont-init";
	(void)msg_escape(shown, sizeof(shown), path, strlen(path));
	if (code < 0)
		boot_say(sv, 2, 0, "running %s", shown);
	else if (sv->boot->rec.kind != SCRIPT_CONT_FINISH)
		boot_say(sv, 2, 0, "%s exited %d", shown, code);
	msg_prog = prog;
}

static void script_path(const struct supervisor *sv, char *buf, size_t cap)
{
	char dir[PATH_MAX - NAME_MAX - 2];

	script_dir(sv, dir, sizeof(dir));
	(void)snprintf(buf, cap, "%s/%s", dir, sv->boot->rec.name);
}

/* Notes the result of a script of a directory; the caller goes on. */
static void script_result(struct supervisor *sv, int code)
{
	struct boot_record *rec = &sv->boot->rec;
	char path[PATH_MAX];

	script_path(sv, path, sizeof(path));
	rec->script = 0;
	rec->script_ns = 0;
	(void)uv_timer_stop(&sv->boot->script_timer);
	if (code && rec->kind == SCRIPT_CONT_INIT)
		rec->script_failed = true;
	tell(sv, path, code);
	boot_commit(sv);
}

void boot_script_ended(struct supervisor *sv, int wstatus)
{
	enum script_kind kind = sv->boot->rec.kind;
	int code = WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : 128 + WTERMSIG(wstatus);

	if (kind == SCRIPT_CONT_INIT || kind == SCRIPT_CONT_FINISH) {
		script_result(sv, code);
		boot_advance(sv);
		return;
	}
	sv->boot->rec.script = 0;
	boot_commit(sv);
	if (kind == SCRIPT_HOOK)
		boot_hook_over(sv, code);
	else
		boot_fix_attrs_over(sv, code);
}

static void on_script_ended(void *owner, int wstatus, const char *out, size_t len)
{
	(void)out;
	(void)len;
	boot_script_ended(owner, wstatus);
}

/* Its pid or -errno; kind first, so that whoever finds it after a fault knows what it is. */
static pid_t start(struct supervisor *sv, enum script_kind kind, const char *service, struct child_spec *spec)
{
	sv->boot->rec.kind = kind;
	boot_commit(sv);
	return boot_child(sv, &sv->boot->rec.script, service, spec, on_script_ended);
}

/* PATH alone, or all of it with S6_KEEP_ENV, and RC_NAME as s6-rc's oneshot has it. NULL without memory. */
static char **script_env(const struct supervisor *sv)
{
	static char rc_name[] = "RC_NAME=" CONT_INIT;
	size_t n = 0;
	char **ret;

	while (sv->envp[n])
		n++;
	ret = sys.calloc(n + 2, sizeof(*ret));
	if (!ret)
		return NULL;
	ret[0] = rc_name;
	memcpy(ret + 1, sv->envp, n * sizeof(*ret));
	return ret;
}

/* Compat: overlay-boot 4.1: while booting scripts read the container's stdin, while stopping nothing. */
static int script_stdin(const struct supervisor *sv)
{
	return sv->head->stdinfd > 0 && sv->boot->rec.kind != SCRIPT_CONT_FINISH ? sv->head->stdinfd : -1;
}

/* Starts the script of that path. */
static pid_t script_start(struct supervisor *sv, char *path)
{
	char *argv[] = { path, NULL };
	char **env = script_env(sv);
	struct child_spec spec = {
		.title = path,
		.argv = argv,
		.envp = env,
		.stdin_fd = script_stdin(sv),
	};
	pid_t pid = env ? start(sv, sv->boot->rec.kind, CONT_INIT, &spec) : -ENOMEM;

	free(env);
	return pid;
}

/* Compat: overlay-shutdown 4: that process alone is killed, and the next one begins. */
static void kill_script(struct supervisor *sv)
{
	char path[PATH_MAX];

	if (!sv->boot->rec.script)
		return;
	script_path(sv, path, sizeof(path));
	boot_say(sv, 1, 0, "'%s' did not end in time, killing it", path);
	(void)sys.kill(sv->boot->rec.script, SIGKILL);
}

static void on_script_late(uv_timer_t *t)
{
	kill_script(t->data);
}

void boot_script_late(struct supervisor *sv)
{
	if (sv->boot->rec.signals)
		kill_script(sv);
}

static void arm(struct supervisor *sv)
{
	int64_t ns = sv->boot->rec.script_ns - mono_ns();

	if (!sv->boot->rec.script_ns)
		return;
	uv_update_time(&sv->loop);
	(void)uv_timer_start(&sv->boot->script_timer, on_script_late, ns > 0 ? (uint64_t)(ns / NS_MS) + 1 : 0, 0);
}

static void limit_script(struct supervisor *sv)
{
	unsigned int ms = boot_number(sv, "S6_KILL_FINISH_MAXTIME", 0);

	if (sv->boot->rec.kind != SCRIPT_CONT_FINISH || !ms)
		return;
	sv->boot->rec.script_ns = mono_ns() + ms * NS_MS;
	boot_commit(sv);
	arm(sv);
}

bool boot_script_next(struct supervisor *sv, enum script_kind kind)
{
	struct boot_record *rec = &sv->boot->rec;
	char dir[PATH_MAX], path[PATH_MAX], name[NAME_MAX + 1];
	pid_t pid;

	if (rec->kind != kind) {
		rec->kind = kind;
		*rec->name = '\0';
	}
	script_dir(sv, dir, sizeof(dir));
	if (!next_name(dir, rec->name, name))
		return false;
	memcpy(rec->name, name, sizeof(rec->name));
	boot_commit(sv);
	script_path(sv, path, sizeof(path));
	tell(sv, path, -1);
	pid = script_start(sv, path);
	if (pid < 0)
		msg_warn((int)pid, "unable to start '%s'", path);
	if (pid < 0)
		script_result(sv, 126);
	else
		limit_script(sv);
	return true;
}

void boot_script_open(struct supervisor *sv)
{
	(void)uv_timer_init(&sv->loop, &sv->boot->script_timer);
	sv->boot->script_timer.data = sv;
	if (sv->boot->rec.script)
		arm(sv);
}

struct hook_arg {
	const char *words;
	char *const *envp;
};

/* For child_spec.main_fn: the words are patterns too, and only a child may read directories for them. */
static int hook_main(void *arg, int out_fd)
{
	const struct hook_arg *h = arg;
	char **argv = globwords(h->words, NULL);
	int r;

	(void)out_fd;
	if (!argv || !*argv)
		return argv ? 0 : EXIT_SYSTEM;
	r = execp(argv, h->envp);
	msg_error(r, "unable to run the hook '%s'", argv[0]);
	return execp_code(r);
}

bool boot_hook_start(struct supervisor *sv)
{
	char words[4096];
	struct hook_arg arg = { boot_text(sv, "S6_STAGE2_HOOK", words, sizeof(words)), sv->envp };
	struct child_spec spec = {
		.title = "hexad-hook",
		.main_fn = hook_main,
		.arg = &arg,
		.stdin_fd = sv->head->stdinfd > 0 ? sv->head->stdinfd : -1,
	};
	pid_t pid;

	if (!arg.words)
		return false;
	pid = start(sv, SCRIPT_HOOK, "hook", &spec);
	if (pid < 0) {
		msg_warn((int)pid, "unable to start the hook");
		boot_hook_over(sv, EXIT_SYSTEM);
	}
	return true;
}

struct fix_arg {
	const char *dir;
	bool hidden, warn;
};

static void on_fix_failure(void *ctx, const char *name, const struct fixattrs_failure *f)
{
	const struct fix_arg *a = ctx;
	char shown[PATH_MAX];

	(void)msg_escape(shown, sizeof(shown), f->path, strlen(f->path));
	if (*f->path)
		msg_warn(f->err, "%s/%s: line %u: %s '%s'", a->dir, name, f->line, fixattrs_error_text(f->error), shown);
	else
		msg_warn(f->err, "%s/%s: line %u: %s", a->dir, name, f->line, fixattrs_error_text(f->error));
}

/* For child_spec.main_fn: trees of unknown size are not PID 1's to walk. */
static int fix_main(void *arg, int out_fd)
{
	struct fix_arg *a = arg;
	unsigned int failed = 0;
	int n;

	(void)out_fd;
	msg_prog = "fix-attrs";
	n = fixattrs_dir(a->dir, a->hidden, on_fix_failure, a, &failed);
	if (n < 0 && n != -ENOENT)
		msg_warn(n, "unable to read '%s'", a->dir);
	if (n > 0 && a->warn)
		msg_warn(0, "'%s' is deprecated: set owners and modes when the image is built", a->dir);
	return failed || (n < 0 && n != -ENOENT);
}

bool boot_fix_attrs_start(struct supervisor *sv)
{
	char dir[PATH_MAX];
	struct fix_arg arg = {
		.dir = dir,
		.hidden = boot_number(sv, "S6_FIX_ATTRS_HIDDEN", 0) > 0,
		.warn = boot_talks(sv, 1),
	};
	struct child_spec spec = { .title = "hexad-fix-attrs", .main_fn = fix_main, .arg = &arg, .stdin_fd = -1 };
	pid_t pid;

	boot_dir(sv, "fix-attrs.d", dir, sizeof(dir));
	if (sys.faccessat(AT_FDCWD, dir, F_OK, 0) < 0)
		return false;
	pid = start(sv, SCRIPT_FIX_ATTRS, "fix-attrs", &spec);
	if (pid < 0) {
		msg_warn((int)pid, "unable to start fix-attrs");
		boot_fix_attrs_over(sv, 1);
	}
	return true;
}
