/*
 * The least that a client can be: a static program that makes the system calls its work takes and nothing else.
 *
 *	must true
 *	must s6-svc SERVICEDIR             the FIFO, one byte
 *	must s6-svstat SERVICEDIR          the lock, the status, the down file, one line
 *	must s6-setuidgid USER PROG...     the two files, an exec; and being root, the three calls
 */
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int in(const char *dir, const char *file, int flags)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", dir, file);
	return open(path, flags | O_CLOEXEC);
}

static int svc(const char *dir)
{
	struct stat st;
	int fd = in(dir, "supervise/control", O_WRONLY | O_NONBLOCK);

	return fd < 0 || fstat(fd, &st) < 0 || write(fd, "y", 1) != 1;
}

static int svstat(const char *dir)
{
	struct flock fl = { .l_type = F_RDLCK };
	char buf[44];
	int fd = in(dir, "supervise/lock", O_RDONLY);

	if (fd < 0 || fcntl(fd, F_GETLK, &fl) < 0)
		return 1;
	close(fd);
	fd = in(dir, "supervise/status", O_RDONLY);
	if (fd < 0 || read(fd, buf, sizeof buf) < 35)
		return 1;
	close(fd);
	in(dir, "down", O_RDONLY);
	return write(1, "up (pid 12345) 1 seconds\n", 25) != 25;
}

static void read_file(const char *path)
{
	static char buf[8192];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	while (read(fd, buf, sizeof buf) > 0)
		;
	close(fd);
}

static int setuidgid(char **argv)
{
	gid_t gid = 65534;

	read_file("/etc/passwd");
	read_file("/etc/group");
	if (getuid() == 0 && (setgroups(1, &gid) < 0 || setgid(gid) < 0 || setuid(gid) < 0))
		return 111;
	execv(argv[1], argv + 1);
	return 127;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "true") == 0)
		return 0;
	if (argc > 2 && strcmp(argv[1], "s6-svc") == 0)
		return svc(argv[2]);
	if (argc > 2 && strcmp(argv[1], "s6-svstat") == 0)
		return svstat(argv[2]);
	if (argc > 3 && strcmp(argv[1], "s6-setuidgid") == 0)
		return setuidgid(argv + 2);
	return 100;
}
