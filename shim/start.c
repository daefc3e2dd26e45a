/*
 * hexad-start: what the supervisor executes first where a program runs as another user than itself. It becomes that user
 * and executes the program. Until it does, the supervisor would have to wait for somebody who can be stopped by that user, or
 * to copy itself; this is a process of its own from the beginning. What hexad wrote into a profile's slot it does itself, as
 * hexad-slot, without another exec.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "applet.h"
#include "fdio.h"
#include "msg.h"
#include "noexec.h"
#include "slotfile.h"
#include "startas.h"
#include "uidgid.h"

#define FIRST_LINE "#!" SLOTFILE_INTERPRETER "\n"

/* Would the kernel execute it, and only to come back here? Everything else is the kernel's to judge. */
static bool is_slot_file(const char *path)
{
	char line[sizeof(FIRST_LINE)];
	ssize_t n;
	int fd = fdio_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

	if (fd < 0)
		return false;
	n = fdio_read_all(fd, line, sizeof(line) - 1);
	fdio_close(&fd);
	return n == (ssize_t)sizeof(line) - 1 && memcmp(line, FIRST_LINE, sizeof(line) - 1) == 0 &&
		faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

/*
 * The command line becomes what the kernel would have made of the first line: argv are copies, area is where they were,
 * one after the other, up to end.
 */
static void set_title(char *area, char *const end, char *const *argv)
{
	char *p = area;

	for (; *argv && (size_t)(end - p) > strlen(*argv); argv++)
		p = stpcpy(p, *argv) + 1;
	memset(p, 0, (size_t)(end - p));
}

/* argv: the path, the argv[0] that it would get (in the place of which the kernel puts the path), and what follows. */
static int run_slot_file(int argc, char **argv, char *area)
{
	char *const end = argv[argc - 1] + strlen(argv[argc - 1]) + 1;
	static char **word; /* for the life of the process */
	int n = 0;

	word = calloc((size_t)argc + 1, sizeof(*word));
	for (int i = 0; word && i < argc; i++) {
		word[n] = strdup(i == 0 ? SLOTFILE_INTERPRETER : i == 1 ? argv[0] : argv[i]);
		if (!word[n++])
			word = NULL;
	}
	if (!word)
		msg_die(EXIT_SYSTEM, ENOMEM, "unable to start %s", argv[0]);
	set_title(area, end, word);
	/* Nothing in here is a secret to the user: it is to be for him what a program of his own is. */
	(void)prctl(PR_SET_DUMPABLE, 1);
	return applet_call("hexad-slot", n, word);
}

int start_main(int argc, char **argv)
{
	char *area = argv[0], **word;
	struct ids ids;
	bool was_root;
	int n, fd, r;

	while (applet_option(argc, argv, "") != -1)
		;
	n = applet_operands(argc, argv, &word);
	if (startas_parse(word[0], &fd, &ids) < 0)
		applet_usage();
	was_root = geteuid() == 0;
	r = fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -errno : ids_become(&ids);
	if (r == 0 && is_slot_file(word[1])) {
		fdio_close(&fd);
		if (was_root)
			uidgid_drop_capabilities();
		return run_slot_file(n - 1, word + 1, area);
	}
	r = r == 0 ? -noexec_execve(word[1], word + 2, environ) : -r;
	(void)!write(fd, &r, sizeof(r));
	return EXIT_NOTFOUND;
}
