/*
 * The overlay's helpers for logging: logutil-service is a logger as user nobody with the container's script,
 * logutil-service-main the same as whoever calls it, logutil-newfifo makes a FIFO to log through.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "contenv.h"
#include "fdio.h"
#include "ids.h"
#include "msg.h"
#include "uidgid.h"

#define SCRIPT_VARIABLE "S6_LOGGING_SCRIPT"
#define SCRIPT_DEFAULT "n20 s1000000 T"
#define SCRIPT_WORDS 1000
#define BLANKS " \t\r\n"
#define NOBODY "nobody"
#define NOBODY_ID 65534

/* The container's script, to be freed; the default where it has none. */
static char *get_script(void)
{
	const char *own = contenv_is_kept() ? getenv(SCRIPT_VARIABLE) : NULL;
	char *script = NULL;
	int r = 0;

	if (contenv_is_kept())
		script = own ? strdup(own) : NULL;
	else
		r = contenv_value(CONTENV_DIR, SCRIPT_VARIABLE, &script);
	if (r < 0 && r != -ENOENT)
		msg_die(EXIT_SYSTEM, r, "unable to read %s/%s", CONTENV_DIR, SCRIPT_VARIABLE);
	if (script && script[strspn(script, BLANKS)])
		return script;
	free(script);
	script = strdup(SCRIPT_DEFAULT);
	if (!script)
		msg_die(EXIT_SYSTEM, errno, "unable to allocate memory");
	return script;
}

/* Root's logger becomes nobody; who is not root cannot, and logs as who he is. */
static void become_nobody(void)
{
	struct uidgid ids = { .uid = NOBODY_ID, .gid = NOBODY_ID, .has_groups = true, .groups = uidgid_room() };
	struct ids nobody;
	int n = 0, r = ids_by_name(NOBODY, &nobody);

	if (geteuid() != 0)
		return;
	if (r == 0) {
		ids.uid = nobody.uid;
		ids.gid = nobody.gid;
		n = ids_memberships(NOBODY, ids.groups, UIDGID_GROUPS);
	}
	if ((r < 0 && r != -ENOENT) || n < 0)
		msg_die(EXIT_SYSTEM, r < 0 ? r : n, "unable to look up user %s", NOBODY);
	ids.n = (unsigned int)n;
	uidgid_apply(&ids);
}

/* Standard input becomes the FIFO, whether somebody writes to it already or not. */
static void read_from(const char *fifo)
{
	int fd = fdio_open(AT_FDCWD, fifo, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

	if (fd < 0)
		msg_die(EXIT_SYSTEM, fd, "unable to open %s for reading", fifo);
	if (fcntl(fd, F_SETFL, 0) < 0 || dup2(fd, 0) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to read from %s", fifo);
	fdio_close(&fd);
}

/* Becomes s6-log -b -- SCRIPT DIR, in an empty environment. */
static int run_log(char *script, char *dir)
{
	static char name[] = "s6-log", block[] = "-b", dashes[] = "--";
	static char *empty[] = { NULL };
	static char *argv[SCRIPT_WORDS + 5] = { name, block, dashes };
	char *save = NULL;
	char *path = dir;
	int n = 3;

	/* A word of the script that is a directory begins so. */
	if (*dir != '/' && *dir != '.' && asprintf(&path, "./%s", dir) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to allocate memory");
	for (char *word = strtok_r(script, BLANKS, &save); word; word = strtok_r(NULL, BLANKS, &save)) {
		if (n == SCRIPT_WORDS + 3)
			msg_die(EXIT_USAGE, 0, "too many words in %s", SCRIPT_VARIABLE);
		argv[n++] = word;
	}
	argv[n++] = path;
	argv[n] = NULL;
	/* For the name that ps shows; where it cannot be done we are the same program already. */
	execve("/proc/self/exe", argv, empty);
	environ = empty;
	return applet_call(name, n, argv);
}

int logutil_service_main(int argc, char **argv)
{
	const char *fifo = NULL;
	char **word, *script;

	while (applet_option(argc, argv, "f:") != -1)
		fifo = optarg;
	(void)applet_operands(argc, argv, &word);
	script = get_script();
	if (fifo)
		read_from(fifo);
	become_nobody();
	return run_log(script, word[0]);
}

int logutil_service_main_main(int argc, char **argv)
{
	char **word;

	while (applet_option(argc, argv, "") != -1)
		;
	(void)applet_operands(argc, argv, &word);
	return run_log(get_script(), word[0]);
}

/* Makes it under its name once the old one is gone; what is half made is removed again. */
static void make_fifo(const char *path, mode_t mode, const struct ids *owner)
{
	if (unlink(path) < 0 && errno != ENOENT)
		msg_die(EXIT_SYSTEM, errno, "unable to unlink %s", path);
	if (mkfifo(path, 0) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to mkfifo %s", path);
	if (lchown(path, owner->uid, owner->gid) < 0 || chmod(path, mode) < 0) {
		int err = errno;

		(void)unlink(path);
		msg_die(EXIT_SYSTEM, err, "unable to set owner and mode of %s", path);
	}
}

int logutil_newfifo_main(int argc, char **argv)
{
	const char *user = "root";
	mode_t mode = 0600;
	struct ids owner;
	char **word;
	int c, r;

	while ((c = applet_option(argc, argv, "m:o:")) != -1) {
		if (c == 'm')
			mode = applet_mode(optarg);
		else
			user = optarg;
	}
	(void)applet_operands(argc, argv, &word);
	r = ids_by_user(user, &owner);
	if (r == -ENOENT)
		msg_die(EXIT_USAGE, 0, "unknown user: %s", user);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to look up user %s", user);
	msg_warn(0, "deprecated: let a service's log directory take its output");
	make_fifo(word[0], mode, &owner);
	return 0;
}
