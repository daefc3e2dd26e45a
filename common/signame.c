/* Signal names. The numbers are the platform's; nothing here depends on a locale. */
#include "signame.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <strings.h>

struct name {
	const char *name;
	int sig;
};

/* Alphabetical, but that of two names for one signal the one to print comes first. */
static const struct name names[] = {
	{ "ABRT", SIGABRT },
	{ "ALRM", SIGALRM },
	{ "BUS", SIGBUS },
	{ "CHLD", SIGCHLD },
	{ "CLD", SIGCHLD },
	{ "CONT", SIGCONT },
	{ "FPE", SIGFPE },
	{ "HUP", SIGHUP },
	{ "ILL", SIGILL },
	{ "INT", SIGINT },
	{ "IO", SIGIO },
	{ "IOT", SIGABRT },
	{ "KILL", SIGKILL },
	{ "PIPE", SIGPIPE },
	{ "POLL", SIGIO },
	{ "PROF", SIGPROF },
	{ "PWR", SIGPWR },
	{ "QUIT", SIGQUIT },
	{ "SEGV", SIGSEGV },
	{ "STKFLT", SIGSTKFLT },
	{ "STOP", SIGSTOP },
	{ "SYS", SIGSYS },
	{ "TERM", SIGTERM },
	{ "TRAP", SIGTRAP },
	{ "TSTP", SIGTSTP },
	{ "TTIN", SIGTTIN },
	{ "TTOU", SIGTTOU },
	{ "URG", SIGURG },
	{ "USR1", SIGUSR1 },
	{ "USR2", SIGUSR2 },
	{ "VTALRM", SIGVTALRM },
	{ "WINCH", SIGWINCH },
	{ "XCPU", SIGXCPU },
	{ "XFSZ", SIGXFSZ },
};

#define NNAMES (sizeof(names) / sizeof(names[0]))

const char *signame_of(int sig)
{
	size_t i;

	for (i = 0; i < NNAMES; i++)
		if (names[i].sig == sig)
			return names[i].name;
	return NULL;
}

/* Digits only, up to INT_MAX. */
static int parse_number(const char *text, size_t len)
{
	int v = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		int digit = text[i] - '0';

		if (digit < 0 || digit > 9 || v > (INT_MAX - digit) / 10)
			return -EINVAL;
		v = v * 10 + digit;
	}
	return len > 0 ? v : -EINVAL;
}

int signame_parse(const char *text, size_t len)
{
	size_t i;

	if (len > 3 && strncasecmp(text, "SIG", 3) == 0) {
		text += 3;
		len -= 3;
	}
	for (i = 0; i < NNAMES; i++)
		if (strlen(names[i].name) == len && strncasecmp(text, names[i].name, len) == 0)
			return names[i].sig;
	return parse_number(text, len);
}
