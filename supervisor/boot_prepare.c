/*
 * What /init does before its loop: environment, /run/s6, scan directory. Everything here degrades: a
 * step that fails is one line that says what is lost, and boot goes on.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "boot_int.h"
#include "child.h"
#include "config.h"
#include "execp.h"
#include "fdio.h"
#include "ids.h"
#include "msg.h"
#include "rc.h"
#include "sparedir.h"
#include "sys.h"

static struct boot the_boot; /* one per process: nothing to allocate, nothing to fail */

static bool path_has(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	for (;;) {
		size_t n = strcspn(path, ":");

		if (n == len && !strncmp(path, dir, n))
			return true;
		if (!path[n])
			return false;
		path += n + 1;
	}
}

/* Compat: overlay-boot 2: each missing directory goes in front, in this order; a trailing slash makes another one. */
static char *complete_path(const char *old)
{
	static const char *const need[] = { "/bin", "/usr/bin", "/command" };
	const char *rest = old && *old ? old : "/bin";
	const char *front = "", *sep1 = "", *mid = "", *sep2 = "", *back = "", *sep3 = "";
	size_t cap = strlen(rest) + sizeof("PATH=/command:/usr/bin:/bin:");
	char *ret = sys.calloc(1, cap);

	if (!ret)
		return NULL;
	if (!path_has(rest, need[2]))
		front = need[2], sep1 = ":";
	if (!path_has(rest, need[1]))
		mid = need[1], sep2 = ":";
	if (!path_has(rest, need[0]))
		back = need[0], sep3 = ":";
	(void)snprintf(ret, cap, "PATH=%s%s%s%s%s%s%s", front, sep1, mid, sep2, back, sep3, rest);
	return ret;
}

/* A copy of environ (its strings are shared) with exactly one PATH, in front. */
static char **with_path(char *path)
{
	size_t n = 0, used = 0;
	char **ret;

	while (environ[n])
		n++;
	ret = sys.calloc(n + 2, sizeof(*ret));
	if (!ret)
		return NULL;
	ret[used++] = path;
	for (size_t i = 0; i < n; i++)
		if (strncmp(environ[i], "PATH=", 5))
			ret[used++] = environ[i];
	return ret;
}

static void prepare_environment(struct supervisor *sv)
{
	struct boot *b = sv->boot;
	char *path = complete_path(env_get(environ, "PATH"));
	char **env = path ? with_path(path) : NULL;

	if (!env) {
		msg_warn(ENOMEM, "unable to complete PATH, it stays as it was");
		b->env = sv->envp = environ;
		return;
	}
	b->env = environ = env;
	b->path_only[0] = path;
	sv->envp = boot_number(sv, "S6_KEEP_ENV", 0) ? b->env : b->path_only;
}

/* The container's stdin and working directory, for scripts and the main program; our own become /dev/null and /. */
static void prepare_descriptors(struct supervisor *sv)
{
	struct boot *b = sv->boot;
	int null;

	(void)umask(022);
	if (!getcwd(b->workdir, sizeof(b->workdir)))
		*b->workdir = '\0';
	b->stdinfd = sys.fcntl(0, F_DUPFD_CLOEXEC, 3);
	b->cwdfd = fdio_open(AT_FDCWD, ".", O_PATH | O_DIRECTORY, 0);
	if (b->cwdfd < 0)
		msg_warn(b->cwdfd, "unable to open the working directory, the main program starts in /");
	if (chdir("/") < 0)
		msg_warn(errno, "unable to chdir to /");
	null = fdio_open(AT_FDCWD, "/dev/null", O_RDWR, 0);
	if (null < 0) {
		msg_warn(null, "unable to open /dev/null, services get the container's stdin");
		return;
	}
	(void)dup2(null, 0);
	fdio_close(&null);
}

/* A mount point cannot be removed, and is not crossed by who removes its parent: its entries go one by one. */
static int remove_or_empty(int dirfd, const char *name)
{
	int fd, r = fdio_remove_tree(dirfd, name);
	struct dirent *e;
	DIR *d;

	if (r == 0)
		return 0;
	fd = fdio_open(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d)
		return r;
	r = 0;
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && fdio_remove_tree(fd, e->d_name) < 0)
			r = -EBUSY;
	closedir(d);
	return r;
}

/* Removing at once, in a child that is waited for: only where renaming does not work (another layer, a mount point). */
static int remove_now(int dirfd, const char *name)
{
	siginfo_t info;
	pid_t pid = sys.fork();

	if (pid == 0)
		_exit(remove_or_empty(dirfd, name) < 0 ? 1 : 0);
	if (pid < 0)
		return -errno;
	while (sys.waitid(P_PID, (id_t)pid, &info, WEXITED) < 0)
		if (errno != EINTR)
			return -errno;
	return info.si_code == CLD_EXITED && info.si_status == 0 ? 0 : -EBUSY;
}

void boot_set_aside(int dirfd, const char *dir, const char *name, char attic[64])
{
	char to[64 + NAME_MAX + 2];
	int r = 0;

	if (!*attic) {
		(void)snprintf(attic, 64, "%s%lld", BOOT_ATTIC, (long long)mono_ns());
		if (sys.mkdirat(dirfd, attic, 0700) < 0)
			r = -errno;
		else
			the_boot.attics = true;
	}
	(void)snprintf(to, sizeof(to), "%s/%s", attic, name);
	if (r == 0 && sys.renameat(dirfd, name, dirfd, to) < 0)
		r = -errno;
	if (r < 0)
		r = remove_now(dirfd, name);
	if (r < 0)
		msg_warn(r, "unable to remove the old '%s/%s', what it holds stays", dir, name);
}

static bool is_state(const char *name)
{
	return !strcmp(name, "s6") || !strcmp(name, "service") || !strcmp(name, "hexad") ||
		!strcmp(name, "uncaught-logs") || !strncmp(name, "s6-rc", 5);
}

static bool is_attic(const char *name)
{
	return !strncmp(name, BOOT_ATTIC, sizeof(BOOT_ATTIC) - 1);
}

/* What a former life of the container left in /run: it may be no tmpfs. Links are moved, never followed. */
static void clear_run(void)
{
	int fd = fdio_open(AT_FDCWD, "/run", O_RDONLY | O_DIRECTORY, 0);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	char attic[64] = "";
	struct dirent *e;

	if (!d) {
		msg_warn(errno, "unable to read /run, old state may be left there");
		fdio_close(&fd);
		return;
	}
	while ((e = readdir(d))) {
		if (is_state(e->d_name))
			boot_set_aside(dirfd(d), "/run", e->d_name, attic);
		/* Also one that was not removed completely last time. */
		if (is_attic(e->d_name))
			the_boot.attics = true;
	}
	closedir(d);
}

/* The scan directory, where it is not /run/service: the same in its own parent. */
static void clear_scandir(const char *scandir)
{
	char parent[PATH_MAX], attic[64] = "";
	const char *name = strrchr(scandir, '/');
	struct stat st;
	int fd;

	if (!name || !name[1] || name == scandir || !strcmp(scandir, "/run/service"))
		return;
	(void)snprintf(parent, sizeof(parent), "%.*s", (int)(name - scandir), scandir);
	fd = fdio_open(AT_FDCWD, parent, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return;
	if (sys.fstatat(fd, name + 1, &st, AT_SYMLINK_NOFOLLOW) == 0)
		boot_set_aside(fd, parent, name + 1, attic);
	fdio_close(&fd);
}

/* A real directory with that mode; lost says what is missing without it. */
static int make_dir(const char *path, mode_t mode, const char *lost)
{
	struct stat st;
	int r = sys.mkdirat(AT_FDCWD, path, mode) < 0 ? -errno : 0;

	if (r == -EEXIST) {
		r = sys.fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
		if (r == 0 && !S_ISDIR(st.st_mode))
			r = -ENOTDIR;
	}
	if (r < 0)
		msg_warn(r, "unable to create '%s', %s", path, lost);
	return r;
}

/* One file of the environment directory. Names that cannot be one, or that readers skip, are left out. */
static int write_variable(int dirfd, const char *word)
{
	const char *eq = strchr(word, '=');
	char name[NAME_MAX + 1];
	size_t len = eq ? (size_t)(eq - word) : 0;
	int fd, r;

	if (!len || len > NAME_MAX || *word == '.' || memchr(word, '/', len))
		return 0;
	memcpy(name, word, len);
	name[len] = '\0';
	fd = fdio_open(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
	if (fd == -EEXIST)
		return 0; /* the first of two equal names counts */
	if (fd < 0)
		return fd;
	r = fdio_write_all(fd, eq + 1, strlen(eq + 1));
	if (r >= 0)
		r = fdio_write_all(fd, "\n", 1);
	fdio_close(&fd);
	return r < 0 ? r : 0;
}

/* Built under another name, so that nobody reads half an environment. */
static void write_environment(struct boot *b)
{
	static const char tmp[] = BOOT_ENVDIR ".tmp";
	int fd, r = sys.mkdirat(AT_FDCWD, tmp, 0755) < 0 ? -errno : 0;

	fd = r < 0 ? r : fdio_open(AT_FDCWD, tmp, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	r = fd < 0 ? fd : 0;
	for (char **e = b->env; r == 0 && *e; e++)
		r = write_variable(fd, *e);
	if (r == 0 && sys.renameat(AT_FDCWD, tmp, AT_FDCWD, BOOT_ENVDIR) < 0)
		r = -errno;
	fdio_close(&fd);
	b->dumped = r == 0;
	if (r < 0)
		msg_warn(r, "unable to write '%s', with-contenv will add nothing", BOOT_ENVDIR);
}

bool boot_scandir_ids(const struct supervisor *sv, struct ids *ret)
{
	const char *user = sv->config->app_user;
	int r;

	if (sv->config->scandir_owner != SCANDIR_APP || !*user)
		return false;
	r = ids_by_user(user, ret);
	if (r < 0)
		msg_warn(r, "unable to look up the application user '%s'", user);
	return r == 0 && (ret->uid != geteuid() || ret->gid != getegid());
}

/* Where a scan directory can be had when the configured one cannot be made. */
static const char *spare_scandir(unsigned int i)
{
	static char path[SPAREDIR_MAX];

	return sparedir_name(path, geteuid(), i) ? path : NULL;
}

/* One that an earlier start of ours left is moved away; anybody else's makes the mkdir fail. */
static bool make_spare(const char *path)
{
	struct stat st;

	if (sys.fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_uid == geteuid())
		clear_scandir(path);
	return sys.mkdirat(AT_FDCWD, path, 0755) == 0;
}

static void make_scandir(struct supervisor *sv)
{
	struct ids ids;
	const char *spare;

	if (make_dir(sv->scandir, 0755, "slots are looked for elsewhere") < 0) {
		for (unsigned int i = 0; (spare = spare_scandir(i)); i++) {
			if (!make_spare(spare))
				continue;
			msg_warn(0, "the scan directory is '%s': clients that look into '%s' find nothing", spare,
				sv->scandir);
			sv->scandir = spare;
			break;
		}
	}
	if (!boot_scandir_ids(sv, &ids))
		return;
	if (sys.fchownat(AT_FDCWD, sv->scandir, ids.uid, ids.gid, AT_SYMLINK_NOFOLLOW) < 0)
		msg_warn(errno, "unable to give '%s' to the application user '%s', who cannot register services",
			sv->scandir, sv->config->app_user);
}

/* After a fault: the directory that is held, under the name it was made with. */
static void find_scandir(struct supervisor *sv)
{
	struct stat held, st;
	const char *path = sv->scandir;

	if (sv->head->scandirfd < 0 || sys.fstat(sv->head->scandirfd, &held) < 0)
		return;
	for (unsigned int i = 0; path; path = spare_scandir(i++)) {
		if (sys.fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_dev == held.st_dev &&
		    st.st_ino == held.st_ino) {
			sv->scandir = path;
			return;
		}
	}
}

/* Compat: overlay-boot 4. Nobody here reads it. */
static void write_workdir(const struct boot *b)
{
	int fd = fdio_open(AT_FDCWD, "/run/s6/workdir", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);

	if (fd < 0)
		return;
	if (fdio_write_all(fd, b->workdir, strlen(b->workdir)) == 0)
		(void)fdio_write_all(fd, "\n", 1);
	fdio_close(&fd);
}

void boot_prepare(struct supervisor *sv)
{
	struct boot *b = sv->boot = &the_boot;

	(void)prctl(PR_SET_NAME, "s6-svscan");
	b->rest_fd = -1;
	b->env = environ;
	prepare_environment(sv);
	if (sv->resumed) {
		b->dumped = sv->envp != b->env;
		boot_vars_check(sv);
		find_scandir(sv);
		rc_resume(sv);
		boot_catchall_resume(sv);
		return;
	}
	if (!sv->pid1 && boot_other_runs(sv))
		msg_die(EXIT_USAGE, 0, "another instance is running already, with '%s'", sv->scandir);
	boot_vars_check(sv);
	prepare_descriptors(sv);
	boot_check_run(sv);
	clear_run();
	clear_scandir(sv->scandir);
	if (make_dir("/run/s6", 0755, "clients will not know this supervisor") == 0) {
		if (make_dir("/run/s6/basedir", 0755, "clients will not know this supervisor") == 0)
			boot_link_commands();
		write_workdir(b);
		/* Compat: overlay-boot 4: a kept environment is not dumped. */
		if (sv->envp != b->env)
			write_environment(b);
	}
	(void)make_dir("/run/hexad", 0755, "svctl must be told the scan directory");
	if (make_dir(BOOT_RESULTS, 0755, "scripts cannot set the exit code") < 0)
		b->rec.written = -1;
	boot_set_code(sv, 0);
	make_scandir(sv);
	boot_catchall_make(sv);
}

/* For child_spec.main_fn: removes the attics of this and of earlier lives. */
static int remove_attics(void *arg, int out_fd)
{
	DIR *d = opendir(arg);
	struct dirent *e;
	int r = 0;

	(void)out_fd;
	if (!d)
		return errno != ENOENT;
	while ((e = readdir(d)))
		if (is_attic(e->d_name) && fdio_remove_tree(dirfd(d), e->d_name) < 0)
			r = 1;
	closedir(d);
	return r;
}

static void on_attics_removed(void *owner, int wstatus, const char *out, size_t len)
{
	(void)out;
	(void)len;
	if (wstatus != 0 && !boot_stopping(owner))
		boot_say(owner, 1, 0, "unable to remove all of what an earlier start left in /run");
}

void boot_clean_attic(struct supervisor *sv)
{
	char parent[PATH_MAX];
	const char *name = strrchr(sv->scandir, '/');
	static char dirs[][8] = { "/run", "/var" };
	struct child_spec spec = { .title = "hexad-clean", .main_fn = remove_attics, .stdin_fd = -1 };

	if (!sv->boot->attics)
		return;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		spec.arg = dirs[i];
		(void)child_start(sv, &spec, on_attics_removed, sv);
	}
	if (!name || name == sv->scandir || !strcmp(sv->scandir, "/run/service"))
		return;
	(void)snprintf(parent, sizeof(parent), "%.*s", (int)(name - sv->scandir), sv->scandir);
	spec.arg = parent;
	(void)child_start(sv, &spec, on_attics_removed, sv);
}

void boot_set_code(struct supervisor *sv, int code)
{
	struct boot_record *rec = &sv->boot->rec;
	char text[16];
	int len = snprintf(text, sizeof(text), "%d\n", code);
	int fd, r;

	rec->code = code;
	if (rec->written < 0)
		return;
	rec->written = code;
	(void)sys.mkdirat(AT_FDCWD, BOOT_RESULTS, 0755);
	fd = fdio_open(AT_FDCWD, BOOT_RESULTS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	r = fd < 0 ? fd : fdio_replace(fd, "exitcode", ".exitcode.tmp", text, (size_t)len, 0644, false);
	fdio_close(&fd);
	if (r < 0) {
		rec->written = -1;
		msg_warn(r, "unable to write '%s/exitcode', the exit code is kept in memory", BOOT_RESULTS);
	}
}

/* Compat: overlay-shutdown 6: first line, trailing blanks off, decimal modulo 256; empty is 0, all else 100. */
int boot_read_code(void)
{
	char text[64];
	unsigned long long n = 0;
	ssize_t len = fdio_read_file(AT_FDCWD, BOOT_RESULTS "/exitcode", text, sizeof(text));
	size_t end;

	if (len < 0)
		return -1;
	for (end = 0; end < (size_t)len && text[end] != '\n'; end++)
		;
	while (end && strchr(" \t\r", text[end - 1]))
		end--;
	for (size_t i = 0; i < end; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 100;
		n = n * 10 + (unsigned int)(text[i] - '0');
		if (n > UINT32_MAX)
			return 100;
	}
	return (int)(n % 256);
}
