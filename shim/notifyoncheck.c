/*
 * s6-notifyoncheck: in a run script, becomes the next program and leaves a helper beside it that runs ./data/check until it
 * succeeds, and then tells the supervisor that the service is ready.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "applet.h"
#include "beside.h"
#include "chain.h"
#include "el.h"
#include "fdio.h"
#include "listen.h"
#include "msg.h"
#include "slot.h"

enum { HELPER_READY, HELPER_TRIES, HELPER_DIED, HELPER_TIMEOUT };

struct check_options {
	bool orphan, has_fd;
	unsigned int fd;
	unsigned int first_ms, all_ms, one_ms, pause_ms, tries;
	char *line;   /* of -c */
	char **words; /* of that line, for where there is no execlineb */
};

/* What the helper waits for at any time, and until when. */
struct helper {
	struct fifodir_sub *sub;
	int64_t deadline;
	pid_t pid; /* of the check that runs */
};

static const struct option_name long_names[] = {
	{ "doublefork", 'd' }, { "notification-fd", '3' }, { "initial-sleep", 's' }, { "global-timeout", 'T' },
	{ "local-timeout", 't' }, { "waiting-time", 'w' }, { "tries", 'n' }, { "check", 'c' }, { NULL, 0 },
};

static void on_child(int sig)
{
	(void)sig;
}

static void parse(int argc, char **argv, struct check_options *opt)
{
	static const struct {
		char letter;
		const char *name;
		size_t at;
	} numbers[] = {
		{ '3', "notification fd", offsetof(struct check_options, fd) },
		{ 's', "initial sleep", offsetof(struct check_options, first_ms) },
		{ 'T', "global timeout", offsetof(struct check_options, all_ms) },
		{ 't', "local timeout", offsetof(struct check_options, one_ms) },
		{ 'w', "waiting time", offsetof(struct check_options, pause_ms) },
		{ 'n', "number of tries", offsetof(struct check_options, tries) },
	};
	int c;

	while ((c = applet_option_long(argc, argv, "d3:s:T:t:w:n:c:", long_names)) != -1) {
		if (c == 'd')
			opt->orphan = true;
		if (c == 'c')
			opt->line = optarg;
		if (c == '3')
			opt->has_fd = true;
		for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
			if (numbers[i].letter == c)
				*(unsigned int *)((char *)opt + numbers[i].at) =
					applet_uint_long(optarg, INT_MAX, numbers[i].name);
	}
}

/* The service's death: nobody is left to become ready. */
static bool heard_death(const struct helper *h)
{
	char event;

	while (read(h->sub->fd, &event, 1) == 1)
		if (event == 'd' || event == 'D')
			return true;
	return false;
}

static void give_up(const struct helper *h, int code)
{
	if (h->pid > 0)
		(void)kill(h->pid, SIGKILL);
	exit(code);
}

/* Waits until something happens or the time is over, the given one or that of everything. False if the given one is. */
static bool wait_until(const struct helper *h, int64_t deadline)
{
	struct pollfd fd = { .fd = h->sub->fd, .events = POLLIN };
	bool all = h->deadline && (!deadline || h->deadline < deadline);
	int r = listen_wait(&fd, 1, all ? h->deadline : deadline);

	if (fd.revents && heard_death(h))
		give_up(h, HELPER_DIED);
	if (r == -ETIMEDOUT && all)
		give_up(h, HELPER_TIMEOUT);
	if (r < 0 && r != -ETIMEDOUT)
		msg_die(EXIT_SYSTEM, r, "unable to poll");
	return r == 0;
}

static void pause_for(const struct helper *h, unsigned int ms)
{
	int64_t deadline = listen_deadline(ms);

	while (ms && wait_until(h, deadline))
		;
}

/* NULL where there are none, or none that can be read. */
static char **words_of(const char *line)
{
	size_t len = strlen(line), cap = 4 * len + 16;
	struct el_words w = { .buf = malloc(cap), .cap = cap };
	char **argv = NULL;

	if (w.buf && el_parse(line, len, &w) == EL_FINE && w.n)
		argv = calloc(w.n + 1, sizeof(*argv));
	if (argv)
		el_vector(&w, argv);
	else
		free(w.buf);
	return argv;
}

/* A plain command line needs no execlineb. False, with a warning, if nothing was started. */
static bool start_words(struct helper *h, char **words)
{
	int r = listen_start(words, &h->pid);

	if (r == -ENOENT && el_is_command(words[0]))
		msg_warn(0, "unable to spawn %s: it is a command of the execline package, which is not installed", words[0]);
	else if (r < 0)
		msg_warn(r, "unable to spawn %s", words[0]);
	return r == 0;
}

/* False, with a warning, if no check could be started. */
static bool start(struct helper *h, const struct check_options *opt)
{
	char exec[] = "execlineb", flags[] = "-Pc", script[] = "./data/check";
	char *inline_argv[] = { exec, flags, opt->line, NULL }, *script_argv[] = { script, NULL };
	char **argv = opt->line ? inline_argv : script_argv;
	int r = listen_start(argv, &h->pid);

	if (r == -ENOENT && opt->words)
		return start_words(h, opt->words);
	if (r < 0)
		msg_warn(r, "unable to spawn %s", argv[0]);
	return r == 0;
}

/* One check. True if it ended with 0 in time. */
static bool succeeds(struct helper *h, const struct check_options *opt)
{
	int64_t deadline = listen_deadline(opt->one_ms);
	int status = 0;

	if (!start(h, opt)) {
		h->pid = 0;
		return false;
	}
	while (waitpid(h->pid, &status, WNOHANG) == 0) {
		if (wait_until(h, deadline))
			continue;
		(void)kill(h->pid, SIGKILL);
		(void)waitpid(h->pid, &status, 0);
		break;
	}
	h->pid = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

__attribute__((noreturn)) static void help(const struct check_options *opt)
{
	struct sigaction sa = { .sa_handler = on_child };
	struct helper h = { .deadline = listen_deadline(opt->all_ms) };
	int r = listen_to(AT_FDCWD, "event", &h.sub);
	sigset_t child;

	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to subscribe to events for .");
	(void)sigaction(SIGCHLD, &sa, NULL);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &child, NULL);
	beside_ready();
	pause_for(&h, opt->first_ms);
	for (unsigned int left = opt->tries; !succeeds(&h, opt); left--) {
		if (left == 1)
			exit(HELPER_TRIES);
		left += left == 0; /* without end */
		pause_for(&h, opt->pause_ms);
	}
	if (fdio_write_all((int)opt->fd, "\n", 1) < 0)
		exit(EXIT_SYSTEM);
	exit(HELPER_READY);
}

int notifyoncheck_main(int argc, char **argv)
{
	struct check_options opt = { .first_ms = 10, .pause_ms = 1000, .tries = 7 };
	char **prog;
	int r;

	parse(argc, argv, &opt);
	(void)applet_operands(argc, argv, &prog);
	if (opt.line)
		opt.words = words_of(opt.line);
	r = slot_is_supervised(".");
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to check .");
	if (r == 0)
		msg_die(EXIT_USAGE, 0, "s6-supervise not running.");
	opt.fd = (unsigned int)beside_notification_fd(opt.has_fd ? (int)opt.fd : -1);
	if (beside_fork(opt.orphan)) {
		msg_prog = "s6-notifyoncheck (child)";
		help(&opt);
	}
	chain_exec(prog);
}
