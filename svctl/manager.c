#include "manager.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "fdio.h"

static bool is_dir(const char *root, const char *path)
{
	char full[4096];
	struct stat st;

	return snprintf(full, sizeof full, "%s%s", root, path) < (int)sizeof full && stat(full, &st) == 0
		&& S_ISDIR(st.st_mode);
}

/* Blanks at both ends do not count. */
static void trim(char *text)
{
	size_t len = strlen(text), lead = strspn(text, " \t\r\n");

	while (len > lead && strchr(" \t\r\n", text[len - 1]) != NULL)
		len--;
	memmove(text, text + lead, len - lead);
	text[len - lead] = '\0';
}

void manager_look(const char *root, struct manager_facts *ret)
{
	struct utsname u;
	char path[4096];
	ssize_t n;

	*ret = (struct manager_facts){ .comm_error = 0 };
	if (uname(&u) == 0)
		snprintf(ret->sysname, sizeof ret->sysname, "%s", u.sysname);
	snprintf(path, sizeof path, "%s/proc/1/comm", root);
	n = fdio_read_file(AT_FDCWD, path, ret->comm, sizeof ret->comm - 1);
	ret->comm[n > 0 ? n : 0] = '\0';
	ret->comm_error = n < 0 ? (int)-n : 0;
	trim(ret->comm);
	ret->basedir = is_dir(root, "/run/s6/basedir");
	ret->systemd = is_dir(root, "/run/systemd/system");
}

enum manager_kind manager_judge(const struct manager_facts *f)
{
	if (strcmp(f->sysname, "Darwin") == 0)
		return MANAGER_LAUNCHD;
	if (strncmp(f->sysname, "CYGWIN", 6) == 0 || strncmp(f->sysname, "MSYS", 4) == 0
			|| strncmp(f->sysname, "MINGW", 5) == 0)
		return MANAGER_WINDOWS;
	if (strcmp(f->comm, "s6-svscan") == 0 && f->basedir)
		return MANAGER_S6;
	return f->systemd ? MANAGER_SYSTEMD : MANAGER_NONE;
}

static const char *the_root(void)
{
	const char *root = getenv("SVCTL_ROOT");

	return root != NULL ? root : "";
}

enum manager_kind manager_here(struct manager_facts *ret)
{
	manager_look(the_root(), ret);
	return manager_judge(ret);
}

bool manager_has_dir(const char *path)
{
	return is_dir(the_root(), path);
}

const char *manager_name(enum manager_kind kind)
{
	static const char *const names[] = { "none", "s6", "systemd", "launchd", "windows" };

	return names[kind];
}

const char *manager_text(enum manager_kind kind)
{
	return kind == MANAGER_S6 ? "s6 (container supervisor)" : manager_name(kind);
}
