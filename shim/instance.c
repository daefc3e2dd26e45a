/*
 * s6-instance-create, -delete, -control, -status and -list: the instances of a service that is a tree of its own, which is in
 * SERVICE/instance. An instance is a copy of SERVICE/template in SERVICE/instances with a link to it in that tree.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "fdio.h"
#include "hiercopy.h"
#include "link.h"
#include "listen.h"
#include "msg.h"
#include "slot.h"
#include "svc.h"
#include "svstat.h"

/* Where the things of one instance are. */
struct instance {
	const char *service, *name;
	char scandir[PATH_MAX];   /* SERVICE/instance */
	char instances[PATH_MAX]; /* SERVICE/instances */
	char dir[PATH_MAX];       /* SERVICE/instances/NAME */
	char link[PATH_MAX];      /* SERVICE/instance/NAME */
};

static void path(char out[PATH_MAX], const char *dir, const char *name)
{
	int n = snprintf(out, PATH_MAX, "%s/%s", dir, name);

	if (n < 0 || n >= PATH_MAX)
		msg_die(EXIT_SYSTEM, ENAMETOOLONG, "unable to use %s", dir);
}

static void instance_init(struct instance *in, char *const *word)
{
	in->service = word[0];
	in->name = word[1];
	/* Compat: s6 takes slashes and then fails, or makes an instance whose name it cannot find again. */
	if (!in->name[0] || in->name[0] == '.' || strpbrk(in->name, " \t\r\n/"))
		msg_die(EXIT_USAGE, 0, "invalid instance name");
	path(in->scandir, in->service, "instance");
	path(in->instances, in->service, "instances");
	path(in->dir, in->instances, in->name);
	path(in->link, in->scandir, in->name);
}

/* Copies the template beside where it shall be, and puts it there in one step. 0 or -errno. */
static int copy_template(const struct instance *in)
{
	char template[PATH_MAX], staged[NAME_MAX + 8];
	int r, fd;

	path(template, in->service, "template");
	(void)snprintf(staged, sizeof(staged), ".%s.new", in->name);
	if (mkdir(in->instances, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = fdio_open(AT_FDCWD, in->instances, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return fd;
	/* Of a call that was killed. */
	r = fdio_remove_tree(fd, staged);
	if (r == 0)
		r = hiercopy_whole(AT_FDCWD, template, fd, staged);
	if (r == 0 && renameat(fd, staged, fd, in->name) < 0)
		r = -errno;
	if (r < 0)
		(void)fdio_remove_tree(fd, staged);
	fdio_close(&fd);
	return r;
}

static int remove_copy(const struct instance *in)
{
	int r, fd = fdio_open(AT_FDCWD, in->instances, O_RDONLY | O_DIRECTORY, 0);

	r = fd < 0 ? fd : fdio_remove_tree(fd, in->name);
	fdio_close(&fd);
	return r == -ENOENT ? 0 : r;
}

int instance_create_main(int argc, char **argv)
{
	struct link_request rq = { .deadline = 0 };
	char target[PATH_MAX];
	unsigned int ms = 0;
	struct instance in;
	struct stat st;
	char **word;
	int c, r;

	while ((c = applet_option(argc, argv, "dDfPt:")) != -1)
		if (!link_option(&rq, c))
			ms = applet_uint(optarg, UINT_MAX);
	(void)applet_operands(argc, argv, &word);
	instance_init(&in, word);
	path(target, "../instances", in.name);
	link_need_supervisor(in.scandir, "instanced service", in.service);
	if (lstat(in.dir, &st) == 0)
		msg_die(EXIT_USAGE, 0, "instance appears to already exist at %s", in.dir);
	rq.deadline = listen_deadline(ms);
	rq.scandir = in.scandir;
	rq.name = in.name;
	rq.servicedir = in.dir;
	rq.target = target;
	r = copy_template(&in);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to copy %s/template to %s", in.service, in.dir);
	r = link_add(&rq);
	if (r == 0)
		return 0;
	(void)remove_copy(&in);
	msg_die(r == -ETIMEDOUT ? EXIT_TIMEOUT : EXIT_SYSTEM, r, "unable to create instance of %s named %s", in.service,
		in.name);
}

int instance_delete_main(int argc, char **argv)
{
	struct link_request rq = { .deadline = 0 };
	unsigned int ms = 0;
	struct instance in;
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
	instance_init(&in, word);
	rq.deadline = listen_deadline(ms);
	rq.scandir = in.scandir;
	rq.name = in.name;
	if (access(in.scandir, F_OK) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to chdir to %s", in.scandir);
	link_need_supervisor(in.scandir, "instanced service", in.service);
	r = link_drop(&rq, wait);
	if (r == 0)
		r = remove_copy(&in);
	/* Compat: with -X a service that still runs may keep the copy from going. */
	if (!wait)
		r = 0;
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to delete instance of %s named %s", in.service, in.name);
	return 0;
}

int instance_control_main(int argc, char **argv)
{
	struct svc_options opt = { .n = 0 };
	struct instance in;
	char *dir, **word;

	svc_parse(argc, argv, "Q", &opt);
	(void)applet_operands(argc, argv, &word);
	instance_init(&in, word);
	dir = in.link;
	msg_prog = "s6-svc";
	return svc_run(&dir, 1, &opt);
}

int instance_status_main(int argc, char **argv)
{
	struct svstat_options opt = { .n = 0 };
	struct instance in;
	char **word;

	svstat_parse(argc, argv, &opt);
	(void)applet_operands(argc, argv, &word);
	instance_init(&in, word);
	msg_prog = "s6-svstat";
	return svstat_run(in.link, &opt);
}

static int is_instance(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

int instance_list_main(int argc, char **argv)
{
	char scandir_path[PATH_MAX];
	struct dirent **entries;
	char **word;
	int n;

	while (applet_option(argc, argv, "") != -1)
		;
	(void)applet_operands(argc, argv, &word);
	path(scandir_path, word[0], "instance");
	n = scandir(scandir_path, &entries, is_instance, alphasort);
	if (n < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to chdir to %s", scandir_path);
	link_need_supervisor(scandir_path, "instanced service", word[0]);
	for (int i = 0; i < n; i++)
		(void)puts(entries[i]->d_name);
	if (fflush(stdout) != 0 || ferror(stdout))
		msg_die(EXIT_SYSTEM, errno, "unable to write to stdout");
	return 0;
}
