/*
 * The commands that do one thing to each file they are given: s6-chmod, s6-chown, s6-mkdir, s6-mkfifo, s6-rmrf and
 * s6-touch. What cannot be done to one of them is told, and the others have their turn.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "fdio.h"
#include "msg.h"
#include "parent.h"
#include "perms.h"
#include "uidgid.h"

struct wish {
	uid_t uid; /* -1: stays */
	gid_t gid;
	mode_t mode;
	bool exact;   /* mode whatever the umask */
	bool parents; /* s6-mkdir -p */
};

/* one gives 0 or -errno; the result is the exit code. */
static int each(char *const *file, const char *verb, int (*one)(const char *file, const struct wish *w),
	const struct wish *w)
{
	int code = 0;

	for (; *file; file++) {
		int r = one(*file, w);

		if (r < 0) {
			msg_warn(r, "unable to %s %s", verb, *file);
			code = EXIT_SYSTEM;
		}
	}
	return code;
}

/* The command without options whose operands are the files. */
static int plain(int argc, char **argv, const char *verb, int (*one)(const char *file, const struct wish *w))
{
	const struct wish w = { .mode = 0 };
	char **word;

	while (applet_option(argc, argv, "") != -1)
		;
	(void)applet_operands(argc, argv, &word);
	return each(word, verb, one, &w);
}

/* Through a descriptor that follows no link of somebody else's: see perms.h. */
static int change_mode(const char *file, const struct wish *w)
{
	const char *what;
	struct stat st;
	int r, fd = perms_open(AT_FDCWD, file, &st);

	if (fd < 0)
		return fd;
	r = perms_set(fd, (gid_t)-1, w->mode, &what);
	fdio_close(&fd);
	return r;
}

int chmod_main(int argc, char **argv)
{
	struct wish w = { .exact = true };
	char **word;

	while (applet_option(argc, argv, "") != -1)
		;
	(void)applet_operands(argc, argv, &word);
	w.mode = applet_mode(word[0]);
	return each(word + 1, "chmod", change_mode, &w);
}

static int change_owner(const char *file, const struct wish *w)
{
	struct stat st;
	int r, fd = perms_open(AT_FDCWD, file, &st);

	if (fd < 0)
		return fd;
	r = fchownat(fd, "", w->uid, w->gid, AT_EMPTY_PATH) < 0 ? -errno : 0;
	fdio_close(&fd);
	return r;
}

int chown_main(int argc, char **argv)
{
	struct wish w = { .uid = (uid_t)-1, .gid = (gid_t)-1 };
	char **word;
	int c;

	while ((c = applet_option(argc, argv, "Uu:g:")) != -1) {
		/* The last id there is means that it stays: nobody's number. */
		if (c == 'u') {
			w.uid = applet_uint(optarg, UINT32_MAX - 1);
		} else if (c == 'g') {
			w.gid = applet_uint(optarg, UINT32_MAX - 1);
		} else {
			w.uid = uidgid_variable_id("UID");
			w.gid = uidgid_variable_id("GID");
		}
	}
	(void)applet_operands(argc, argv, &word);
	return each(word, "chown", change_owner, &w);
}

/* "-m mode" of s6-mkdir and s6-mkfifo, and "-p" of the former. */
static void making(int argc, char **argv, const char *spec, struct wish *w)
{
	int c;

	while ((c = applet_option(argc, argv, spec)) != -1) {
		if (c == 'p') {
			w->parents = true;
		} else {
			w->mode = applet_mode(optarg);
			w->exact = true;
		}
	}
}

/* The directories on the way to path, as the umask has them; what is there is left as it is. */
static int make_parents(const char *path)
{
	char way[PATH_MAX];
	size_t len = strlen(path);

	if (len >= sizeof(way))
		return -ENAMETOOLONG;
	memcpy(way, path, len + 1);
	while (len > 1 && way[len - 1] == '/')
		way[--len] = '\0';
	for (size_t i = 1; i < len; i++) {
		if (way[i] != '/')
			continue;
		way[i] = '\0';
		/* Not to be made and not there either is told by the next one. */
		if (mkdir(way, 0777) < 0 && errno != EEXIST && access(way, F_OK) < 0)
			return -errno;
		way[i] = '/';
	}
	return 0;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int make_dir(const char *path, const struct wish *w)
{
	int r = w->parents ? make_parents(path) : 0;

	if (r < 0)
		return r;
	if (mkdir(path, w->exact ? 0700 : 0777) == 0)
		return w->exact ? change_mode(path, w) : 0;
	r = -errno;
	return r == -EEXIST && w->parents && is_directory(path) ? 0 : r;
}

int mkdir_main(int argc, char **argv)
{
	struct wish w = { .mode = 0 };
	char **word;

	making(argc, argv, "pm:", &w);
	(void)applet_operands(argc, argv, &word);
	return each(word, "mkdir", make_dir, &w);
}

static int make_fifo(const char *path, const struct wish *w)
{
	if (mkfifo(path, w->exact ? 0600 : 0666) < 0)
		return -errno;
	return w->exact ? change_mode(path, w) : 0;
}

int mkfifo_main(int argc, char **argv)
{
	struct wish w = { .mode = 0 };
	char **word;

	making(argc, argv, "m:", &w);
	(void)applet_operands(argc, argv, &word);
	return each(word, "mkfifo", make_fifo, &w);
}

/* Only what lies below the directory's own file system goes: parent_open has crossed those on the way. */
static int remove_all(const char *path, const struct wish *w)
{
	char leaf[NAME_MAX + 1];
	int r, fd = parent_open(path, leaf);

	(void)w;
	/* What is nowhere needs no removal. */
	if (fd < 0)
		return fd == -ENOENT && *path ? 0 : fd;
	/* Emptied first and then found to be in use: nobody means that. */
	r = strcmp(leaf, ".") == 0 || strcmp(leaf, "..") == 0 ? -EINVAL : fdio_remove_tree(fd, leaf);
	fdio_close(&fd);
	return r;
}

int rmrf_main(int argc, char **argv)
{
	return plain(argc, argv, "remove", remove_all);
}

static int touch(const char *path, const struct wish *w)
{
	int fd;

	(void)w;
	if (utimensat(AT_FDCWD, path, NULL, 0) == 0)
		return 0;
	if (errno != ENOENT)
		return -errno;
	fd = fdio_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_NOCTTY | O_NONBLOCK, 0666);
	if (fd < 0)
		return fd;
	fdio_close(&fd);
	return 0;
}

int touch_main(int argc, char **argv)
{
	return plain(argc, argv, "touch", touch);
}
