#include "sparedir.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "proto.h"
#include "sys.h"

#define NAMES 20 /* for one uid */

bool sparedir_name(char buf[SPAREDIR_MAX], uid_t uid, unsigned int i)
{
	static const char *const parent[] = { "/tmp", "/dev/shm" };
	const char *in = parent[i % 2];

	if (i >= NAMES)
		return false;
	/* A name that somebody else has taken is no hindrance: there are others. */
	if (i < 2)
		(void)snprintf(buf, SPAREDIR_MAX, "%s/hexad-%u", in, (unsigned int)uid);
	else
		(void)snprintf(buf, SPAREDIR_MAX, "%s/hexad-%u.%u", in, (unsigned int)uid, i / 2);
	return true;
}

static int connect_as(char buf[SPAREDIR_MAX], uid_t uid)
{
	char path[SPAREDIR_MAX + sizeof("/" PROTO_SOCKET)];

	for (unsigned int i = 0; sparedir_name(buf, uid, i); i++) {
		int fd;

		(void)snprintf(path, sizeof(path), "%s/%s", buf, PROTO_SOCKET);
		fd = proto_connect(path, uid);
		if (fd >= 0)
			return fd;
	}
	return -ENOENT;
}

int sparedir_connect(char buf[SPAREDIR_MAX])
{
	uid_t own = geteuid();
	struct stat st;
	int fd = -ENOENT;

	/* /init may be another than process 1: then it is most likely our own. */
	if (sys.fstatat(AT_FDCWD, "/proc/1", &st, 0) == 0 && st.st_uid != own)
		fd = connect_as(buf, st.st_uid);
	return fd < 0 ? connect_as(buf, own) : fd;
}
