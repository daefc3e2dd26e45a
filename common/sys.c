/* The table of system calls as shipped: the C library's functions, or the thinnest of wrappers. */
#include "sys.h"

#include <dirent.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/syscall.h>

static int sys_openat(int dirfd, const char *path, int flags, mode_t mode)
{
	return openat(dirfd, path, flags, mode);
}

/* The C library has no openat2 of its own. */
static int sys_openat2(int dirfd, const char *path, int flags, mode_t mode, uint64_t resolve)
{
	struct open_how how = {
		.flags = (uint64_t)flags,
		.mode = mode,
		.resolve = resolve,
	};

	return (int)syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
}

static int sys_fchmodat(int dirfd, const char *path, mode_t mode)
{
	return fchmodat(dirfd, path, mode, 0);
}

static int sys_lock(int fd, int cmd, struct flock *fl)
{
	return fcntl(fd, cmd, fl);
}

static int sys_fcntl(int fd, int cmd, int arg)
{
	return fcntl(fd, cmd, arg);
}

static int sys_prefork(void)
{
	return 0;
}

struct sys sys = {
	.openat = sys_openat,
	.close = close,
	.read = read,
	.write = write,
	.fstat = fstat,
	.fstatat = fstatat,
	.faccessat = faccessat,
	.mkdirat = mkdirat,
	.mkfifoat = mkfifoat,
	.mknodat = mknodat,
	.symlinkat = symlinkat,
	.readlinkat = readlinkat,
	.unlinkat = unlinkat,
	.renameat = renameat,
	.fchmod = fchmod,
	.fchmodat = sys_fchmodat,
	.fchownat = fchownat,
	.ftruncate = ftruncate,
	.fsync = fsync,
	.lock = sys_lock,
	.fcntl = sys_fcntl,
	.pipe2 = pipe2,
	.fork = fork,
	.prefork = sys_prefork,
	.kill = kill,
	.waitid = waitid,
	.fallocate = fallocate,
	.inotify_add_watch = inotify_add_watch,
	.calloc = calloc,
	.openat2 = sys_openat2,
	.getdents = getdents64,
};
