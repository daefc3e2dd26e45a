/* Archive names, trimming and recovery of a log directory. See logdir_files.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "chain.h"
#include "fdio.h"
#include "logdir_files.h"
#include "msg.h"
#include "tai.h"

bool logdir_is_archive(const char *name)
{
	struct timespec stamp;

	if (strlen(name) != LOGDIR_ARCHIVE || name[25] != '.' || (name[26] != 's' && name[26] != 'u'))
		return false;
	return tai64n_parse(name, &stamp);
}

int logdir_rename(int dirfd, const char *from, const char *to)
{
	return renameat(dirfd, from, dirfd, to) < 0 && errno != ENOENT ? -errno : 0;
}

int logdir_seal(int dirfd, const char *name, mode_t mode)
{
	return fchmodat(dirfd, name, mode, 0) < 0 ? -errno : 0;
}

static int remove_file(int dirfd, const char *name)
{
	return unlinkat(dirfd, name, 0) < 0 && errno != ENOENT ? -errno : 0;
}

/*
 * rename that never replaces: an archive that is there already stays. One step, so that a kill between two does not leave
 * the same lines under two names. Where the file system cannot do that, a link and then the removal; where it has no links,
 * as on some shared volumes, a plain rename.
 */
static int move(int dirfd, const char *from, const char *to)
{
	if (syscall(SYS_renameat2, dirfd, from, dirfd, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP && errno != EPERM)
		return -errno;
	if (linkat(dirfd, from, dirfd, to, 0) == 0)
		return remove_file(dirfd, from);
	if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
		return -errno;
	if (faccessat(dirfd, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return logdir_rename(dirfd, from, to);
}

/* Two archives in one instant get different names: the later one a nanosecond more. */
int logdir_archive(int dirfd, const char *name, char kind)
{
	struct timespec stamp = tai_now();
	char to[LOGDIR_ARCHIVE + 1];
	int r = -EEXIST;

	for (int i = 0; i < 1000 && r == -EEXIST; i++) {
		tai64n_format(to, &stamp);
		to[25] = '.';
		to[26] = kind;
		to[27] = '\0';
		r = move(dirfd, name, to);
		if (++stamp.tv_nsec == 1000000000) {
			stamp.tv_nsec = 0;
			stamp.tv_sec++;
		}
	}
	return r == -ENOENT ? 0 : r;
}

int logdir_sync(int fd)
{
	return fsync(fd) < 0 && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP && errno != EROFS ? -errno : 0;
}

static int sync_file(int dirfd, const char *name)
{
	int fd = fdio_open(dirfd, name, O_RDONLY | O_NONBLOCK, 0);
	int r;

	if (fd < 0)
		return fd;
	r = logdir_sync(fd);
	fdio_close(&fd);
	return r;
}

int logdir_take_result(int dirfd, mode_t sealed)
{
	int r = sync_file(dirfd, "processed");

	if (r == 0)
		r = logdir_seal(dirfd, "processed", sealed);
	if (r == 0)
		r = sync_file(dirfd, "newstate");
	/* A repetition after the rename below failed half-way finds no newstate any more. */
	if (r < 0 && r != -ENOENT)
		return r;
	r = remove_file(dirfd, "previous");
	return r < 0 ? r : logdir_rename(dirfd, "newstate", "state");
}

static int is_archive_entry(const struct dirent *entry)
{
	return logdir_is_archive(entry->d_name);
}

static int newest_first(const struct dirent **a, const struct dirent **b)
{
	return -strcmp((*a)->d_name, (*b)->d_name);
}

int logdir_trim(int dirfd, const struct logdir_options *opt)
{
	struct dirent **names;
	uint64_t total = 0;
	struct stat st;
	int n, r = 0;

	n = scandirat(dirfd, ".", &names, is_archive_entry, newest_first);
	if (n < 0)
		return -errno;
	for (int i = 0; i < n; i++) {
		if (opt->max_total && fstatat(dirfd, names[i]->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			total += (uint64_t)st.st_size;
		if ((uint32_t)i >= opt->max_files || (opt->max_total && total > opt->max_total)) {
			int gone = remove_file(dirfd, names[i]->d_name);

			if (gone < 0 && r == 0)
				r = gone;
		}
		free(names[i]);
	}
	free(names);
	return r;
}

static bool was_sealed(int dirfd, const char *name)
{
	struct stat st;

	return fstatat(dirfd, name, &st, 0) == 0 && (st.st_mode & S_IXUSR);
}

/* Is that file an archive already? Then whoever made it was killed between the link and the removal. */
static bool is_archived(int dirfd, const struct stat *file)
{
	struct dirent **names = NULL;
	struct stat st;
	bool found = false;
	int n = file->st_nlink > 1 ? scandirat(dirfd, ".", &names, is_archive_entry, NULL) : 0;

	for (int i = 0; i < n; i++) {
		if (fstatat(dirfd, names[i]->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			found |= st.st_ino == file->st_ino && st.st_dev == file->st_dev;
		free(names[i]);
	}
	free(names);
	return found;
}

/* An archive of what was not closed cleanly; empty files are dropped, as in 2.15. */
static int salvage(int dirfd, const char *name, char kind)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (st.st_size == 0 || is_archived(dirfd, &st))
		return remove_file(dirfd, name);
	return logdir_archive(dirfd, name, kind);
}

static int make_state(int dirfd, mode_t mode)
{
	int fd = fdio_open(dirfd, "state", O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, mode);

	if (fd < 0)
		return fd;
	fdio_close(&fd);
	return 0;
}

int logdir_recover(int dirfd, const struct logdir_options *opt, mode_t mode)
{
	int r;

	if (was_sealed(dirfd, "current"))
		return 0;
	r = remove_file(dirfd, "state");
	if (r == 0)
		r = remove_file(dirfd, "newstate");
	if (r < 0)
		return r;
	/* A sealed result stands for its input; one that is not is worth nothing. */
	if (was_sealed(dirfd, "processed")) {
		r = remove_file(dirfd, "previous");
		if (r == 0)
			r = salvage(dirfd, "processed", 's');
	} else {
		r = remove_file(dirfd, "processed");
		if (r == 0)
			r = salvage(dirfd, "previous", 'u');
	}
	if (r == 0)
		r = salvage(dirfd, "current", 'u');
	if (r == 0)
		r = logdir_trim(dirfd, opt);
	return r < 0 ? r : make_state(dirfd, mode);
}

void logdir_exec(const char *const *argv)
{
	int r = chain_try((char *const *)(uintptr_t)argv, environ, getenv("PATH"));

	_exit(r == -ENOENT ? EXIT_NOTFOUND : EXIT_NOEXEC);
}
