#include "talk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fdio.h"
#include "proto.h"

#define INIT_SCANDIR "/run/service"

/* By the scan directory's socket or by the one that does not need it. Root's or the directory owner's, no other. */
int talk_connect(void)
{
	struct stat st;
	uid_t owner = stat(INIT_SCANDIR, &st) < 0 ? 0 : st.st_uid;
	int fd = proto_connect(INIT_SCANDIR "/" PROTO_SOCKET, owner);

	return fd < 0 ? proto_connect(PROTO_INIT_SOCKET, owner) : fd;
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
