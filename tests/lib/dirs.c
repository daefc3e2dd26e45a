/*
 * dirs: the directories that a test fills and looks at, in one process where find, sort, xargs, cat and rm are five.
 *
 *   dirs fresh DIR     an empty directory DIR, whatever was there and whoever may write in it
 *   dirs show DIR      what there is below it, sorted, a line each: "PATH TYPE MODE UID:GID LINK", TYPE and MODE as those of
 *                      find's %y and %m; then "HASH SIZE PATH" of each file that can be read and has something in it
 *   dirs texts DIR     the same, but with the contents of these files, each after a line "-- PATH", and a line that says so
 *                      where the last newline is missing
 *
 * Exit code 0; 100: wrong usage; 111: something could not be made or read.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_CAP 4096

struct entries {
	char **paths; /* below the directory, sorted once all are there */
	size_t n;
};

static _Noreturn void die(const char *path)
{
	fprintf(stderr, "dirs: fatal: %s: %s\n", path, strerror(errno));
	exit(111);
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Removes all in a directory, which it makes writable first. */
static void empty(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct dirent *de;
	DIR *d;

	if (fd < 0 && errno == EACCES && fchmodat(parent, name, 0700, 0) == 0)
		fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || !(d = fdopendir(fd)))
		die(name);
	fchmod(fd, 0700); /* somebody else's can still be emptied by root */
	while ((de = readdir(d))) {
		if (is_dots(de->d_name) || unlinkat(fd, de->d_name, 0) == 0)
			continue;
		if (errno != EISDIR && errno != EPERM)
			die(de->d_name);
		empty(fd, de->d_name);
		if (unlinkat(fd, de->d_name, AT_REMOVEDIR) < 0)
			die(de->d_name);
	}
	closedir(d);
}

static void fresh(const char *dir)
{
	if (mkdir(dir, 0777) == 0)
		return;
	if (errno != EEXIST)
		die(dir);
	empty(AT_FDCWD, dir);
	if (rmdir(dir) < 0 || mkdir(dir, 0777) < 0)
		die(dir);
}

static void add(struct entries *e, const char *path)
{
	if ((e->n & (e->n - 1)) == 0)
		e->paths = realloc(e->paths, (e->n ? 2 * e->n : 1) * sizeof(*e->paths));
	if (!e->paths || !(e->paths[e->n++] = strdup(path)))
		die(path);
}

/* All below the directory at path; what cannot be read has nothing below it. */
static void collect(struct entries *e, const char *path)
{
	DIR *d = opendir(path[0] ? path : ".");
	struct dirent *de;

	while (d && (de = readdir(d))) {
		char sub[PATH_CAP];
		struct stat st;

		if (is_dots(de->d_name))
			continue;
		if (snprintf(sub, sizeof(sub), "%s%s%s", path, path[0] ? "/" : "", de->d_name) >= PATH_CAP)
			continue;
		add(e, sub);
		if (fstatat(AT_FDCWD, sub, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
			collect(e, sub);
	}
	if (d)
		closedir(d);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char type_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return 'f';
	case S_IFDIR:
		return 'd';
	case S_IFLNK:
		return 'l';
	case S_IFIFO:
		return 'p';
	case S_IFSOCK:
		return 's';
	case S_IFCHR:
		return 'c';
	default:
		return 'b';
	}
}

static void show_entry(const char *path)
{
	char link[PATH_CAP] = "";
	struct stat st;

	if (lstat(path, &st) < 0)
		return;
	if (S_ISLNK(st.st_mode)) {
		ssize_t n = readlink(path, link, sizeof(link) - 1);

		link[n < 0 ? 0 : n] = '\0';
	}
	printf("%s %c %o %u:%u %s\n", path, type_of(st.st_mode), st.st_mode & 07777, st.st_uid, st.st_gid, link);
}

static FILE *regular(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "re") : NULL;
}

/* FNV-1a: enough to tell files apart that nobody has made to collide. */
static void show_contents(const char *path)
{
	FILE *f = regular(path);
	uint64_t hash = 0xcbf29ce484222325U;
	size_t size = 0;
	int c;

	if (!f)
		return;
	for (; (c = getc_unlocked(f)) != EOF; size++)
		hash = (hash ^ (uint64_t)c) * 0x100000001b3U;
	if (size)
		printf("%016llx %zu %s\n", (unsigned long long)hash, size, path);
	fclose(f);
}

static void show_text(const char *path)
{
	FILE *f = regular(path);
	int c, last = '\n';

	if (!f)
		return;
	printf("-- %s\n", path);
	while ((c = getc_unlocked(f)) != EOF) {
		putchar_unlocked(c);
		last = c;
	}
	if (last != '\n')
		fputs("\n-- no newline at the end\n", stdout);
	fclose(f);
}

static void each(const struct entries *e, void (*show)(const char *))
{
	for (size_t i = 0; i < e->n; i++)
		show(e->paths[i]);
}

static void look_into(struct entries *e, const char *dir)
{
	if (chdir(dir) < 0)
		die(dir);
	collect(e, "");
	qsort(e->paths, e->n, sizeof(*e->paths), by_path);
}

int main(int argc, char **argv)
{
	struct entries e = { 0 };

	if (argc == 3 && strcmp(argv[1], "fresh") == 0) {
		fresh(argv[2]);
		return 0;
	}
	if (argc == 3 && (strcmp(argv[1], "show") == 0 || strcmp(argv[1], "texts") == 0)) {
		look_into(&e, argv[2]);
		each(&e, show_entry);
		each(&e, argv[1][0] == 's' ? show_contents : show_text);
		return 0;
	}
	fputs("dirs: usage: dirs fresh|show|texts DIR\n", stderr);
	return 100;
}
