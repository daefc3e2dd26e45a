/*
 * s6-svperms: who may read a service's status, control it and listen to its events; prints that or changes it, on the
 * live objects below the service directory.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "fdio.h"
#include "ids.h"
#include "msg.h"
#include "perms.h"
#include "slot.h"

#define OWN_GROUP ((gid_t)-1) /* the primary group of the object's owner */

/* A change to one object. */
struct change {
	bool wanted;
	mode_t mode;
	gid_t gid;
};

enum { SUPERVISE, CONTROL, EVENT, NOBJECTS };
static const char *const objects[NOBJECTS] = { "supervise", "supervise/control", "event" };

/* "NAME" or ":NUMBER". */
static gid_t group_of(const char *text)
{
	gid_t gid;

	if (text[0] == ':')
		return applet_uint(text + 1, UINT_MAX - 1);
	if (ids_group(text, &gid) < 0)
		msg_die(EXIT_USAGE, 0, "unable to find entry for %s in group database", text);
	return gid;
}

static void take_option(int c, struct change change[NOBJECTS])
{
	gid_t gid = optarg ? group_of(optarg) : OWN_GROUP;

	if (c == 'e' || c == 'E') {
		change[EVENT] = (struct change){ true, c == 'e' ? 01733 : 03730, gid };
		return;
	}
	change[SUPERVISE] = (struct change){ true, 0700, OWN_GROUP };
	change[CONTROL] = (struct change){ true, 0600, OWN_GROUP };
	if (c == 'g' || c == 'G') {
		change[SUPERVISE].mode = 0710;
		change[SUPERVISE].gid = gid;
	}
	if (c == 'o' || c == 'O')
		change[SUPERVISE].mode = 0711;
	if (c == 'G' || c == 'O') {
		change[CONTROL].mode = 0620;
		change[CONTROL].gid = gid;
	}
}

/* One object of a service. A descriptor and *st, or -errno. */
static int open_object(const char *dir, int object, struct stat *st)
{
	int dirfd = slot_open(dir);
	int fd = dirfd < 0 ? dirfd : perms_open(dirfd, objects[object], st);

	fdio_close(&dirfd);
	return fd;
}

static gid_t primary_group(const struct stat *st, const char *dir, int object)
{
	char user[256];
	struct ids ids;

	ids_user_name(st->st_uid, user, sizeof(user));
	if (ids_by_name(user, &ids) == 0 && ids.uid == st->st_uid)
		return ids.gid;
	msg_warn(0, "unable to determine primary gid for the owner of %s/%s (using root instead)", dir, objects[object]);
	return 0;
}

/* Compat: s6 looks at an object only where it needs its owner; else the change itself is what fails. */
static void cannot_open(const char *dir, int object, const struct change *change, int err)
{
	msg_die(EXIT_SYSTEM, err, "unable to %s %s/%s", change->gid == OWN_GROUP ? "stat" : "chown", dir, objects[object]);
}

static void apply(const char *dir, int object, const struct change *change)
{
	const char *what;
	struct stat st;
	int r, fd = open_object(dir, object, &st);

	if (fd < 0)
		cannot_open(dir, object, change, fd);
	r = perms_set(fd, change->gid == OWN_GROUP ? primary_group(&st, dir, object) : change->gid, change->mode, &what);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to %s %s/%s", what, dir, objects[object]);
	fdio_close(&fd);
}

/* Everything that is to be changed must be there before the first change is made. */
static void check(const char *dir, const struct change change[NOBJECTS])
{
	struct stat st;
	int fd;

	for (int i = 0; i < NOBJECTS; i++) {
		if (!change[i].wanted)
			continue;
		fd = open_object(dir, i, &st);
		/* What may not be looked at yet may become so by the change. */
		if (fd < 0 && fd != -EACCES)
			cannot_open(dir, i, &change[i], fd);
		fdio_close(&fd);
	}
}

/* What an object shall be, and what it is called if it is not. */
static bool look(const char *dir, int object, struct stat *st)
{
	int fd = open_object(dir, object, st);

	if (fd < 0) {
		msg_warn(fd, "unable to stat %s/%s", dir, objects[object]);
		return false;
	}
	fdio_close(&fd);
	if (object == CONTROL ? S_ISFIFO(st->st_mode) : S_ISDIR(st->st_mode))
		return true;
	msg_warn(0, "%s/%s is not a %s", dir, objects[object], object == CONTROL ? "named pipe" : "directory");
	return false;
}

static bool odd(const char *dir, int object, const struct stat *st)
{
	msg_warn(0, "%s/%s has incorrect permissions: %o", dir, objects[object], st->st_mode & 07777);
	return false;
}

static void print(const char *dir, const char *what, const char *who, const struct stat *st)
{
	char name[256];

	if (who) {
		(void)printf("%s %s: %s\n", dir, what, who);
		return;
	}
	ids_group_name(st->st_gid, name, sizeof(name));
	(void)printf("%s %s: group %s\n", dir, what, name);
}

/*
 * Who may read is who may enter. Compat: s6 calls every permission to list the directory odd; hexad gives it together with
 * the one to enter (0755), so here it is odd only without.
 */
static bool print_status(const char *dir)
{
	struct stat st;
	mode_t m;

	if (!look(dir, SUPERVISE, &st))
		return false;
	m = st.st_mode;
	if ((m & 05022) || (m & 0700) != 0700 || ((m & 0001) && !(m & 0010)) || (m >> 2 & 0011 & ~m))
		return odd(dir, SUPERVISE, &st);
	print(dir, "status", m & 0001 ? "public" : m & 0010 ? NULL : "owner", &st);
	return true;
}

/* Compat: the same for reading the FIFO, which hexad gives to a group that may write it (0660). */
static bool print_control(const char *dir)
{
	struct stat st;

	if (!look(dir, CONTROL, &st))
		return false;
	if ((st.st_mode & 0117) || (st.st_mode & 0060) == 0040)
		return odd(dir, CONTROL, &st);
	print(dir, "control", st.st_mode & 0020 ? NULL : "owner", &st);
	return true;
}

static bool print_events(const char *dir)
{
	struct stat st;

	if (!look(dir, EVENT, &st))
		return false;
	if ((st.st_mode & 07777) != 03730 && (st.st_mode & 07777) != 01733)
		return odd(dir, EVENT, &st);
	print(dir, "events", (st.st_mode & 07777) == 01733 ? "public" : NULL, &st);
	return true;
}

static bool print_all(const char *dir)
{
	/* Compat: control is not looked at where supervise is odd already. */
	bool fine = print_status(dir) && print_control(dir);

	return print_events(dir) && fine;
}

int svperms_main(int argc, char **argv)
{
	struct change change[NOBJECTS] = { { .wanted = false } };
	bool verbose = false, fine = true;
	char **dirs;
	int c, n;

	while ((c = applet_option(argc, argv, "vug:G:oO:eE:")) != -1) {
		if (c == 'v')
			verbose = true;
		else
			take_option(c, change);
	}
	n = applet_operands(argc, argv, &dirs);
	for (int i = 0; i < n; i++)
		check(dirs[i], change);
	if (!change[SUPERVISE].wanted && !change[EVENT].wanted)
		verbose = true;
	for (int i = 0; i < n; i++) {
		for (int object = 0; object < NOBJECTS; object++)
			if (change[object].wanted)
				apply(dirs[i], object, &change[object]);
		if (verbose)
			fine = print_all(dirs[i]) && fine;
	}
	if (fflush(stdout) != 0 || ferror(stdout))
		msg_die(EXIT_SYSTEM, errno, "unable to write to stdout");
	return !fine;
}
