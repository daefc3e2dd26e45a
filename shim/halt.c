/*
 * halt, poweroff, reboot and shutdown: ask /init to end the container. They return when it has heard it, not when it
 * is done. s6-linux-init-hpr and s6-linux-init-shutdown are the same under the reference's names. Its wall messages go
 * to those whom utmp says to be logged in, which are nobody here: the options are accepted.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "applet.h"
#include "fdio.h"
#include "msg.h"
#include "sysboot.h"
#include "talk.h"
#include "wtmp.h"

#define PATIENCE_MS 5000
#define GRACE_MAX_S 300u
#define DAY_MIN (24u * 60)

/* Compat: overlay-shutdown 2: the two families differ in the code of a refusal. */
static int ask(char how, const char *grace, const char *delay, int refused)
{
	const char letter[] = { how, '\0' };
	const char *const request[] = { "halt", letter, grace, delay };
	char why[512];
	int r;

	/* We are among those who are told to end, and want to say first that it worked. */
	(void)signal(SIGTERM, SIG_IGN);
	r = talk_init(request, 4, PATIENCE_MS, why, sizeof(why));

	if (r == 0 || r == -EPIPE)
		return 0; /* no answer, but an end: that is what was asked for */
	msg_error(r < 0 ? r : EPERM, "unable to talk to shutdownd");
	return refused;
}

/* Only where somebody will hear what is going to happen. */
static void record(char how)
{
	int fd = talk_connect();

	if (fd < 0)
		return;
	fdio_close(&fd);
	wtmp_shutdown(how);
}

/* Compat: -f: the kernel is asked, and nothing is stopped before. */
static int at_once(char how)
{
	int r;

	sync();
	r = sysboot(how);
	msg_error(r, "unable to reboot()");
	return EXIT_SYSTEM;
}

static int hpr(int argc, char **argv, char how)
{
	bool force = false, wtmp_only = false, no_wtmp = false;
	int c;

	while ((c = applet_option(argc, argv, "hprndwWfi")) != -1) {
		if (strchr("hpr", c))
			how = (char)c;
		else if (c == 'f')
			force = true;
		else if (c == 'w')
			wtmp_only = true, no_wtmp = false;
		else if (c == 'd')
			no_wtmp = true, wtmp_only = false;
	}
	if (!how)
		applet_usage();
	if (force)
		return at_once(how);
	if (wtmp_only)
		wtmp_shutdown(how);
	else if (!no_wtmp)
		record(how);
	return wtmp_only ? 0 : ask(how, "", "", EXIT_USAGE);
}

int halt_main(int argc, char **argv)
{
	return hpr(argc, argv, 'h');
}

int poweroff_main(int argc, char **argv)
{
	return hpr(argc, argv, 'p');
}

int reboot_main(int argc, char **argv)
{
	return hpr(argc, argv, 'r');
}

int hpr_main(int argc, char **argv)
{
	return hpr(argc, argv, '\0');
}

/* Minutes from now to the next HH:MM. */
static unsigned int until(unsigned int hour, unsigned int minute)
{
	time_t now = time(NULL);
	struct tm tm;
	unsigned int then = hour * 60 + minute, at;

	if (!localtime_r(&now, &tm))
		return 0;
	at = (unsigned int)(tm.tm_hour * 60 + tm.tm_min);
	return then >= at ? then - at : then + DAY_MIN - at;
}

/* "now", "+MIN", "MIN", "HH:MM", in milliseconds; anything else is a usage error. */
static uint64_t parse_time(char *text)
{
	char *colon = strchr(text, ':');
	unsigned int hour;

	if (strcmp(text, "now") == 0)
		return 0;
	if (!colon)
		return applet_uint(text + (*text == '+'), UINT32_MAX / 60000) * UINT64_C(60000);
	*colon = '\0';
	hour = applet_uint(text, 23);
	return until(hour, applet_uint(colon + 1, 59)) * UINT64_C(60000);
}

struct wish {
	char how;           /* 0: none of -h, -p, -r */
	bool cancel, warn_only;
	const char *grace_s;
};

static void parse_wish(int argc, char **argv, struct wish *w)
{
	int c;

	while ((c = applet_option(argc, argv, "hHPprkafFict:")) != -1) {
		switch (c) {
		case 'h':
			w->how = w->how ? w->how : 'h';
			break;
		case 'p':
		case 'P':
			w->how = 'p';
			break;
		case 'r':
			w->how = 'r';
			break;
		case 'k':
			w->warn_only = true;
			break;
		case 'c':
			w->cancel = true;
			break;
		case 't':
			w->grace_s = optarg;
			break;
		default:
			break;
		}
	}
}

int shutdown_main(int argc, char **argv)
{
	struct wish w = { 0 };
	char grace[24] = "", delay[24];
	char **operand;
	uint64_t ms;
	int n;

	parse_wish(argc, argv, &w);
	n = applet_operands(argc, argv, &operand);
	if (w.cancel)
		return ask('c', "", "", EXIT_SYSTEM);
	if (n < 1)
		applet_usage();
	if (w.grace_s) {
		unsigned int s = applet_uint(w.grace_s, UINT32_MAX);

		(void)snprintf(grace, sizeof(grace), "%u", (s < GRACE_MAX_S ? s : GRACE_MAX_S) * 1000);
	}
	ms = parse_time(operand[0]);
	(void)snprintf(delay, sizeof(delay), "%llu", (unsigned long long)ms);
	if (w.warn_only)
		return 0;
	if (!w.how)
		msg_die(EXIT_USAGE, 0, "one of -h, -p and -r is needed: a container has no single user mode");
	/* One that is still to come may be called off. */
	if (ms == 0)
		record(w.how);
	return ask(w.how, grace, delay, EXIT_SYSTEM);
}
