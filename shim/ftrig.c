/*
 * s6-ftrig-notify, s6-ftrig-wait, s6-ftrig-listen1 and s6-ftrig-listen: event directories from the command line.
 * The listeners subscribe and match themselves; s6's helper s6-ftrigrd is not needed.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "block.h"
#include "fdio.h"
#include "ftrig_match.h"
#include "listen.h"
#include "msg.h"

/* One directory and what is waited for in it. */
struct ear {
	struct fifodir_sub *sub;
	struct ftrig_match match;
};

struct ftrig_options {
	unsigned int ms;
	bool any;
};

static const struct option_name long_names[] = {
	{ "and", 'a' }, { "or", 'o' }, { "timeout", 't' }, { NULL, 0 },
};

/* Compat: no options; the first word is the directory. */
int ftrig_notify_main(int argc, char **argv)
{
	char **word;
	int fd, r;

	(void)applet_operands(argc, argv, &word);
	(void)signal(SIGPIPE, SIG_IGN);
	fd = fdio_open(AT_FDCWD, word[0], O_RDONLY | O_DIRECTORY, 0);
	r = fd < 0 ? fd : fifodir_notify(fd, NULL, word[1], strlen(word[1]), FIFODIR_ALL);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to notify %s", word[0]);
	return 0;
}

static void options(int argc, char **argv, const char *spec, struct ftrig_options *opt)
{
	int c;

	while ((c = applet_option_long(argc, argv, spec, long_names)) != -1) {
		if (c == 't')
			opt->ms = applet_uint_long(optarg, UINT_MAX, "timeout");
		else
			opt->any = c == 'o';
	}
}

/* n pairs of a directory and an expression. All expressions are compiled before the first FIFO is made. */
static struct ear *subscribe(char *const *word, unsigned int n)
{
	struct ear *ears = calloc(n, sizeof(*ears));
	int r;

	if (!ears)
		msg_die(EXIT_SYSTEM, errno, "unable to allocate memory");
	for (unsigned int i = 0; i < 2 * n; i++) {
		struct ear *ear = &ears[i % n];
		char *const *pair = word + 2 * (i % n);

		r = i < n ? ftrig_match_init(&ear->match, pair[1]) : listen_to(AT_FDCWD, pair[0], &ear->sub);
		if (r < 0)
			msg_die(EXIT_SYSTEM, r, "unable to subscribe to %s with regexp %s", pair[0], pair[1]);
	}
	return ears;
}

static void hear(struct ear *ear)
{
	char buf[PIPE_BUF];
	ssize_t n;
	int r;

	while (!ear->match.matched) {
		n = read(ear->sub->fd, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		r = ftrig_match_add(&ear->match, buf, (size_t)n);
		if (r < 0)
			msg_die(EXIT_SYSTEM, r, "unable to allocate memory");
	}
}

/* Until all, or any, have heard what they wait for. 0 or -errno. */
static int wait_for(struct ear *ears, unsigned int n, bool any, int64_t deadline)
{
	struct pollfd *fds = calloc(n, sizeof(*fds));
	unsigned int heard = 0;
	int r = fds ? 0 : -ENOMEM;

	for (unsigned int i = 0; r == 0 && i < n; i++)
		fds[i] = (struct pollfd){ .fd = ears[i].sub->fd, .events = POLLIN };
	while (r == 0 && heard < (any ? 1 : n)) {
		r = listen_wait(fds, n, deadline);
		for (unsigned int i = 0; r == 0 && i < n; i++) {
			if (!fds[i].revents)
				continue;
			hear(&ears[i]);
			if (!ears[i].match.matched)
				continue;
			heard++;
			fds[i].fd = -1;
			fds[i].revents = 0;
		}
	}
	free(fds);
	return r;
}

/* Prints all that was heard. */
static int report(const struct ear *ear)
{
	int r = fdio_write_all(1, ear->match.text, ear->match.len);

	if (r == 0)
		r = fdio_write_all(1, "\n", 1);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to write to stdout");
	return 0;
}

int ftrig_wait_main(int argc, char **argv)
{
	struct ftrig_options opt = { .ms = 0 };
	int64_t deadline;
	struct ear *ear;
	char **word;
	int r;

	options(argc, argv, "t:", &opt);
	(void)applet_operands(argc, argv, &word);
	deadline = listen_deadline(opt.ms);
	ear = subscribe(word, 1);
	r = wait_for(ear, 1, true, deadline);
	if (r < 0)
		msg_die(r == -ETIMEDOUT ? EXIT_TIMEOUT : EXIT_SYSTEM, r, "unable to match regexp on %s", word[1]);
	return report(ear);
}

/* The listeners that start a program: their timeout has an exit code of its own. Returns the first one's ear. */
static const struct ear *listen_and_run(
	char *const *word, unsigned int n, char *const *prog, const struct ftrig_options *opt)
{
	int64_t deadline = listen_deadline(opt->ms);
	struct ear *ears = subscribe(word, n);
	int r;

	listen_spawn(prog);
	r = wait_for(ears, n, opt->any, deadline);
	if (r < 0)
		msg_die(r == -ETIMEDOUT ? 1 : EXIT_SYSTEM, r, "unable to get expected event");
	return ears;
}

int ftrig_listen1_main(int argc, char **argv)
{
	struct ftrig_options opt = { .ms = 0 };
	char **word;

	options(argc, argv, "t:", &opt);
	(void)applet_operands(argc, argv, &word);
	return report(listen_and_run(word, 1, word + 2, &opt));
}

int ftrig_listen_main(int argc, char **argv)
{
	struct ftrig_options opt = { .ms = 0 };
	unsigned int n;
	char **word;

	options(argc, argv, "aot:", &opt);
	(void)applet_operands(argc, argv, &word);
	n = block_take(word, "fifodir+regex");
	if (n == 0 || n % 2 || !word[n + 1])
		applet_usage();
	/* All that matters is that they have come. */
	return listen_and_run(word, n / 2, word + n + 1, &opt) ? 0 : EXIT_INTERNAL;
}
