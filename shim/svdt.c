/* s6-svdt and s6-svdt-clear: prints a service's death tally; empties it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "fdio.h"
#include "msg.h"
#include "signame.h"
#include "slot.h"
#include "tai.h"
#include "tally.h"

static void print(const struct dtally *d, bool numeric)
{
	const char *name = signame_of(d->sig);
	char stamp[TAI64N_TEXT + 1];

	tai64n_format(stamp, &d->stamp);
	if (!d->sig)
		(void)printf("%s exitcode %u\n", stamp, d->exitcode);
	else if (numeric)
		(void)printf("%s signal %u\n", stamp, d->sig);
	else
		(void)printf("%s signal SIG%s\n", stamp, name ? name : "???");
}

/* Compat: whoever reads makes a missing file and empties one that is no tally. */
static int read_or_make(const char *dir, uint8_t buf[TALLY_BYTES], unsigned int max)
{
	int dirfd = slot_open(dir), fd = -1, n = dirfd;

	if (dirfd >= 0) {
		fd = fdio_open(dirfd, DTALLY_FILE, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
		if (fd == -ENOENT)
			fd = fdio_open(dirfd, DTALLY_FILE, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
		n = fd < 0 ? fd : tally_read(fd, buf, max);
	}
	if (n == -EINVAL) {
		fdio_close(&fd);
		fd = fdio_open(dirfd, DTALLY_FILE, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW, 0);
		n = fd < 0 ? fd : 0;
		if (fd >= 0 && ftruncate(fd, 0) < 0)
			n = -errno;
	}
	fdio_close(&fd);
	fdio_close(&dirfd);
	return n;
}

int svdt_main(int argc, char **argv)
{
	static uint8_t buf[TALLY_BYTES];
	unsigned int max = DTALLY_MAX;
	bool numeric = false;
	struct dtally d;
	char **dir;
	int c, n;

	while ((c = applet_option(argc, argv, "sSn:")) != -1) {
		if (c == 'n')
			max = applet_uint(optarg, UINT_MAX);
		else
			numeric = c == 's';
	}
	(void)applet_operands(argc, argv, &dir);
	n = max ? read_or_make(dir[0], buf, max) : 0;
	if (n < 0)
		msg_die(EXIT_SYSTEM, n, "unable to read death tally for service %s", dir[0]);
	for (int i = 0; i < n; i++) {
		dtally_unpack(buf + (size_t)i * DTALLY_RECORD, &d);
		print(&d, numeric);
	}
	if (fflush(stdout) != 0 || ferror(stdout))
		msg_die(EXIT_SYSTEM, errno, "unable to write to stdout");
	return 0;
}

/* Compat: no options; the first word is the directory. */
int svdt_clear_main(int argc, char **argv)
{
	int dirfd, r, supervise = -1;
	char **dir;

	(void)applet_operands(argc, argv, &dir);
	dirfd = slot_open(dir[0]);
	r = dirfd;
	if (r >= 0)
		r = supervise = fdio_open(dirfd, "supervise", O_PATH | O_DIRECTORY, 0);
	if (r >= 0)
		r = fdio_replace(supervise, "death_tally", "death_tally.new", "", 0, 0666, false);
	fdio_close(&supervise);
	fdio_close(&dirfd);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to clear death tally for service %s", dir[0]);
	return 0;
}
