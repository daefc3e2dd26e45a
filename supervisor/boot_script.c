/*
 * cont-init.d: every visible entry in byte order, one after the other, no time limit. Owns which one
 * runs and how its end is told; what failures mean for the container is boot.c's.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_int.h"
#include "child.h"
#include "execp.h"
#include "fdio.h"
#include "msg.h"
#include "sys.h"

static void script_dir(const struct supervisor *sv, char *buf, size_t cap)
{
	const char *profile = env_get(sv->boot->env, "S6_RUNTIME_PROFILE");

	if (profile && *profile)
		(void)snprintf(buf, cap, "/etc/cont-profile.d/%s/cont-init.d", profile);
	else
		(void)snprintf(buf, cap, "/etc/cont-init.d");
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

/* Compat: overlay-boot 10: the lines people look for, from verbosity 2 on. */
static void tell(const struct supervisor *sv, const char *path, int code)
{
	const char *prog = msg_prog;
	char shown[PATH_MAX];

	if (boot_number(sv, "S6_VERBOSITY", 2) < 2)
		return;
	msg_prog = "cont-init";
	(void)msg_escape(shown, sizeof(shown), path, strlen(path));
	if (code < 0)
		msg_info("running %s", shown);
	else
		msg_info("%s exited %d", shown, code);
	msg_prog = prog;
}

static void script_path(const struct supervisor *sv, char *buf, size_t cap)
{
	char dir[PATH_MAX - NAME_MAX - 2];

	script_dir(sv, dir, sizeof(dir));
	(void)snprintf(buf, cap, "%s/%s", dir, sv->boot->rec.name);
}

/* Notes the result; the caller goes on. */
static void script_result(struct supervisor *sv, int code)
{
	char path[PATH_MAX];

	script_path(sv, path, sizeof(path));
	sv->boot->rec.script = 0;
	if (code)
		sv->boot->rec.script_failed = true;
	tell(sv, path, code);
	boot_commit(sv);
}

void boot_script_ended(struct supervisor *sv, int wstatus)
{
	script_result(sv, WIFEXITED(wstatus) ? WEXITSTATUS(wstatus) : 128 + WTERMSIG(wstatus));
	boot_advance(sv);
}

static void on_script_ended(void *owner, int wstatus, const char *out, size_t len)
{
	(void)out;
	(void)len;
	boot_script_ended(owner, wstatus);
}

/* PATH alone, or all of it with S6_KEEP_ENV, and RC_NAME as s6-rc's oneshot has it. NULL without memory. */
static char **script_env(const struct supervisor *sv)
{
	static char rc_name[] = "RC_NAME=legacy-cont-init";
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

/* Starts the script of that path. */
static pid_t script_start(struct supervisor *sv, char *path)
{
	char *argv[] = { path, NULL };
	char **env = script_env(sv);
	struct child_spec spec = {
		.title = path,
		.argv = argv,
		.envp = env,
		.stdin_fd = sv->head->stdinfd > 0 ? sv->head->stdinfd : -1,
	};
	pid_t pid = env ? child_start(sv, &spec, on_script_ended, sv) : -ENOMEM;

	free(env);
	return pid;
}

bool boot_script_next(struct supervisor *sv)
{
	struct boot_record *rec = &sv->boot->rec;
	char dir[PATH_MAX], path[PATH_MAX], name[NAME_MAX + 1];
	pid_t pid;

	script_dir(sv, dir, sizeof(dir));
	if (!next_name(dir, rec->name, name))
		return false;
	memcpy(rec->name, name, sizeof(rec->name));
	boot_commit(sv);
	script_path(sv, path, sizeof(path));
	tell(sv, path, -1);
	pid = script_start(sv, path);
	if (pid < 0) {
		msg_warn((int)pid, "unable to start '%s'", path);
		script_result(sv, 126);
		return true;
	}
	rec->script = pid;
	boot_commit(sv);
	return true;
}
