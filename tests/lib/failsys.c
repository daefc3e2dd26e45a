/*
 * Fault injection over the table of system calls: linked into a second hexad, build/fault/hexad, and
 * into nothing that is shipped. A constructor wraps every entry of sys, so that the Nth call of a
 * scenario, whichever it is, fails with an errno that this call can really give.
 *
 * Where the counting starts and which call fails is said in a page shared with the driver
 * (failctl.h). Its name comes in the environment and is taken out before main sees it, so that no
 * service inherits it. Without that name everything behaves as in the shipped program.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "failctl.h"
#include "sys.h"

static struct failctl *ctl;
static struct sys real;

/* A call added to the table without a wrapper here would never fail. */
_Static_assert(sizeof(struct sys) == 31 * sizeof(int (*)(void)), "wrap the new entries of struct sys");

/*
 * Counts one call. True if it is the one to fail; errno is set then. usual is what the call is known
 * to give when a machine runs out of something.
 */
static bool fails(const char *what, int usual)
{
	uint32_t n;

	if (!atomic_load(&ctl->armed) || (*ctl->only && strcmp(ctl->only, what) != 0))
		return false;
	n = atomic_fetch_add(&ctl->count, 1) + 1;
	if (n != atomic_load(&ctl->fail_at))
		return false;
	snprintf(ctl->what, sizeof ctl->what, "%s", what);
	atomic_store(&ctl->failed, 1);
	if (atomic_load(&ctl->err) == FAILCTL_FAULT)
		raise(SIGSEGV); /* hexad's handler does not come back */
	errno = atomic_load(&ctl->err) ? atomic_load(&ctl->err) : usual;
	return true;
}

/* name, usual errno, type and parameters, arguments, what a failure returns */
#define WRAP(name, usual, type, params, args, bad) \
	static type f_##name params { return fails(#name, usual) ? (bad) : real.name args; }

WRAP(openat, EMFILE, int, (int d, const char *p, int f, mode_t m), (d, p, f, m), -1)
WRAP(write, ENOSPC, ssize_t, (int fd, const void *b, size_t n), (fd, b, n), -1)
WRAP(fstat, ENOMEM, int, (int fd, struct stat *st), (fd, st), -1)
WRAP(fstatat, ENOMEM, int, (int d, const char *p, struct stat *st, int f), (d, p, st, f), -1)
WRAP(faccessat, ENOMEM, int, (int d, const char *p, int m, int f), (d, p, m, f), -1)
WRAP(mkdirat, ENOSPC, int, (int d, const char *p, mode_t m), (d, p, m), -1)
WRAP(mkfifoat, ENOSPC, int, (int d, const char *p, mode_t m), (d, p, m), -1)
WRAP(mknodat, ENOSPC, int, (int d, const char *p, mode_t m, dev_t v), (d, p, m, v), -1)
WRAP(symlinkat, ENOSPC, int, (const char *t, int d, const char *p), (t, d, p), -1)
WRAP(readlinkat, ENOMEM, ssize_t, (int d, const char *p, char *b, size_t n), (d, p, b, n), -1)
WRAP(unlinkat, EIO, int, (int d, const char *p, int f), (d, p, f), -1)
WRAP(renameat, ENOSPC, int, (int d, const char *p, int e, const char *q), (d, p, e, q), -1)
WRAP(fchmod, EIO, int, (int fd, mode_t m), (fd, m), -1)
WRAP(fchmodat, EIO, int, (int d, const char *p, mode_t m), (d, p, m), -1)
WRAP(fchownat, EIO, int, (int d, const char *p, uid_t u, gid_t g, int f), (d, p, u, g, f), -1)
WRAP(ftruncate, EIO, int, (int fd, off_t n), (fd, n), -1)
WRAP(fsync, EIO, int, (int fd), (fd), -1)
WRAP(lock, ENOLCK, int, (int fd, int c, struct flock *fl), (fd, c, fl), -1)
WRAP(fcntl, EMFILE, int, (int fd, int c, int a), (fd, c, a), -1)
WRAP(pipe2, EMFILE, int, (int fds[2], int f), (fds, f), -1)
WRAP(prefork, EAGAIN, int, (void), (), -1)
WRAP(kill, EPERM, int, (pid_t p, int s), (p, s), -1)
WRAP(waitid, EINTR, int, (idtype_t t, id_t i, siginfo_t *si, int o), (t, i, si, o), -1)
WRAP(fallocate, ENOSPC, int, (int fd, int m, off_t o, off_t n), (fd, m, o, n), -1)
WRAP(inotify_add_watch, ENOSPC, int, (int fd, const char *p, uint32_t m), (fd, p, m), -1)
WRAP(calloc, ENOMEM, void *, (size_t n, size_t z), (n, z), NULL)
WRAP(openat2, EMFILE, int, (int d, const char *p, int f, mode_t m, uint64_t r), (d, p, f, m, r), -1)
WRAP(getdents, EIO, ssize_t, (int fd, void *b, size_t n), (fd, b, n), -1)

/* A disk may fail; of a FIFO, a pipe or a signalfd no more can be wrong than that it was interrupted. */
static ssize_t f_read(int fd, void *buf, size_t len)
{
	struct stat st;
	bool disk = real.fstat(fd, &st) == 0 && S_ISREG(st.st_mode);

	return fails("read", disk ? EIO : EINTR) ? -1 : real.read(fd, buf, len);
}

/* Linux gives the number free even where close reports an error, so this one closes and then fails. */
static int f_close(int fd)
{
	int r = real.close(fd);

	return fails("close", EIO) ? -1 : r;
}

/* A fault comes when there are two of us already, in the parent: whoever holds it back has the pid by then. */
static pid_t f_fork(void)
{
	bool fault = atomic_load(&ctl->err) == FAILCTL_FAULT;
	pid_t pid = fault ? real.fork() : 0;

	if (fault && pid == 0)
		return 0;
	if (fails("fork", EAGAIN) && !fault)
		return -1;
	return fault ? pid : real.fork();
}

__attribute__((constructor)) static void wrap_all(void)
{
	const char *path = getenv(FAILCTL_ENV);
	int fd;

	if (!path)
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || unsetenv(FAILCTL_ENV) < 0)
		abort();
	ctl = mmap(NULL, sizeof *ctl, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ctl == MAP_FAILED)
		abort();
	close(fd);
	real = sys;
	sys = (struct sys){
		.openat = f_openat, .close = f_close, .read = f_read, .write = f_write,
		.fstat = f_fstat, .fstatat = f_fstatat, .faccessat = f_faccessat,
		.mkdirat = f_mkdirat, .mkfifoat = f_mkfifoat, .mknodat = f_mknodat, .symlinkat = f_symlinkat,
		.readlinkat = f_readlinkat, .unlinkat = f_unlinkat, .renameat = f_renameat,
		.fchmod = f_fchmod, .fchmodat = f_fchmodat, .fchownat = f_fchownat,
		.ftruncate = f_ftruncate, .fsync = f_fsync, .lock = f_lock, .fcntl = f_fcntl,
		.pipe2 = f_pipe2, .fork = f_fork, .prefork = f_prefork, .kill = f_kill, .waitid = f_waitid,
		.fallocate = f_fallocate, .inotify_add_watch = f_inotify_add_watch,
		.calloc = f_calloc, .openat2 = f_openat2, .getdents = f_getdents,
	};
}
