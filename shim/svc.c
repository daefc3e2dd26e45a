/*
 * s6-svc: gives commands to the supervisors of service directories, and with -w waits for what they
 * bring about. It subscribes before it sends and waits itself: no other program is executed.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "ctl.h"
#include "listen.h"
#include "msg.h"
#include "signame.h"
#include "slot.h"
#include "svc.h"
#include "watch.h"

static void add_letter(struct svc_options *opt, char letter)
{
	if (opt->n == SVC_MAX)
		msg_die(EXIT_USAGE, 0, "too many commands");
	opt->letters[opt->n++] = letter;
}

/* The letter that sends a signal, for -s. */
static char letter_of_signal(const char *name)
{
	static const struct {
		int sig;
		enum sv_event event;
	} sendable[] = {
		{ SIGALRM, EV_ALRM }, { SIGABRT, EV_ABRT }, { SIGQUIT, EV_QUIT }, { SIGHUP, EV_HUP },
		{ SIGKILL, EV_KILL }, { SIGTERM, EV_TERM }, { SIGINT, EV_INT }, { SIGUSR1, EV_USR1 },
		{ SIGUSR2, EV_USR2 }, { SIGSTOP, EV_STOP }, { SIGCONT, EV_CONT }, { SIGWINCH, EV_WINCH },
	};
	int sig = signame_parse(name, strlen(name));

	if (sig < 0)
		msg_die(EXIT_USAGE, 0, "invalid signal: %s", name);
	for (size_t i = 0; i < sizeof(sendable) / sizeof(sendable[0]); i++)
		if (sendable[i].sig == sig)
			return ctl_letter_of(sendable[i].event);
	msg_die(EXIT_USAGE, 0, "%s is not in the list of user-available signals", name);
}

void svc_parse(int argc, char **argv, const char *without, struct svc_options *opt)
{
	char spec[64];
	size_t n = 0;
	int c;

	for (const char *letter = ctl_letters(); *letter && n < sizeof(spec) - sizeof("w:T:s:"); letter++)
		if (!strchr(without, *letter))
			spec[n++] = *letter;
	(void)snprintf(spec + n, sizeof(spec) - n, "w:T:s:");
	while ((c = applet_option(argc, argv, spec)) != -1) {
		if (c == 'w') {
			/* Compat: one letter counts, whatever follows. */
			if (!optarg[0] || !strchr("dDuUrR", optarg[0]))
				applet_usage();
			opt->wait = optarg[0];
		} else if (c == 'T') {
			opt->ms = applet_uint(optarg, UINT_MAX);
		} else {
			add_letter(opt, c == 's' ? letter_of_signal(optarg) : (char)c);
		}
	}
}

/* Compat: readiness can only be waited for where it is announced; the first directory decides. */
static void degrade_wait(struct svc_options *opt, const char *dir)
{
	char path[PATH_MAX];

	if (opt->wait != 'U' && opt->wait != 'R')
		return;
	if (snprintf(path, sizeof(path), "%s/notification-fd", dir) >= (int)sizeof(path))
		msg_die(EXIT_SYSTEM, ENAMETOOLONG, "unable to access %s/notification-fd", dir);
	if (access(path, F_OK) == 0)
		return;
	if (errno != ENOENT)
		msg_die(EXIT_SYSTEM, errno, "unable to access %s", path);
	msg_warn(0, "%s not present - ignoring request for readiness notification", path);
	opt->wait = opt->wait == 'U' ? 'u' : 'r';
}

/* Sends the letters to one directory. 0, or the exit code of the failure it warned about. */
static int send_to(const char *dir, const struct svc_options *opt)
{
	int err;

	switch (slot_send(dir, "supervise", opt->letters, opt->n, &err)) {
	case SLOT_OK:
		return 0;
	case SLOT_DEAF:
		msg_warn(0, "unable to control %s: supervisor not listening", dir);
		return EXIT_NOSUPER;
	case SLOT_ODD:
		msg_warn(err, "something is wrong with the %s/supervise directory", dir);
		return 1;
	default:
		msg_warn(err, "unable to control %s", dir);
		return EXIT_SYSTEM;
	}
}

/*
 * Subscribes, sends, waits. A directory that the letters could not be sent to will not come to the
 * wanted state: it is not waited for, and its failure is the exit code.
 */
static int send_and_wait(char *const *dirs, unsigned int n, const struct svc_options *opt, int64_t deadline)
{
	struct watch_goal goal = { 0 };
	struct watch_set set;
	int code = 0, r;

	watch_begin(&set, dirs, n);
	for (unsigned int i = 0; opt->n && i < n; i++) {
		r = send_to(dirs[i], opt);
		if (r)
			code = r;
		set.watch[i].settled = r != 0;
	}
	(void)watch_goal_of(opt->wait, &goal);
	r = watch_finish(&set, &goal, opt->n > 0, deadline);
	return code ? code : r;
}

int svc_run(char *const *dirs, unsigned int n, struct svc_options *opt)
{
	int64_t deadline = listen_deadline(opt->ms);
	int code = 0, r;

	for (unsigned int i = 0; i < n; i++)
		if (!dirs[i][0])
			msg_die(EXIT_USAGE, 0, "invalid service path");
	(void)signal(SIGPIPE, SIG_IGN);
	degrade_wait(opt, dirs[0]);
	if (opt->wait)
		return send_and_wait(dirs, n, opt, deadline);
	for (unsigned int i = 0; i < n; i++) {
		r = send_to(dirs[i], opt);
		if (r)
			code = r;
	}
	return code;
}

int svc_main(int argc, char **argv)
{
	struct svc_options opt = { .n = 0 };
	char **dirs;
	int n;

	svc_parse(argc, argv, "", &opt);
	n = applet_operands(argc, argv, &dirs);
	return svc_run(dirs, (unsigned int)n, &opt);
}
