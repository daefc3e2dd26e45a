/*
 * No name service in PID 1. libuv_a pulls in getpwuid_r for a call nobody here makes; a static program
 * would then need the C library's shared objects at run time. This one, which fails, takes its place.
 */
#include <errno.h>
#include <pwd.h>
#include <stddef.h>

int getpwuid_r(uid_t uid, struct passwd *pwd, char *buf, size_t len, struct passwd **ret)
{
	(void)uid;
	(void)pwd;
	(void)buf;
	(void)len;
	*ret = NULL;
	return ENOENT;
}
