#include "talk.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fdio.h"
#include "proto.h"
#include "sparedir.h"

#define INIT_SCANDIR "/run/service"

/* By the scan directory's socket. Root's or the directory owner's, no other. */
static int connect_in(const char *scandir, uid_t *owner)
{
	char path[PATH_MAX];
	struct stat st;

	*owner = stat(scandir, &st) < 0 ? 0 : st.st_uid;
	if (snprintf(path, sizeof(path), "%s/%s", scandir, PROTO_SOCKET) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return proto_connect(path, *owner);
}

/* The one that is named, or the container's: where it should be, by the socket that does not need it, or elsewhere. */
int talk_connect(void)
{
	const char *named = getenv("HEXAD_SCANDIR");
	char elsewhere[SPAREDIR_MAX];
	uid_t owner;
	int fd = connect_in(named && *named ? named : INIT_SCANDIR, &owner), other;

	if (fd >= 0 || (named && *named))
		return fd;
	other = proto_connect(PROTO_INIT_SOCKET, owner);
	if (other < 0)
		other = sparedir_connect(elsewhere);
	return other < 0 ? fd : other;
}

static int await_end(int fd, int timeout_ms, char *why, size_t cap)
{
	char buf[PROTO_FRAME];
	struct proto_frame frame;
	int r;

	do
		r = proto_receive(fd, buf, &frame, timeout_ms);
	while (r == 0 && strcmp(frame.field[0], "row") == 0);
	if (r < 0)
		return r;
	if (strcmp(frame.field[0], "err") != 0 || frame.n < 3)
		return 0;
	(void)snprintf(why, cap, "%s", frame.field[2]);
	r = atoi(frame.field[1]);
	return r > 0 && r < 256 ? r : 1;
}

int talk_init(const char *const *fields, unsigned int n, int timeout_ms, char *why, size_t cap)
{
	const char *request[PROTO_FIELDS] = { PROTO_VERSION };
	int fd, r;

	if (n + 1 > PROTO_FIELDS)
		return -EINVAL;
	memcpy(request + 1, fields, n * sizeof(*fields));
	fd = talk_connect();
	if (fd < 0)
		return fd;
	r = proto_send(fd, request, n + 1);
	if (r == 0)
		r = await_end(fd, timeout_ms, why, cap);
	fdio_close(&fd);
	return r;
}
