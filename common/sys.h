/*
 * The system calls that service code makes, one name each, in one table.
 *
 * Shipped programs never change the table; tests replace entries to fail the Nth call of a scenario
 * (tests/lib/failsys.c). Entries behave as the C library's functions of that name: -1 and errno.
 * Code in common/ and supervisor/ that touches files, processes or credentials goes through here.
 */
#ifndef SV_SYS_H
#define SV_SYS_H

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

struct sys {
	int (*openat)(int dirfd, const char *path, int flags, mode_t mode);
	int (*close)(int fd);
	ssize_t (*read)(int fd, void *buf, size_t len);
	ssize_t (*write)(int fd, const void *buf, size_t len);
	int (*fstat)(int fd, struct stat *st);
	int (*fstatat)(int dirfd, const char *path, struct stat *st, int flags);
	int (*faccessat)(int dirfd, const char *path, int mode, int flags);
	int (*mkdirat)(int dirfd, const char *path, mode_t mode);
	int (*mkfifoat)(int dirfd, const char *path, mode_t mode);
	int (*mknodat)(int dirfd, const char *path, mode_t mode, dev_t dev);
	int (*symlinkat)(const char *target, int dirfd, const char *path);
	ssize_t (*readlinkat)(int dirfd, const char *path, char *buf, size_t len);
	int (*unlinkat)(int dirfd, const char *path, int flags);
	int (*renameat)(int fromfd, const char *from, int tofd, const char *to);
	int (*fchmod)(int fd, mode_t mode);
	int (*fchmodat)(int dirfd, const char *path, mode_t mode);
	int (*fchownat)(int dirfd, const char *path, uid_t uid, gid_t gid, int flags);
	int (*ftruncate)(int fd, off_t len);
	int (*fsync)(int fd);
	int (*lock)(int fd, int cmd, struct flock *fl); /* fcntl with F_OFD_SETLK, F_GETLK ... */
	int (*fcntl)(int fd, int cmd, int arg);
	int (*pipe2)(int fds[2], int flags);
	pid_t (*fork)(void);
	int (*prefork)(void); /* called right before every vfork or clone: -1 and errno fail it */
	int (*kill)(pid_t pid, int sig);
	int (*waitid)(idtype_t type, id_t id, siginfo_t *info, int options);
	int (*fallocate)(int fd, int mode, off_t off, off_t len);
	int (*inotify_add_watch)(int fd, const char *path, uint32_t mask);
	void *(*calloc)(size_t n, size_t size);
	int (*openat2)(int dirfd, const char *path, int flags, mode_t mode, uint64_t resolve);
	ssize_t (*getdents)(int fd, void *buf, size_t len); /* struct dirent64 records */
};

extern struct sys sys;

#endif
