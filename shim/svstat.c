/* s6-svstat: how a service is, as a line for people or as fields for programs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "fdio.h"
#include "msg.h"
#include "slot.h"
#include "svstat.h"
#include "tai.h"

static void add_field(struct svstat_options *opt, int field)
{
	if (opt->n == SVSTAT_FIELDS)
		msg_die(EXIT_USAGE, 0, "too many option fields");
	opt->field[opt->n++] = field;
}

/* Takes "up,pid"; a comma at the end is accepted, an empty name is not. */
static void add_names(struct svstat_options *opt, const char *list)
{
	while (*list) {
		size_t len = strcspn(list, ",");
		int field = svstat_field_of_name(list, len);

		if (len == 0)
			msg_die(EXIT_USAGE, 0, "invalid null option field");
		if (field < 0)
			msg_die(EXIT_USAGE, 0, "invalid option field: %.*s", (int)len, list);
		add_field(opt, field);
		list += len + (list[len] == ',');
	}
}

void svstat_parse(int argc, char **argv, struct svstat_options *opt)
{
	int c;

	while ((c = applet_option(argc, argv, SVSTAT_LETTERS "no:")) != -1) {
		if (c == 'n')
			opt->numeric = true;
		else if (c == 'o')
			add_names(opt, optarg);
		else
			add_field(opt, svstat_field_of_letter((char)c));
	}
}

static void read_all(const char *dir, struct svstat *s)
{
	int dirfd, r = slot_is_supervised(dir);

	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to check %s", dir);
	if (r == 0)
		msg_die(1, 0, "unable to read status for %s: s6-supervise not running", dir);
	dirfd = slot_open(dir);
	r = dirfd < 0 ? dirfd : svstatus_read(dirfd, &s->st);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to read status for %s", dir);
	if (faccessat(dirfd, "down", F_OK, 0) == 0)
		s->normally_up = false;
	else if (errno == ENOENT)
		s->normally_up = true;
	else
		msg_die(EXIT_SYSTEM, errno, "unable to access %s/down", dir);
	fdio_close(&dirfd);
	s->now = tai_now();
	/* Compat: a clock that was set back must not make ages negative. */
	if (s->st.stamp.tv_sec > s->now.tv_sec ||
		(s->st.stamp.tv_sec == s->now.tv_sec && s->st.stamp.tv_nsec > s->now.tv_nsec))
		s->st.stamp = s->now;
}

int svstat_run(const char *dir, const struct svstat_options *opt)
{
	char line[SVSTAT_LINE + 1];
	struct svstat s;
	size_t len;
	int r;

	read_all(dir, &s);
	if (opt->n)
		svstat_fields(line, &s, opt->field, opt->n);
	else
		svstat_human(line, &s, opt->numeric);
	len = strlen(line);
	line[len++] = '\n';
	r = fdio_write_all(1, line, len);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to write to stdout");
	return 0;
}

int svstat_main(int argc, char **argv)
{
	struct svstat_options opt = { .n = 0 };
	char **dir;

	svstat_parse(argc, argv, &opt);
	(void)applet_operands(argc, argv, &dir);
	return svstat_run(dir[0], &opt);
}
