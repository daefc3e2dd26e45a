/*
 * nsinit FD DIR NAME=VALUE... -- WORD...: the inside half of nsboot.sh. Runs as PID 1 of a fresh PID and mount namespace:
 * mounts what a container has, makes DIR the root, writes the pid that it has outside into the descriptor FD, closes it, and
 * becomes /init WORD... with exactly that environment. Ends with 111 and a message where that cannot be done.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "nsinit: fatal: %s: %s\n", what, strerror(errno));
	exit(111);
}

static void check(int r, const char *what)
{
	if (r < 0)
		die(what);
}

/* Makes a directory and those above it, unless they are there; path is changed and restored. */
static void make_dir(char *path)
{
	for (char *p = strchr(path, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			die(path);
		*p = '/';
	}
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		die(path);
}

static void bind(const char *from, const char *to)
{
	check(mount(from, to, NULL, MS_BIND, NULL), to);
}

static void bind_read_only(const char *from, const char *to)
{
	bind(from, to);
	check(mount(NULL, to, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL), to);
}

static void make_link(const char *to, const char *path)
{
	if (unlink(path) < 0 && errno != ENOENT)
		die(path);
	check(symlink(to, path), path);
}

static bool is_empty(const char *dir)
{
	DIR *d = opendir(dir);
	const struct dirent *de;
	bool empty = true;

	if (!d)
		die(dir);
	while (empty && (de = readdir(d)))
		empty = de->d_name[0] == '.';
	closedir(d);
	return empty;
}

/* The host's own, as links where they are links. */
static void host_dirs(void)
{
	static const char *const names[] = { "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32" };
	char path[] = "etc/alternatives";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *here = names[i] + 1;
		char link[PATH_MAX];
		struct stat st;
		ssize_t n;

		if (lstat(names[i], &st) < 0)
			continue;
		if (S_ISLNK(st.st_mode)) {
			n = readlink(names[i], link, sizeof(link) - 1);
			check((int)n, names[i]);
			link[n] = '\0';
			make_link(link, here);
		} else {
			if (mkdir(here, 0755) < 0 && errno != EEXIST)
				die(here);
			bind_read_only(names[i], here);
		}
	}
	if (access("/etc/alternatives", F_OK) == 0) {
		make_dir(path);
		bind_read_only("/etc/alternatives", path);
	}
}

/* What the root file system brings in /usr/local stays visible above the host's. */
static void usr(void)
{
	char local[] = "usr/local", kept[] = ".local";
	bool brings;

	make_dir(local);
	make_dir(kept);
	brings = !is_empty(local);
	if (brings)
		bind(local, kept);
	bind_read_only("/usr", "usr");
	if (brings)
		bind(kept, local);
}

static void devices(void)
{
	static const char *const names[] = { "null", "zero", "full", "random", "urandom", "tty" };
	static const char *const links[][2] = {
		{ "/proc/self/fd", "dev/fd" },
		{ "/proc/self/fd/0", "dev/stdin" },
		{ "/proc/self/fd/1", "dev/stdout" },
		{ "/proc/self/fd/2", "dev/stderr" },
	};

	check(mount("proc", "proc", "proc", 0, NULL), "proc");
	check(mount("tmpfs", "run", "tmpfs", 0, "mode=755"), "run");
	check(mount("tmpfs", "dev", "tmpfs", 0, "mode=755"), "dev");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char host[32], here[32];
		int fd;

		snprintf(host, sizeof(host), "/dev/%s", names[i]);
		snprintf(here, sizeof(here), "dev/%s", names[i]);
		fd = open(here, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		check(fd, here);
		close(fd);
		bind(host, here);
	}
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		make_link(links[i][0], links[i][1]);
}

int main(int argc, char **argv)
{
	char pid[16], old[] = "old", init[] = "/init";
	ssize_t n;
	int fd, i = 3;

	/* The outer /proc: there we still have our outer pid. */
	n = readlink("/proc/self", pid, sizeof(pid) - 1);
	check((int)n, "/proc/self");
	pid[n] = '\0';
	while (i < argc && strcmp(argv[i], "--") != 0)
		i++;
	if (argc < 4 || i >= argc) {
		fputs("nsinit: usage: nsinit FD DIR NAME=VALUE... -- WORD...\n", stderr);
		return 100;
	}
	fd = atoi(argv[1]);
	bind(argv[2], argv[2]);
	check(chdir(argv[2]), argv[2]);
	host_dirs();
	usr();
	devices();
	make_dir(old);
	check((int)syscall(SYS_pivot_root, ".", old), "pivot_root");
	check(chroot("."), "chroot");
	check(chdir("/"), "/");
	check(dprintf(fd, "%s\n", pid), argv[1]);
	close(fd);
	check(umount2("/old", MNT_DETACH), "/old");
	/* The last of two with the same name counts. */
	check(clearenv(), "the environment");
	for (int k = 3; k < i; k++)
		check(putenv(argv[k]), argv[k]);
	argv[i] = init;
	execv(init, argv + i);
	die(init);
}
