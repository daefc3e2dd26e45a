/*
 * /run before anything is made in it: waits that were asked for, whose directory it is, a read-only root,
 * /var/run. Everything here degrades to one line that says what is lost. Runs before the loop, so it may block.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "boot_int.h"
#include "execp.h"
#include "fdio.h"
#include "msg.h"
#include "rundir.h"
#include "sys.h"

/* Can a descriptor's end or a line on it be waited for? A terminal's can, but nobody would give it. */
static bool is_stream(int fd)
{
	struct stat st;

	return sys.fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || S_ISREG(st.st_mode));
}

static ssize_t read_byte(int fd, char *c)
{
	ssize_t n;

	do
		n = sys.read(fd, c, 1);
	while (n < 0 && errno == EINTR);
	return n;
}

/* Compat: overlay-boot 2: who has passed descriptor 3 on lets us go with a line, or by closing it. */
static void await_line(int fd)
{
	char c;

	if (!is_stream(fd))
		return;
	while (read_byte(fd, &c) > 0 && c != '\n')
		;
	(void)sys.close(fd);
}

/* Compat: overlay-boot 4: the end of that descriptor is waited for; a byte is as good, with a warning. */
static void await_end(int fd, bool warns)
{
	char c;
	ssize_t n;

	if (fd < 3 || !is_stream(fd))
		return;
	n = read_byte(fd, &c);
	if (n > 0 && warns)
		msg_warn(0, "descriptor %d, whose end was waited for, gave a byte instead, going on", fd);
	else if (n < 0)
		msg_warn(errno, "unable to wait for the end of descriptor %d, going on", fd);
	(void)sys.close(fd);
}

void boot_await_fds(char *const *envp)
{
	const char *text = env_get(envp, "S6_WAIT_FOR_CLOSING_FD"), *verbosity = env_get(envp, "S6_VERBOSITY");
	unsigned int fd, level = 2;

	await_line(3);
	if (verbosity)
		(void)boot_var_parse(verbosity, &level);
	if (text && boot_var_parse(text, &fd) && fd <= INT_MAX)
		await_end((int)fd, level >= 1);
}

/* A former /init of the same files is at work: ours would pull them from under its feet. */
bool boot_other_runs(const struct supervisor *sv)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[PATH_MAX];
	bool held;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/.s6-svscan/lock", sv->scandir);
	fd = fdio_open(AT_FDCWD, path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW, 0);
	if (fd == -EACCES)
		fd = fdio_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0);
	if (fd < 0)
		return false;
	held = sys.lock(fd, F_OFD_GETLK, &fl) == 0 && fl.l_type != F_UNLCK;
	fdio_close(&fd);
	return held;
}

static bool is_noexec(void)
{
	struct statvfs vfs;

	return statvfs("/run", &vfs) == 0 && (vfs.f_flag & ST_NOEXEC);
}

/* With a root file system that cannot be written, /run must be a file system of its own. */
static void mount_run(void)
{
	if (sys.faccessat(AT_FDCWD, "/run", W_OK, AT_EACCESS) < 0 && errno == EROFS) {
		if (mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0)
			msg_warn(errno, "'/run' is read-only and unable to mount a tmpfs there");
	} else if (is_noexec()) {
		/* Only with CAP_SYS_ADMIN; without it the line of check_exec tells what is lost. */
		(void)mount("tmpfs", "/run", "tmpfs", MS_REMOUNT | MS_NOSUID | MS_NODEV, NULL);
	}
}

static void check_exec(const struct supervisor *sv)
{
	if (is_noexec())
		boot_say(sv, 1, 0, "'/run' is mounted noexec: services whose program there is no script cannot run");
}

static bool judge(struct supervisor *sv, const struct stat *st)
{
	const struct rundir_facts facts = {
		.uid = getuid(), .euid = geteuid(), .gid = getgid(), .egid = getegid(),
		.owner = st->st_uid, .group = st->st_gid, .mode = st->st_mode,
		.world_writable_is_wanted =
			boot_number(sv, "S6_YES_I_WANT_A_WORLD_WRITABLE_RUN_BECAUSE_KUBERNETES", 0) != 0,
	};

	switch (rundir_judge(&facts)) {
	case RUNDIR_OURS:
		break;
	case RUNDIR_TAKE:
		return true;
	case RUNDIR_STICKY:
	case RUNDIR_LOOSE:
		boot_say(sv, 1, 0, "'/run' (uid %u, mode %04o) can be written by other users too", (unsigned int)st->st_uid,
			(unsigned int)(st->st_mode & 07777));
		break;
	case RUNDIR_BAD:
		msg_warn(0, "'/run' (uid %u, mode %04o) has insecure or unworkable permissions for uid %u, "
			"doing what it allows", (unsigned int)st->st_uid, (unsigned int)(st->st_mode & 07777),
			(unsigned int)getuid());
		break;
	}
	return false;
}

static void take_run(const struct supervisor *sv, const struct stat *st)
{
	if (sys.fchownat(AT_FDCWD, "/run", getuid(), getgid(), AT_SYMLINK_NOFOLLOW) < 0 ||
	    sys.fchmodat(AT_FDCWD, "/run", 0755) < 0)
		msg_warn(errno, "unable to take '/run' over from uid %u, who can change all that is there",
			(unsigned int)st->st_uid);
	else
		boot_say(sv, 2, 0, "'/run' belonged to uid %u, it was taken over", (unsigned int)st->st_uid);
}

/* Compat: overlay-boot 3.1: a link that resolves to /run, or it is made one. What was there goes the attic's way. */
static void link_var_run(const struct supervisor *sv)
{
	struct stat run, var, old;
	char attic[64] = "";
	int fd;

	if (sys.fstatat(AT_FDCWD, "/run", &run, 0) < 0)
		return;
	if (sys.fstatat(AT_FDCWD, "/var/run", &var, 0) == 0 && var.st_dev == run.st_dev && var.st_ino == run.st_ino)
		return;
	fd = fdio_open(AT_FDCWD, "/var", O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return;
	if (sys.fstatat(fd, "run", &old, AT_SYMLINK_NOFOLLOW) == 0) {
		boot_say(sv, 1, 0, "'/var/run' is not '/run', it is replaced by a link");
		boot_set_aside(fd, "/var", "run", attic);
	}
	if (sys.symlinkat("/run", fd, "run") < 0)
		msg_warn(errno, "unable to make '/var/run' a link to '/run', programs that look there find something else");
	fdio_close(&fd);
}

void boot_check_run(struct supervisor *sv)
{
	struct stat st;
	int r;

	if (boot_number(sv, "S6_READ_ONLY_ROOT", 0))
		mount_run();
	else
		(void)sys.mkdirat(AT_FDCWD, "/run", 0755);
	r = sys.fstatat(AT_FDCWD, "/run", &st, 0) < 0 ? -errno : S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
	if (r < 0) {
		msg_warn(r, "unable to use '/run'");
		return;
	}
	if (judge(sv, &st))
		take_run(sv, &st);
	check_exec(sv);
	link_var_run(sv);
}

void boot_shim_path(char *buf, size_t cap)
{
	ssize_t n = sys.readlinkat(AT_FDCWD, "/proc/self/exe", buf, cap - sizeof("/hexad-shim"));
	char *slash;

	buf[n > 0 ? n : 0] = '\0';
	slash = strrchr(buf, '/');
	if (slash)
		memcpy(slash, "/hexad-shim", sizeof("/hexad-shim"));
	if (!slash || sys.faccessat(AT_FDCWD, buf, X_OK, 0) < 0)
		(void)snprintf(buf, cap, "/command/hexad-shim");
}

/* One link of basedir/bin; a failure costs that command only. */
static void link_command(int dir, const char *shim, const char *name)
{
	if (sys.symlinkat(shim, dir, name) < 0 && errno != EEXIST)
		msg_warn(errno, "unable to make '/run/s6/basedir/bin/%s'", name);
}

/* Compat: overlay-boot 6: the names that images call there. Links, so that a noexec /run is no hindrance. */
void boot_link_commands(void)
{
	static const char *const names[] = { "halt", "poweroff", "reboot", "shutdown" };
	char shim[PATH_MAX];
	int dir;

	boot_shim_path(shim, sizeof(shim));
	if (sys.mkdirat(AT_FDCWD, "/run/s6/basedir/bin", 0755) < 0)
		return;
	dir = fdio_open(AT_FDCWD, "/run/s6/basedir/bin", O_PATH | O_DIRECTORY | O_NOFOLLOW, 0);
	for (size_t i = 0; dir >= 0 && i < sizeof(names) / sizeof(*names); i++)
		link_command(dir, shim, names[i]);
	fdio_close(&dir);
}
