/*
 * s6-svlink and s6-svunlink: put a service directory into a scan directory by a link and wait for its supervisor; take it out
 * again and wait until the supervisor has left.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "link.h"
#include "listen.h"
#include "msg.h"
#include "slot.h"

/* The last part of a path without the slashes behind it. */
static void base_name(char out[NAME_MAX + 1], const char *path)
{
	size_t end = strlen(path), start;

	while (end > 0 && path[end - 1] == '/')
		end--;
	for (start = end; start > 0 && path[start - 1] != '/'; start--)
		;
	(void)snprintf(out, NAME_MAX + 1, "%.*s", (int)(end - start), path + start);
}

/* There must be a program that its owner may execute. */
static void check_run(const char *dir)
{
	char path[PATH_MAX];
	struct stat st;

	if (snprintf(path, sizeof(path), "%s/run", dir) >= (int)sizeof(path))
		msg_die(EXIT_SYSTEM, ENAMETOOLONG, "unable to stat %s/run", dir);
	if (stat(path, &st) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to stat %s", path);
	if (!(st.st_mode & S_IXUSR))
		msg_die(EXIT_USAGE, 0, "%s is not executable", path);
}

static void check_service(const char *dir)
{
	char path[PATH_MAX];
	struct stat st;

	check_run(dir);
	if (snprintf(path, sizeof(path), "%s/log", dir) >= (int)sizeof(path))
		msg_die(EXIT_SYSTEM, ENAMETOOLONG, "unable to stat %s/log", dir);
	if (stat(path, &st) < 0) {
		if (errno != ENOENT)
			msg_die(EXIT_SYSTEM, errno, "unable to stat %s", path);
		return;
	}
	if (!S_ISDIR(st.st_mode))
		msg_die(EXIT_USAGE, 0, "%s is not a directory", path);
	check_run(path);
}

int svlink_main(int argc, char **argv)
{
	struct link_request rq = { .deadline = 0 };
	char name[NAME_MAX + 1], real[PATH_MAX];
	unsigned int ms = 0;
	char **word;
	int c, r;

	while ((c = applet_option(argc, argv, "dDfPt:")) != -1)
		if (!link_option(&rq, c))
			ms = applet_uint(optarg, UINT_MAX);
	r = applet_operands(argc, argv, &word);
	rq.deadline = listen_deadline(ms);
	base_name(name, word[1]);
	rq.scandir = word[0];
	rq.servicedir = word[1];
	rq.name = r > 2 ? word[2] : name;
	if (!rq.name[0] || rq.name[0] == '.' || rq.name[0] == '/')
		msg_die(EXIT_USAGE, 0, "invalid name");
	link_need_supervisor(rq.scandir, "s6-svscan", rq.scandir);
	check_service(rq.servicedir);
	r = slot_is_supervised(rq.servicedir);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to check %s", rq.servicedir);
	if (!realpath(rq.servicedir, real))
		msg_die(EXIT_SYSTEM, errno, "unable to realpath %s", rq.servicedir);
	rq.target = real;
	if (r > 0)
		msg_warn(0, "supervisor already running on %s", rq.servicedir);
	r = r > 0 ? link_only(&rq) : link_add(&rq);
	if (r < 0)
		msg_die(r == -ETIMEDOUT ? EXIT_TIMEOUT : EXIT_SYSTEM, r,
			"unable to link servicedir %s into scandir %s with name %s", rq.servicedir, rq.scandir, rq.name);
	return 0;
}

int svunlink_main(int argc, char **argv)
{
	struct link_request rq = { .deadline = 0 };
	unsigned int ms = 0;
	bool wait = true;
	char **word;
	int c, r;

	while ((c = applet_option(argc, argv, "Xt:")) != -1) {
		if (c == 'X')
			wait = false;
		else
			ms = applet_uint(optarg, UINT_MAX);
	}
	(void)applet_operands(argc, argv, &word);
	rq.deadline = listen_deadline(ms);
	rq.scandir = word[0];
	rq.name = word[1];
	if (!rq.name[0] || rq.name[0] == '.' || rq.name[0] == '/')
		msg_die(EXIT_USAGE, 0, "invalid service name");
	r = link_drop(&rq, wait);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to prepare unlinking of service %s in scandir %s", rq.name, rq.scandir);
	return 0;
}
