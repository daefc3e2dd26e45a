/*
 * event/ directories, both ends. Writes to FIFOs with a listener's name and to nothing else: others
 * may put what they like into such a directory, and it must not make us follow, write or wait.
 */
#include "fifodir.h"

#include "fdio.h"
#include "sys.h"
#include "tai.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define PREFIX_LEN (sizeof(FIFODIR_PREFIX) - 1)
#define LISTENER_MODE 0622 /* a supervisor with another uid must be able to write */
#define SUBSCRIBE_TRIES 16

/* Entries looked at beyond the listeners served: strangers' files must not hold us up either. */
#define OTHER_ENTRIES 256

/* What is told to each listener; an empty message only asks whether somebody reads. */
struct notice {
	int dirfd;
	const char *msg;
	size_t len;
};

static bool is_listener(const struct dirent64 *d)
{
	return (d->d_type == DT_FIFO || d->d_type == DT_UNKNOWN) &&
		strlen(d->d_name) == FIFODIR_NAME &&
		memcmp(d->d_name, FIFODIR_PREFIX, PREFIX_LEN) == 0;
}

static bool is_fifo(int fd)
{
	struct stat st;

	return sys.fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

/* Opening a socket gives ENXIO as well, and not every file system tells types while it is read. */
static bool is_fifo_name(int dirfd, const char *name)
{
	struct stat st;

	return sys.fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISFIFO(st.st_mode);
}

/* One listener. Its failures are its own: nobody else's notification depends on them. */
static void tell(const struct notice *no, const char *name)
{
	int r = 0;
	int fd = fdio_open(no->dirfd, name, O_WRONLY | O_NONBLOCK | O_NOFOLLOW, 0);

	if (fd == -ENXIO && is_fifo_name(no->dirfd, name))
		(void)sys.unlinkat(no->dirfd, name, 0);
	if (fd < 0)
		return;
	/* One write and not fdio_write_all: a message is whole or lost, and EAGAIN means lost. */
	if (no->len > 0 && is_fifo(fd) && sys.write(fd, no->msg, no->len) < 0)
		r = -errno;
	if (r == -EPIPE)
		(void)sys.unlinkat(no->dirfd, name, 0);
	fdio_close(&fd);
}

/* Tells every listener, within the limits. */
static int tell_all(const struct notice *no, unsigned int limit)
{
	_Alignas(struct dirent64) char buf[4096];
	unsigned int others = limit == FIFODIR_ALL ? FIFODIR_ALL : OTHER_ENTRIES;
	ssize_t len, at;

	while ((len = sys.getdents(no->dirfd, buf, sizeof(buf))) > 0) {
		for (at = 0; at < len;) {
			const struct dirent64 *d = (const void *)(buf + at);
			unsigned int *budget = is_listener(d) ? &limit : &others;

			at += d->d_reclen;
			if (*budget == 0)
				return 0;
			--*budget;
			if (budget == &limit)
				tell(no, d->d_name);
		}
	}
	return len < 0 ? -errno : 0;
}

/* Opens the directory, tells, closes. */
static int notify(int dirfd, const char *name, struct notice no, unsigned int limit)
{
	int r;

	if (!name) {
		no.dirfd = dirfd;
		return tell_all(&no, limit);
	}
	no.dirfd = fdio_open(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (no.dirfd < 0)
		return no.dirfd;
	r = tell_all(&no, limit);
	fdio_close(&no.dirfd);
	return r;
}

int fifodir_notify(int dirfd, const char *name, const char *msg, size_t len, unsigned int limit)
{
	return notify(dirfd, name, (struct notice){ -1, msg, len }, limit);
}

int fifodir_clean(int dirfd, const char *name, unsigned int limit)
{
	return notify(dirfd, name, (struct notice){ -1, "", 0 }, limit);
}

/* A new name into name: the time and six random characters. */
static int make_name(char name[FIFODIR_NAME + 1])
{
	static const char set[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	const struct timespec now = tai_now();
	char label[TAI64N_TEXT + 1];
	unsigned char rnd[6];
	size_t i;

	if (getrandom(rnd, sizeof(rnd), 0) != (ssize_t)sizeof(rnd))
		return -errno;
	tai64n_format(label, &now);
	memcpy(name, FIFODIR_PREFIX, PREFIX_LEN - 1);
	memcpy(name + PREFIX_LEN - 1, label, TAI64N_TEXT);
	name[PREFIX_LEN - 1 + TAI64N_TEXT] = ':';
	for (i = 0; i < sizeof(rnd); i++)
		name[PREFIX_LEN + TAI64N_TEXT + i] = set[rnd[i] & 63];
	name[FIFODIR_NAME] = '\0';
	return 0;
}

/* Makes the FIFO under the dot name that nobody notifies; tries other names while it is taken. */
static int make_fifo(int dirfd, char dot[FIFODIR_NAME + 2])
{
	int tries;

	dot[0] = '.';
	for (tries = 0; tries < SUBSCRIBE_TRIES; tries++) {
		int r = make_name(dot + 1);

		if (r < 0)
			return r;
		if (sys.mkfifoat(dirfd, dot, LISTENER_MODE) == 0)
			return 0;
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

/* Opens both ends and gives the FIFO its name: from there on it is notified and must be read. */
static int open_fifo(struct fifodir_sub *sub, const char *dot)
{
	sub->fd = fdio_open(sub->dirfd, dot, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0);
	if (sub->fd < 0)
		return sub->fd;
	if (!is_fifo(sub->fd))
		return -EINVAL;
	/* mkfifo has applied the umask. */
	if (sys.fchmod(sub->fd, LISTENER_MODE) < 0)
		return -errno;
	sub->hold = fdio_open(sub->dirfd, dot, O_WRONLY | O_NONBLOCK | O_NOFOLLOW, 0);
	if (sub->hold < 0)
		return sub->hold;
	if (sys.renameat(sub->dirfd, dot, sub->dirfd, dot + 1) < 0)
		return -errno;
	memcpy(sub->name, dot + 1, FIFODIR_NAME + 1);
	return 0;
}

int fifodir_subscribe(int dirfd, const char *name, struct fifodir_sub *ret)
{
	struct fifodir_sub sub = FIFODIR_SUB_INIT;
	char dot[FIFODIR_NAME + 2];
	int r;

	/* O_PATH: an event directory may be searched and written by its group, but not read. */
	sub.dirfd = fdio_open(dirfd, name, O_PATH | O_DIRECTORY, 0);
	if (sub.dirfd < 0)
		return sub.dirfd;
	r = make_fifo(sub.dirfd, dot);
	if (r == 0) {
		r = open_fifo(&sub, dot);
		if (r < 0)
			(void)sys.unlinkat(sub.dirfd, dot, 0);
	}
	if (r < 0)
		fifodir_unsubscribe(&sub);
	else
		*ret = sub;
	return r;
}

void fifodir_unsubscribe(struct fifodir_sub *sub)
{
	if (sub->dirfd >= 0 && sub->name[0] != '\0')
		(void)sys.unlinkat(sub->dirfd, sub->name, 0);
	sub->name[0] = '\0';
	fdio_close(&sub->hold);
	fdio_close(&sub->fd);
	fdio_close(&sub->dirfd);
}

int fifodir_make(int dirfd, const char *name, gid_t gid, mode_t mode)
{
	int r = 0;
	int fd;

	if (sys.mkdirat(dirfd, name, 0700) < 0)
		return -errno;
	/* By descriptor: a link put in its place must not be given a group or a mode. */
	fd = fdio_open(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (fd < 0)
		r = fd;
	if (r == 0 && gid != (gid_t)-1 && sys.fchownat(fd, "", (uid_t)-1, gid, AT_EMPTY_PATH) < 0)
		r = -errno;
	if (r == 0 && sys.fchmod(fd, mode) < 0)
		r = -errno;
	fdio_close(&fd);
	if (r < 0)
		(void)sys.unlinkat(dirfd, name, AT_REMOVEDIR);
	return r;
}
