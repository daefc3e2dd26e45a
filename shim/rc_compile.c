/*
 * s6-rc-compile, s6-rc-init, s6-rc-update. A database is the definitions themselves, checked and put together in one
 * directory: names are unique over all sources, so nothing else is needed to read them again.
 */
#include "rc_compile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "fdio.h"
#include "hiercopy.h"
#include "msg.h"
#include "rcsrc.h"
#include "rctalk.h"

int rc_compile_code;

static void tell(const struct rc_problems *p, unsigned int verbosity)
{
	unsigned int i;
	char text[1024];
	int code;

	for (i = 0; (code = rc_problem_show(p, i, text, sizeof(text))) >= 0; i++) {
		if (code)
			msg_error(0, "%s", text);
		else if (verbosity >= 2)
			msg_warn(0, "%s", text);
		rc_compile_code = rc_compile_code ? rc_compile_code : code;
	}
	if (p->n > i)
		msg_error(0, "%u more", p->n - i);
}

struct rc_graph *rc_compile_load(const char *const *source, unsigned int n, unsigned int verbosity)
{
	struct rc_input in = { .nsources = n };
	struct rc_problems p = { .n = 0 };
	struct rc_graph *g;

	if (n > RC_SOURCES_MAX)
		msg_die(EXIT_USAGE, 0, "more than %d sources", RC_SOURCES_MAX);
	memcpy(in.source, source, n * sizeof(*source));
	g = rcsrc_load(&in, &p);
	tell(&p, verbosity);
	rc_problems_finish(&p);
	return g;
}

/* Lists of names: what their entries are does not matter, and may lead nowhere. */
static int copy_names(int from, int todir, const char *name)
{
	DIR *dir = fdopendir(from);
	struct dirent *e;
	int to, r = 0;

	if (!dir || mkdirat(todir, name, 0755) < 0) {
		r = -errno;
		if (dir)
			closedir(dir);
		return r;
	}
	to = fdio_open(todir, name, O_RDONLY | O_DIRECTORY, 0);
	r = to < 0 ? to : 0;
	while (r == 0 && (e = readdir(dir))) {
		int fd = e->d_name[0] == '.' ? -1 : fdio_open(to, e->d_name, O_WRONLY | O_CREAT | O_EXCL, 0644);

		if (e->d_name[0] != '.' && fd < 0)
			r = fd;
		fdio_close(&fd);
	}
	fdio_close(&to);
	closedir(dir);
	return r;
}

/* A file of a definition, links followed as the reader of it follows them. */
static int copy_part(const struct hiercopy *c, int fromdir, int todir, const char *name)
{
	struct stat st;
	int from, r;

	if (fstatat(fromdir, name, &st, 0) < 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return 0;
	from = fdio_open(fromdir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (from < 0)
		return from;
	if (!strcmp(name, "contents.d") || !strcmp(name, "dependencies.d"))
		return copy_names(from, todir, name);
	r = S_ISDIR(st.st_mode) ? hiercopy_dir(c, from, todir, name) : hiercopy_file(c, from, todir, name, 0);
	fdio_close(&from);
	return r;
}

static int copy_definition(int fromdir, int todir, const char *name)
{
	const struct hiercopy c = { .owner = geteuid() == 0 ? HIERCOPY_KEEP : HIERCOPY_OURS };
	int from = fdio_open(fromdir, name, O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = from < 0 ? NULL : fdopendir(from);
	struct dirent *e;
	struct stat st;
	int to, r;

	if (!dir)
		return from == -ENOTDIR ? 0 : from < 0 ? from : -errno;
	r = mkdirat(todir, name, 0755) < 0 ? -errno : 0;
	to = r < 0 ? r : fdio_open(todir, name, O_RDONLY | O_DIRECTORY, 0);
	r = to < 0 ? to : 0;
	while (r == 0 && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			r = copy_part(&c, from, to, e->d_name);
	if (r == 0 && geteuid() == 0 && (fstat(from, &st) < 0 || fchown(to, st.st_uid, st.st_gid) < 0))
		r = -errno;
	fdio_close(&to);
	closedir(dir);
	return r;
}

static void copy_source(const char *source, const char *out, int todir)
{
	DIR *dir = opendir(source);
	struct dirent *e;
	int r = dir ? 0 : -errno;

	while (r == 0 && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			r = copy_definition(dirfd(dir), todir, e->d_name);
	if (dir)
		closedir(dir);
	if (r == 0)
		return;
	(void)fdio_remove_tree(AT_FDCWD, out);
	msg_die(EXIT_SYSTEM, r, "unable to copy %s into %s", source, out);
}

int rc_compile_main(int argc, char **argv)
{
	unsigned int verbosity = 1;
	char **word;
	int c, fd, n;

	while ((c = applet_option(argc, argv, "v:h:b")) != -1)
		if (c == 'v')
			verbosity = applet_uint(optarg, 1000000);
	n = applet_operands(argc, argv, &word);
	(void)umask(022);
	free(rc_compile_load((const char *const *)(word + 1), (unsigned int)(n - 1), verbosity));
	if (rc_compile_code)
		return rc_compile_code;
	if (mkdir(word[0], 0755) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to mkdir %s", word[0]);
	fd = fdio_open(AT_FDCWD, word[0], O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		msg_die(EXIT_SYSTEM, fd, "unable to open %s", word[0]);
	for (int i = 1; i < n; i++)
		copy_source(word[i], word[0], fd);
	fdio_close(&fd);
	return 0;
}

static void no_row(const struct proto_frame *row)
{
	(void)row;
}

/* Compat: once a boot; /init has done it when anybody can ask. */
int rc_init_main(int argc, char **argv)
{
	static const char *const check[] = { "rc-db", "", "check", "" };
	char **word;
	int c, code;

	do
		c = applet_option(argc, argv, "c:l:p:t:db");
	while (c != -1);
	(void)applet_operands(argc, argv, &word);
	code = rctalk(check, 4, false, no_row);
	if (code == 0)
		msg_info("the live state is there already: /init has made it");
	return code;
}

int rc_update_main(int argc, char **argv)
{
	const char *verbosity = "1", *limit = "0", *flags = "";
	char **word;
	int c;

	while ((c = applet_option(argc, argv, "nv:t:l:f:bEe")) != -1) {
		if (c == 'n' || c == 'f')
			msg_die(EXIT_USAGE, 0, "%s are not supported", c == 'n' ? "dry runs" : "conversion files");
		if (c == 'b')
			flags = "b";
		if (c == 'v' || c == 't')
			(void)applet_uint(optarg, c == 'v' ? 1000000 : UINT32_MAX);
		if (c == 'v')
			verbosity = optarg;
		if (c == 't')
			limit = optarg;
	}
	(void)applet_operands(argc, argv, &word);
	if (word[0][0] != '/')
		msg_die(EXIT_USAGE, 0, "%s is not an absolute path", word[0]);
	return rctalk((const char *[]){ "rc-update", flags, limit, verbosity, word[0] }, 5, true, rctalk_say);
}
