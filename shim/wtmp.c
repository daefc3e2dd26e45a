#include "wtmp.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <utmpx.h>

#include "fdio.h"

#define PATH "/var/log/wtmp"

/* Compat: the record of s6-linux-init-hpr. Its seconds are of the width that the file format has. */
static void fill(struct utmpx *u, char how)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	u->ut_type = RUN_LVL;
	u->ut_pid = getpid();
	u->ut_session = getsid(0);
	u->ut_line[0] = '~';
	memcpy(u->ut_user, how == 'r' ? "reboot" : "shutdown", how == 'r' ? sizeof("reboot") : sizeof("shutdown"));
	if (gethostname(u->ut_host, sizeof(u->ut_host) - 1) < 0)
		u->ut_host[0] = '\0';
	u->ut_tv.tv_sec = (__typeof__(u->ut_tv.tv_sec))now.tv_sec;
	u->ut_tv.tv_usec = (__typeof__(u->ut_tv.tv_usec))(now.tv_nsec / 1000);
}

void wtmp_shutdown(char how)
{
	struct utmpx u = { .ut_type = EMPTY };
	struct stat st;
	int fd = fdio_open(AT_FDCWD, PATH, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);

	if (fd < 0)
		return;
	fill(&u, how);
	/* A book that is full or lost is no reason to stay. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		(void)fdio_write_all(fd, &u, sizeof(u));
	fdio_close(&fd);
}
