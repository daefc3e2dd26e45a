/*
 * s6-softlimit: executes a program with other resource limits. Options act in their order: -h and -H say whether
 * those that follow set the hard limit, or both, instead of the soft one.
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "applet.h"
#include "chain.h"
#include "msg.h"
#include "number.h"

/* One limit to set; all of them are read from the command line before the first is set. */
struct change {
	int resource;
	char kind; /* 's' soft, 'h' hard, 'H' both */
	bool most; /* "=": as much as there is */
	rlim_t value;
};

#define CHANGES 64 /* later ones are a usage error */

static const struct {
	char letter;
	int resource;
} limits[] = {
	{ 'a', RLIMIT_AS }, { 'c', RLIMIT_CORE }, { 'd', RLIMIT_DATA }, { 'f', RLIMIT_FSIZE },
	{ 'l', RLIMIT_MEMLOCK }, { 'm', RLIMIT_DATA }, { 'm', RLIMIT_STACK }, { 'm', RLIMIT_MEMLOCK },
	{ 'm', RLIMIT_AS }, { 'o', RLIMIT_NOFILE }, { 'p', RLIMIT_NPROC }, { 'P', RLIMIT_RTPRIO },
	{ 'r', RLIMIT_RSS }, { 's', RLIMIT_STACK }, { 't', RLIMIT_CPU },
};

static void apply(const struct change *ch)
{
	struct rlimit r;

	if (getrlimit(ch->resource, &r) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to getrlimit");
	if (ch->kind == 's') {
		/* Compat: more than the hard limit is the hard limit. */
		r.rlim_cur = ch->most || ch->value > r.rlim_max ? r.rlim_max : ch->value;
	} else {
		r.rlim_max = ch->most ? RLIM_INFINITY : ch->value;
		if (ch->kind == 'H')
			r.rlim_cur = r.rlim_max;
	}
	if (setrlimit(ch->resource, &r) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to setrlimit");
}

static unsigned int add(struct change *changes, unsigned int n, char letter, char kind)
{
	struct change ch = { .kind = kind, .most = strcmp(optarg, "=") == 0 };
	uint64_t value = 0;

	if (!ch.most && !number_parse(optarg, strlen(optarg), 10, UINT64_MAX, &value))
		applet_usage();
	ch.value = (rlim_t)value;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (limits[i].letter != letter)
			continue;
		if (n == CHANGES)
			applet_usage();
		ch.resource = limits[i].resource;
		changes[n++] = ch;
	}
	return n;
}

int softlimit_main(int argc, char **argv)
{
	struct change changes[CHANGES];
	unsigned int n = 0;
	char kind = 's', **word;
	int c;

	while ((c = applet_option(argc, argv, "hHa:c:d:f:l:m:o:p:P:r:s:t:")) != -1) {
		if (c == 'h' || c == 'H')
			kind = (char)c;
		else
			n = add(changes, n, (char)c, kind);
	}
	(void)applet_operands(argc, argv, &word);
	for (unsigned int i = 0; i < n; i++)
		apply(&changes[i]);
	chain_exec(word);
}
