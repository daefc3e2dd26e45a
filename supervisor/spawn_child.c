/* What a child does between fork and exec, and the limit of open files that it gets back. */
#include "spawn_int.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "noexec.h"
#include "svstatus.h"
#include "sys.h"

static struct rlimit nofile;
static bool nofile_known;

void spawn_init(void)
{
	nofile_known = getrlimit(RLIMIT_NOFILE, &nofile) == 0;
}

uint32_t spawn_fd_limit(void)
{
	return nofile_known && nofile.rlim_cur < INT32_MAX ? (uint32_t)nofile.rlim_cur : INT32_MAX;
}

void spawn_restore_limit(void)
{
	if (nofile_known)
		(void)setrlimit(RLIMIT_NOFILE, &nofile);
}

void spawn_close_range(unsigned int first, unsigned int last)
{
	struct rlimit lim;

	if (first > last || close_range(first, last, 0) == 0)
		return;
	/* Kernels before 5.9. */
	if (getrlimit(RLIMIT_NOFILE, &lim) < 0 || lim.rlim_cur > 1u << 20)
		lim.rlim_cur = 1u << 20;
	for (unsigned int fd = first; fd <= last && fd < lim.rlim_cur; fd++)
		(void)sys.close((int)fd);
}

void spawn_reset_child(bool unblock)
{
	static const int ours[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGPIPE };
	sigset_t none;

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		signal(ours[i], SIG_DFL);
	sigemptyset(&none);
	if (unblock)
		sigprocmask(SIG_SETMASK, &none, NULL);
	spawn_restore_limit();
}

int spawn_child_place(int fd, int num)
{
	if (fd < 0)
		return 0;
	if (fd == num)
		return fcntl(fd, F_SETFD, 0) < 0 ? -errno : 0;
	return dup2(fd, num) < 0 ? -errno : 0;
}

/*
 * Blocks for as long as somebody else holds it: that is what a lock-fd is for. The lock goes with the first descriptor
 * of the file that this process closes, so there must be one only.
 */
static int take_lock(int fd, int num)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int r = spawn_child_place(fd, num);

	if (r == 0 && fd != num)
		close(fd);
	while (r == 0 && fcntl(num, F_SETLKW, &fl) < 0)
		if (errno != EINTR)
			r = -errno;
	return r;
}

static void publish(struct spawn_record *rec, pid_t pid)
{
	uint8_t packed[SVSTATUS_PID_BYTES];

	svstatus_pack_pid(packed, pid);
	if (pwrite(rec->fd, packed, sizeof(packed), SVSTATUS_PID_AT) == (ssize_t)sizeof(packed) &&
		renameat(rec->dirfd, rec->tmp, rec->dirfd, rec->name) == 0)
		rec->pid = pid;
}

int spawn_child_enter(const struct spawn *sp)
{
	pid_t pid = (pid_t)syscall(SYS_getpid);

	if (sp->note_pid)
		*sp->note_pid = pid;
	if (sp->record)
		publish(sp->record, pid);
	return sp->dirfd >= 0 && fchdir(sp->dirfd) < 0 ? -errno : 0;
}

int spawn_child_prepare(const struct spawn *sp)
{
	sigset_t none;
	int r;

	if (!sp->same_session)
		setsid();
	if ((r = spawn_child_place(sp->in, 0)) < 0 || (r = spawn_child_place(sp->out, 1)) < 0 ||
		(r = spawn_child_place(sp->err, 2)) < 0)
		return r;
	if (sp->ids && (r = ids_become(sp->ids)) < 0)
		return r;
	if (sp->lock_num >= 0 && (r = take_lock(sp->lock_fd, sp->lock_num)) < 0)
		return r;
	if ((r = spawn_child_place(sp->notify_fd, sp->notify_num)) < 0)
		return r;
	if (sp->check && (r = sp->check(sp->path)) < 0)
		return r;
	spawn_restore_limit();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return 0;
}

int spawn_child_exec(const struct spawn *sp)
{
	int r = spawn_child_prepare(sp);

	return r < 0 ? r : noexec_execve(sp->path, sp->argv, sp->envp);
}

void spawn_child_aside(const struct spawn *sp, int *fd)
{
	while (*fd >= 0 && (*fd == sp->notify_num || *fd == sp->lock_num))
		*fd = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
}
