/*
 * S6_LOGGING 1 and 2: the output of the whole container goes through one FIFO to a logger, which is a service
 * of the scan directory like any other (s6-svscan-log). Owns its directory, the FIFO that is our standard output and
 * error meanwhile, and the moment at which we let go of it so that the logger sees its end.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boot_int.h"
#include "child.h"
#include "execp.h"
#include "fdio.h"
#include "msg.h"
#include "scandir.h"
#include "service.h"
#include "sys.h"
#include "words.h"

#define LOGDIR "/run/uncaught-logs"
#define NAME "s6-svscan-log"

static int at(struct supervisor *sv, char *buf, size_t cap, const char *file)
{
	int n = snprintf(buf, cap, "%s/" NAME "%s", sv->scandir, file);

	return n < 0 || (size_t)n >= cap ? -ENAMETOOLONG : 0;
}

/* A directory of that mode that belongs to the logger's user. */
static int make_owned(const char *path, mode_t mode, const struct ids *ids)
{
	if (sys.mkdirat(AT_FDCWD, path, 0700) < 0 && errno != EEXIST)
		return -errno;
	if (ids && sys.fchownat(AT_FDCWD, path, ids->uid, ids->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return sys.fchmodat(AT_FDCWD, path, mode) < 0 ? -errno : 0;
}

/* Compat: overlay-boot 12: of S6_LOGGING_SCRIPT only the stamps count here. */
static void add_stamps(const struct supervisor *sv, char *buf, size_t cap)
{
	const char *script = env_get(sv->boot->env, "S6_LOGGING_SCRIPT");
	struct word w;
	size_t len = strlen(buf);

	while (script && words_next(&script, " \t\n", &w) && len + 3 < cap) {
		if (!word_is(&w, "t") && !word_is(&w, "T"))
			continue;
		buf[len++] = *w.text;
		buf[len++] = ' ';
		buf[len] = '\0';
	}
}

/*
 * The service's program: a script of our own interpreter, so that no shell is needed; what follows the first
 * line is what hexad-catch-all reads.
 */
static int write_run(struct supervisor *sv, int dir, unsigned int mode, const char *user)
{
	char shim[PATH_MAX], text[2 * PATH_MAX], stamps[64] = "";
	int fd, n, r;

	add_stamps(sv, stamps, sizeof(stamps));
	boot_shim_path(shim, sizeof(shim));
	n = snprintf(text, sizeof(text), "#!%s hexad-catch-all\nuser %s\nlog %s%s" LOGDIR "\n", shim, user,
		mode == 1 ? "1 " : "", stamps);
	fd = fdio_open(dir, "run", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0755);
	r = fd < 0 ? fd : fdio_write_all(fd, text, (size_t)n);
	fdio_close(&fd);
	return r;
}

static int make_service(struct supervisor *sv, unsigned int mode, const char *user, const struct ids *ids)
{
	char path[PATH_MAX];
	int dir, r = at(sv, path, sizeof(path), "");

	if (r < 0 || (r = make_owned(LOGDIR, 02750, ids)) < 0 || (r = make_owned(path, 0755, NULL)) < 0)
		return r;
	dir = fdio_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (dir < 0)
		return dir;
	r = write_run(sv, dir, mode, user);
	if (r == 0 && sys.mkfifoat(dir, "fifo", 0600) < 0)
		r = -errno;
	/* It runs as the owner of its directory: nothing of it as root where another was named. */
	if (r == 0 && ids && (sys.fchownat(dir, "fifo", ids->uid, ids->gid, 0) < 0 ||
			sys.fchownat(dir, "run", ids->uid, ids->gid, 0) < 0 ||
			sys.fchownat(dir, "", ids->uid, ids->gid, AT_EMPTY_PATH) < 0))
		r = -errno;
	fdio_close(&dir);
	return r;
}

/* What we say ourselves must never wait for a logger that is slow or gone: a description of our own. */
static void own_messages(struct supervisor *sv)
{
	char path[PATH_MAX];
	int fd = at(sv, path, sizeof(path), "/fifo");

	if (fd == 0)
		fd = fdio_open(AT_FDCWD, path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW, 0);
	if (fd >= 0)
		msg_fd = fd;
}

/* The FIFO becomes our output, and that of all who get it from us. Open both ways it never ends for want of a reader. */
static int divert(struct supervisor *sv)
{
	char path[PATH_MAX];
	int fd, r = at(sv, path, sizeof(path), "/fifo");

	if (r < 0)
		return r;
	fd = fdio_open(AT_FDCWD, path, O_RDWR | O_NOFOLLOW, 0);
	if (fd < 0)
		return fd;
	sv->head->consolefd = sys.fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (sv->head->consolefd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
		r = -errno;
	fdio_close(&fd);
	if (r == 0)
		own_messages(sv);
	return r;
}

/* Whom the logger runs as; NULL: as we do. Compat: an unknown user is no start at all. */
static const struct ids *logger_ids(const char *user, struct ids *ids)
{
	int r;

	if (!user || !*user || geteuid() != 0)
		return NULL;
	r = ids_by_name(user, ids);
	if (r < 0)
		msg_die(EXIT_USAGE, r == -ENOENT ? 0 : r, "S6_CATCHALL_USER: there is no user '%s'", user);
	return ids->uid == 0 ? NULL : ids;
}

void boot_catchall_make(struct supervisor *sv)
{
	unsigned int mode = boot_number(sv, "S6_LOGGING", 0);
	const char *user = env_get(sv->boot->env, "S6_CATCHALL_USER");
	const struct ids *ids;
	struct ids buf;
	int r;

	if (mode == 0)
		return;
	ids = logger_ids(user, &buf);
	r = make_service(sv, mode, ids ? user : "-", ids);
	if (r == 0)
		r = divert(sv);
	sv->boot->catchall = r == 0;
	if (r < 0)
		msg_warn(r, "unable to log to '%s', output goes where it would with S6_LOGGING=0", LOGDIR);
}

void boot_catchall_resume(struct supervisor *sv)
{
	sv->boot->catchall = sv->head->consolefd >= 0;
	if (sv->boot->catchall)
		own_messages(sv);
}

void boot_catchall_start(struct supervisor *sv)
{
	/* Before anybody writes more than the FIFO holds. */
	if (sv->boot->catchall && sv->head->scandirfd >= 0)
		scandir_scan(sv);
}

void boot_catchall_reader_ended(struct supervisor *sv)
{
	sv->boot->rec.reader_of_all = 0;
	boot_commit(sv);
	boot_stop_again(sv);
}

static void on_reader_ended(void *owner, int wstatus, const char *out, size_t len)
{
	(void)wstatus;
	(void)out;
	(void)len;
	boot_catchall_reader_ended(owner);
}

void boot_catchall_mend(struct supervisor *sv)
{
	struct boot_record *rec = &sv->boot->rec;
	char shim[PATH_MAX], dir[PATH_MAX];
	char *argv[] = { shim, (char[]){ "hexad-catch-all" }, (char[]){ "./run" }, NULL };
	struct child_spec spec = {
		.title = NAME, .argv = argv, .envp = sv->envp, .cwd = dir, .stdin_fd = -1,
		.stderr_fd = sv->head->consolefd,
	};

	if (!sv->boot->catchall || rec->reader_of_all || sv->boot->mended || service_find(sv, NAME))
		return;
	sv->boot->mended = true;
	boot_shim_path(shim, sizeof(shim));
	if (at(sv, dir, sizeof(dir), "") < 0)
		return;
	(void)boot_child(sv, &rec->reader_of_all, NULL, &spec, on_reader_ended);
}

void boot_catchall_end(struct supervisor *sv)
{
	if (!sv->boot->catchall)
		return;
	sv->boot->catchall = false;
	if (msg_fd != STDERR_FILENO)
		fdio_close(&msg_fd);
	msg_fd = STDERR_FILENO;
	scandir_let_go_of_output(sv, true);
}

bool boot_is_logger(const struct service *s)
{
	return s->id->is_log || service_is_catch_all(s);
}
