/*
 * Users and groups from the files, and becoming one of them. Reads the files anew each time and
 * never asks NSS: PID 1 must not load libraries or wait for a directory server.
 */
#include "ids.h"

#include "fdio.h"
#include "sys.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#define PASSWD "/etc/passwd"
#define GROUP "/etc/group"

/* Where ids were 16 bits wide once, the plain numbers are still the old calls. */
#ifdef SYS_setgroups32
#define NR_SETGROUPS SYS_setgroups32
#define NR_GETGROUPS SYS_getgroups32
#define NR_SETRESGID SYS_setresgid32
#define NR_SETRESUID SYS_setresuid32
#else
#define NR_SETGROUPS SYS_setgroups
#define NR_GETGROUPS SYS_getgroups
#define NR_SETRESGID SYS_setresgid
#define NR_SETRESUID SYS_setresuid
#endif

/*
 * One of the two files under a stream. The C library asks a stream for its place at every line, and a stream of a
 * descriptor asks the kernel each time; this one knows.
 */
struct list {
	int fd;
	off64_t at;
};

static ssize_t list_read(void *cookie, char *buf, size_t len)
{
	struct list *list = cookie;
	ssize_t n;

	do
		n = sys.read(list->fd, buf, len);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		list->at += n;
	return n;
}

static int list_seek(void *cookie, off64_t *offset, int whence)
{
	struct list *list = cookie;

	if (whence != SEEK_CUR || *offset != 0) {
		off64_t at = lseek64(list->fd, *offset, whence);

		if (at < 0)
			return -1;
		list->at = at;
	}
	*offset = list->at;
	return 0;
}

static int list_close(void *cookie)
{
	struct list *list = cookie;

	fdio_close(&list->fd);
	free(list);
	return 0;
}

/* Takes the descriptor over; NULL and the descriptor still open if there is no memory. */
static FILE *list_stream(int fd)
{
	static const cookie_io_functions_t calls = { .read = list_read, .seek = list_seek, .close = list_close };
	struct list *list = sys.calloc(1, sizeof(*list));
	FILE *f;

	if (!list)
		return NULL;
	list->fd = fd;
	f = fopencookie(list, "r", calls);
	if (!f)
		free(list);
	return f;
}

/* Opens one of the two files. 0 and *ret, or -errno. */
static int open_list(const char *path, FILE **ret)
{
	struct stat st;
	int r = -EINVAL;
	int fd = fdio_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

	if (fd < 0)
		return fd;
	if (sys.fstat(fd, &st) < 0) {
		r = -errno;
	} else if (S_ISREG(st.st_mode)) {
		*ret = list_stream(fd);
		if (*ret)
			return 0;
		r = -ENOMEM;
	}
	fdio_close(&fd);
	return r;
}

/*
 * The first entry with that name, or with that uid if name is NULL. The entry lives until the next
 * call. NULL and *err: -ENOENT if there is none.
 */
static const struct passwd *next_match(FILE *f, const char *name, uid_t uid, int *err)
{
	const struct passwd *pw;

	for (errno = 0; (pw = fgetpwent(f)) != NULL; errno = 0)
		if (name ? strcmp(pw->pw_name, name) == 0 : pw->pw_uid == uid)
			return pw;
	*err = errno != 0 && errno != ENOENT ? -errno : -ENOENT;
	return NULL;
}

/* The place of gid in a list of n, or n. */
static unsigned int find_group(const gid_t *list, unsigned int n, gid_t gid)
{
	unsigned int i;

	for (i = 0; i < n && list[i] != gid; i++)
		;
	return i;
}

static bool is_member(const struct group *gr, const char *user)
{
	char **m;

	for (m = gr->gr_mem; *m; m++)
		if (strcmp(*m, user) == 0)
			return true;
	return false;
}

/* An image may have no group file at all. */
int ids_memberships(const char *user, gid_t *list, unsigned int cap)
{
	FILE *f;
	const struct group *gr;
	unsigned int n = 0;
	int r = open_list(GROUP, &f);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	for (errno = 0; (gr = fgetgrent(f)) != NULL; errno = 0)
		if (n < cap && is_member(gr, user) && find_group(list, n, gr->gr_gid) == n)
			list[n++] = gr->gr_gid;
	r = errno != 0 && errno != ENOENT ? -errno : (int)n;
	(void)fclose(f);
	return r;
}

/* The user's own group and those that list him. */
static int fill_groups(struct ids *ids, const char *user)
{
	int r = ids_memberships(user, ids->groups + 1, IDS_GROUPS_MAX - 1);
	unsigned int i;

	if (r < 0)
		return r;
	ids->groups[0] = ids->gid;
	ids->ngroups = (unsigned int)r + 1;
	i = 1 + find_group(ids->groups + 1, (unsigned int)r, ids->gid);
	if (i < ids->ngroups)
		memmove(ids->groups + i, ids->groups + i + 1, (--ids->ngroups - i) * sizeof(gid_t));
	return 0;
}

/* Looks a user up by name, or by uid if name is NULL. */
static int look_up(const char *name, uid_t uid, struct ids *ret)
{
	FILE *f;
	const struct passwd *pw;
	struct ids ids = { 0 };
	int r = open_list(PASSWD, &f);

	if (r < 0)
		return r;
	pw = next_match(f, name, uid, &r);
	if (pw) {
		ids.uid = pw->pw_uid;
		ids.gid = pw->pw_gid;
		r = fill_groups(&ids, pw->pw_name);
	}
	(void)fclose(f);
	if (r == 0)
		*ret = ids;
	return r;
}

int ids_by_name(const char *user, struct ids *ret)
{
	return look_up(user, 0, ret);
}

int ids_by_user(const char *user, struct ids *ret)
{
	int r = ids_by_name(user, ret);
	char *end;
	unsigned long uid;

	if (r != -ENOENT || *user < '0' || *user > '9')
		return r;
	errno = 0;
	uid = strtoul(user, &end, 10);
	if (*end || errno || uid >= (uid_t)-1)
		return -ENOENT;
	return ids_by_uid((uid_t)uid, ret);
}

int ids_by_uid(uid_t uid, struct ids *ret)
{
	int r = look_up(NULL, uid, ret);

	if (r != -ENOENT)
		return r;
	memset(ret, 0, sizeof(*ret));
	ret->uid = uid;
	ret->gid = IDS_NOGROUP;
	return 0;
}

int ids_group(const char *group, gid_t *ret)
{
	FILE *f;
	const struct group *gr;
	int r = open_list(GROUP, &f);

	if (r < 0)
		return r;
	for (errno = 0; (gr = fgetgrent(f)) != NULL; errno = 0)
		if (strcmp(gr->gr_name, group) == 0)
			break;
	if (gr)
		*ret = gr->gr_gid;
	else
		r = errno != 0 && errno != ENOENT ? -errno : -ENOENT;
	(void)fclose(f);
	return r;
}

void ids_user_name(uid_t uid, char *buf, size_t cap)
{
	FILE *f = NULL;
	const struct passwd *pw = NULL;
	int r = open_list(PASSWD, &f);

	if (r == 0)
		pw = next_match(f, NULL, uid, &r);
	/* A name that does not fit would be another user's. */
	if (pw && strlen(pw->pw_name) < cap)
		(void)snprintf(buf, cap, "%s", pw->pw_name);
	else
		(void)snprintf(buf, cap, "%lu", (unsigned long)uid);
	if (f)
		(void)fclose(f);
}

void ids_group_name(gid_t gid, char *buf, size_t cap)
{
	FILE *f = NULL;
	const struct group *gr = NULL;

	(void)snprintf(buf, cap, "%lu", (unsigned long)gid);
	if (open_list(GROUP, &f) < 0)
		return;
	while ((gr = fgetgrent(f)) != NULL && gr->gr_gid != gid)
		;
	if (gr && strlen(gr->gr_name) < cap)
		(void)snprintf(buf, cap, "%s", gr->gr_name);
	(void)fclose(f);
}

/* Are real, effective and saved ids all these? */
static bool has_ids(const struct ids *ids)
{
	uid_t ru, eu, su;
	gid_t rg, eg, sg;

	if (getresuid(&ru, &eu, &su) < 0 || getresgid(&rg, &eg, &sg) < 0)
		return false;
	return ru == ids->uid && eu == ids->uid && su == ids->uid && rg == ids->gid &&
		eg == ids->gid && sg == ids->gid;
}

/* Is that the process's set of supplementary groups, in any order? */
static bool has_groups(const struct ids *ids)
{
	gid_t now[IDS_GROUPS_MAX];
	unsigned int i;
	long n = syscall(NR_GETGROUPS, IDS_GROUPS_MAX, now);

	if (n < 0 || (unsigned long)n != ids->ngroups)
		return false;
	for (i = 0; i < ids->ngroups; i++)
		if (find_group(now, ids->ngroups, ids->groups[i]) == ids->ngroups)
			return false;
	return true;
}

int ids_become(const struct ids *ids)
{
	/* Only root could change its groups; another user keeps those that he was started with. */
	if (has_ids(ids) && (ids->uid != 0 || has_groups(ids)))
		return 0;
	if (syscall(NR_SETGROUPS, (size_t)ids->ngroups, ids->groups) < 0)
		return -errno;
	if (syscall(NR_SETRESGID, ids->gid, ids->gid, ids->gid) < 0)
		return -errno;
	if (syscall(NR_SETRESUID, ids->uid, ids->uid, ids->uid) < 0)
		return -errno;
	return 0;
}
