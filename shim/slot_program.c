/*
 * hexad-slot: run, log/run and finish of a profile's slot, by way of their first line. The file says
 * what is to be done (slotfile.h); no shell reads it and nothing is forked. The log directory is made
 * here, as the user that the logger runs as, so that whoever supervises it need not look into the home.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "applet.h"
#include "below.h"
#include "chain.h"
#include "contenv.h"
#include "fdio.h"
#include "msg.h"
#include "slotfile.h"
#include "uidgid.h"

#define WORDS (SLOTFILE_MAX / 5) /* the shortest line is "log \n" */
#define PARKED 125               /* the exit code by which finish says: do not start it again */

/* What the file says. Of a key that may be there once, the last line counts. */
struct program {
	const char *single[SLOTFILE_KEYS];
	char *exec[WORDS + 1], *log[WORDS + 3], *env[WORDS + 1];
	int nexec, nlog, nenv;
	bool parks, parked; /* it is a finish; and the exit code is one of its */
};

static void take(struct program *p, enum slotfile_key key, char *value, const char *code)
{
	switch (key) {
	case SLOTFILE_ENV:
		p->env[p->nenv++] = value;
		break;
	case SLOTFILE_EXEC:
		p->exec[p->nexec++] = value;
		break;
	case SLOTFILE_LOG:
		p->log[1 + p->nlog++] = value;
		break;
	case SLOTFILE_PARK:
		p->parks = true;
		p->parked = p->parked || (code && strcmp(code, value) == 0);
		break;
	default:
		p->single[key] = value;
	}
}

static void read_program(struct program *p, const char *file, const char *code)
{
	static char text[SLOTFILE_MAX + 1];
	ssize_t len = fdio_read_file(AT_FDCWD, file, text, SLOTFILE_MAX);
	enum slotfile_key key;
	char *at, *value;
	int r;

	if (len < 0)
		msg_die(EXIT_SYSTEM, (int)len, "unable to read %s", file);
	at = len == SLOTFILE_MAX || memchr(text, '\0', (size_t)len) ? NULL : slotfile_open(text);
	if (!at)
		msg_die(EXIT_USAGE, 0, "%s is not what hexad writes into a slot", file);
	while ((r = slotfile_next(&at, &key, &value)) > 0)
		take(p, key, value, code);
	if (r < 0)
		msg_die(EXIT_USAGE, 0, "invalid line in %s: %.*s", file, (int)strcspn(at, "\n"), at);
}

static void add_variables(const struct program *p)
{
	for (int i = 0; i < p->nenv; i++) {
		if (!strchr(p->env[i], '='))
			msg_die(EXIT_USAGE, 0, "not a variable: %s", p->env[i]);
		if (putenv(p->env[i]) != 0)
			msg_die(EXIT_SYSTEM, errno, "unable to set a variable");
	}
}

/* Into the log directory, which is made, as is what is missing on the way to it. No link below the home is followed. */
static void enter_log_dir(const struct program *p)
{
	const char *variable = p->single[SLOTFILE_HOME_ENV], *home = variable ? getenv(variable) : NULL;
	const char *dir = p->single[SLOTFILE_LOG_DIR];
	int homefd, fd;

	if (!home || *home != '/')
		home = p->single[SLOTFILE_HOME];
	if (!home || !dir)
		msg_die(EXIT_USAGE, 0, "home or log-dir is missing");
	homefd = fdio_open(AT_FDCWD, home, O_PATH | O_DIRECTORY, 0);
	if (homefd < 0)
		msg_die(EXIT_SYSTEM, homefd, "unable to open the home %s", home);
	fd = below_open(homefd, dir, true);
	if (fd < 0 || fchdir(fd) < 0)
		msg_die(EXIT_SYSTEM, fd < 0 ? fd : errno, "unable to make the log directory %s/%s", home, dir);
	fdio_close(&fd);
	fdio_close(&homefd);
}

static int run_logger(struct program *p, const char *service)
{
	static char prog[512];

	enter_log_dir(p);
	/* A lock left by a former container is refused as busy on some network file systems. */
	if (unlink("lock") < 0 && errno != ENOENT)
		msg_warn(errno, "unable to remove an old lock");
	(void)prctl(PR_SET_NAME, "s6-log");
	(void)snprintf(prog, sizeof(prog), "s6-log: %s", service ? service : "");
	p->log[0] = (char[]){ "s6-log" };
	p->log[1 + p->nlog] = (char[]){ "." };
	p->log[2 + p->nlog] = NULL;
	return applet_call_as("s6-log", service ? prog : "s6-log", p->nlog + 2, p->log);
}

static void run_program(const struct program *p)
{
	const char *dir = p->single[SLOTFILE_DIR];

	if (dir && (chdir(dir) < 0 || setenv("PWD", dir, 1) < 0))
		msg_die(EXIT_SYSTEM, errno, "unable to chdir to %s", dir);
	chain_exec(p->exec);
}

int slot_program_main(int argc, char **argv)
{
	static struct program p;
	char **word;
	int n;

	while (applet_option(argc, argv, "") != -1)
		;
	n = applet_operands(argc, argv, &word);
	read_program(&p, word[0], n > 1 ? word[1] : NULL);
	if (p.parks)
		return p.parked ? PARKED : 0;
	contenv_enter();
	add_variables(&p);
	if (p.single[SLOTFILE_USER])
		uidgid_become(p.single[SLOTFILE_USER]);
	if (p.nlog)
		return run_logger(&p, n > 1 ? word[1] : NULL);
	if (p.nexec)
		run_program(&p);
	msg_die(EXIT_USAGE, 0, "%s says nothing to do", word[0]);
}
