/*
 * Puts the listening socket into a directory that somebody else may own and change meanwhile:
 * through a held descriptor, as the directory's owner, complete before it gets its name. Knows no
 * clients.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "api_client.h"
#include "fdio.h"
#include "fsid.h"
#include "sys.h"

#define BACKLOG 64

/*
 * Through /proc the path is short and the directory is the one we hold; without /proc it is what
 * it is.
 */
static int bind_in(int fd, int dirfd, const struct api_place *p, const char *name)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int n = snprintf(sa.sun_path, sizeof sa.sun_path, "/proc/self/fd/%d/%s", dirfd, name);

	if (n < 0 || (size_t)n >= sizeof sa.sun_path)
		return -ENAMETOOLONG;
	if (bind(fd, (struct sockaddr *)&sa, sizeof sa) == 0)
		return 0;
	if (errno != ENOENT && errno != ENOTDIR)
		return -errno;
	n = snprintf(sa.sun_path, sizeof sa.sun_path, "%s/%s/%s", p->base, p->dir, name);
	if (n < 0 || (size_t)n >= sizeof sa.sun_path)
		return -ENAMETOOLONG;
	return bind(fd, (struct sockaddr *)&sa, sizeof sa) == 0 ? 0 : -errno;
}

/* It listens before it has its name, so that nobody who finds it is turned away. */
static int place(int fd, int dirfd, const struct api_place *p)
{
	char tmp[64];
	int r;

	snprintf(tmp, sizeof tmp, ".%s.tmp", p->name);
	sys.unlinkat(dirfd, tmp, 0);
	r = bind_in(fd, dirfd, p, tmp);
	if (r < 0)
		return r;
	if (sys.fchmodat(dirfd, tmp, 0666) < 0 || listen(fd, BACKLOG) < 0
			|| sys.renameat(dirfd, tmp, dirfd, p->name) < 0) {
		r = -errno;
		sys.unlinkat(dirfd, tmp, 0);
	}
	return r;
}

/* Enters the scope of the directory's owner. */
static int enter_owner(int dirfd)
{
	struct stat st;

	if (sys.fstat(dirfd, &st) < 0)
		return -errno;
	return fsid_enter(st.st_uid, st.st_gid);
}

int api_listen(int dirfd, const struct api_place *p)
{
	int r, fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	r = enter_owner(dirfd);
	if (r == 0) {
		r = place(fd, dirfd, p);
		fsid_leave();
	}
	if (r < 0) {
		fdio_close(&fd);
		return r;
	}
	return fd;
}

void api_unlisten(int dirfd, const char *name)
{
	if (enter_owner(dirfd) < 0)
		return;
	sys.unlinkat(dirfd, name, 0);
	fsid_leave();
}
