/* What svctl can see for itself of the container or machine. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "doctor.h"
#include "fdio.h"
#include "ids.h"
#include "manager.h"
#include "msg.h"

#define CGROUP "/sys/fs/cgroup/"

static void look_at_identity(struct findings *f)
{
	struct manager_facts facts;

	if (manager_here(&facts) == MANAGER_S6)
		doctor_add(f, FINDING_FINE, "manager", "s6 (container supervisor)");
	else if (strcmp(facts.comm, "s6-svscan") == 0)
		doctor_mend(doctor_add(f, FINDING_WARNING, "manager",
			"process 1 is s6-svscan, but there is no directory /run/s6/basedir: programs that look for "
			"this supervisor do not find it"), "start the container with /init and a writable /run");
	else
		doctor_add(f, FINDING_NOTE, "manager",
			"process 1 is '%s': programs that look for a container's supervisor do not take this for one",
			facts.comm[0] != '\0' ? facts.comm : "?");
}

static void look_at_mount(struct findings *f, const struct client *c)
{
	struct statvfs fs;

	if (fstatvfs(c->dirfd, &fs) < 0)
		return;
	if (fs.f_flag & ST_NOEXEC)
		doctor_mend(doctor_add(f, FINDING_BAD, "mount",
			"'%s' is on a file system mounted noexec: no run script can be executed", c->scandir),
			"mount it with exec (docker run --tmpfs /run:exec)");
	if (fs.f_flag & ST_RDONLY)
		doctor_mend(doctor_add(f, FINDING_BAD, "mount",
			"'%s' is on a file system mounted read-only: no status can be written", c->scandir),
			"put a tmpfs there (docker run --tmpfs /run:exec)");
	if (fs.f_blocks > 0 && fs.f_bavail == 0)
		doctor_mend(doctor_add(f, FINDING_BAD, "mount", "the file system of '%s' is full", c->scandir),
			"remove something, or make it larger");
	else if (fs.f_blocks > 0 && fs.f_bavail < fs.f_blocks / 20)
		doctor_add(f, FINDING_WARNING, "mount", "the file system of '%s' is nearly full", c->scandir);
	if (fs.f_files > 0 && fs.f_favail == 0)
		doctor_mend(doctor_add(f, FINDING_BAD, "mount", "the file system of '%s' has no inode left", c->scandir),
			"remove files, or make it with more inodes");
}

static void look_at_scandir(struct findings *f, const struct client *c)
{
	struct stat st;
	char owner[64];

	if (fstat(c->dirfd, &st) < 0)
		return;
	ids_user_name(st.st_uid, owner, sizeof owner);
	if ((st.st_mode & 0002) && !(st.st_mode & S_ISVTX))
		doctor_mend(doctor_add(f, FINDING_BAD, "scandir",
			"everybody can write '%s', and so replace any service", c->scandir), "chmod o-w %s", c->scandir);
	else
		doctor_add(f, FINDING_FINE, "scandir", "'%s' belongs to %s, mode %04o", c->scandir, owner,
			st.st_mode & 07777);
}

static void look_at_way(struct findings *f, const struct client *c)
{
	if (c->sock >= 0)
		doctor_add(f, FINDING_FINE, "supervisor", "hexad answers on its control socket");
	else if (faccessat(c->dirfd, ".s6-svscan/control", W_OK, AT_EACCESS) == 0)
		doctor_add(f, FINDING_NOTE, "supervisor", "s6, without a control socket: config, list, register and "
			"reconcile are not to be had");
	else
		doctor_mend(doctor_add(f, FINDING_WARNING, "supervisor",
			"s6, and you may not write its control FIFO: new services are not taken up"),
			"let its owner run s6-svscanctl, or use hexad");
}

/* The number at the beginning of a file of the cgroup, or behind a word in it; -1. */
static long long cgroup_number(const char *file, const char *word)
{
	char path[128], text[1024];
	const char *at = text;
	ssize_t n;

	snprintf(path, sizeof path, CGROUP "%s", file);
	n = fdio_read_file(AT_FDCWD, path, text, sizeof text - 1);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	if (word != NULL)
		at = strstr(text, word);
	if (at == NULL)
		return -1;
	at += word != NULL ? strlen(word) : 0;
	return strspn(at, " 0123456789") > 0 ? strtoll(at, NULL, 10) : -1;
}

static void look_at_cgroup(struct findings *f)
{
	long long max = cgroup_number("pids.max", NULL), now = cgroup_number("pids.current", NULL);
	long long killed = cgroup_number("memory.events", "oom_kill ");

	if (max > 0 && now >= max - max / 10)
		doctor_mend(doctor_add(f, FINDING_WARNING, "cgroup", "%lld of at most %lld processes are used", now, max),
			"raise the limit (docker run --pids-limit N)");
	if (killed > 0)
		doctor_mend(doctor_add(f, FINDING_WARNING, "cgroup",
			"%lld processes were killed because memory was used up", killed),
			"give the container more memory, or services less to do");
}

void doctor_host(struct findings *f, const struct client *c)
{
	look_at_identity(f);
	look_at_scandir(f, c);
	look_at_mount(f, c);
	look_at_way(f, c);
	look_at_cgroup(f);
}
