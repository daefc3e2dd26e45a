/*
 * s6-instance-maker: writes a service directory (or s6-rc source definitions) for a service that is a tree of its own, whose
 * services are copies of a template.
 */
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "fdio.h"
#include "hiercopy.h"
#include "maker.h"
#include "msg.h"

#define MAX_DEFAULT 500
#define MAX_MOST 90000

struct instance_options {
	struct maker maker;
	unsigned int max;
	const char *user, *template;
};

static void parse(int argc, char **argv, struct instance_options *opt)
{
	struct maker *m = &opt->maker;
	int c;

	while ((c = applet_option(argc, argv, "c:u:L:" MAKER_OPTIONS)) != -1) {
		if (c == 'c')
			opt->max = applet_uint(optarg, UINT_MAX);
		else if (c == 'u')
			opt->user = optarg;
		else if (c == 'L')
			m->logdir = optarg;
		else
			maker_option(m, c, optarg, false);
	}
	if (opt->max < 1)
		opt->max = 1;
	if (opt->max > MAX_MOST)
		opt->max = MAX_MOST;
}

static void check(const struct instance_options *opt)
{
	const struct maker *m = &opt->maker;

	if (opt->user)
		maker_check_user(opt->user);
	if (opt->user && strpbrk(opt->user, " \t\r\n"))
		msg_die(EXIT_USAGE, 0, "invalid user");
	if (m->loguser)
		maker_check_user(m->loguser);
	if (m->logdir && m->logdir[0] != '/')
		msg_die(EXIT_USAGE, 0, "logdir must be absolute");
	if (m->logger && !m->logdir)
		msg_die(EXIT_USAGE, 0, "logger specifiec (-r) but logdir not specified (-L)");
	if (m->service && m->logdir && !m->logger)
		msg_die(EXIT_USAGE, 0, "logdir specified (-L) but logger name not specified (-r)");
}

/* The service itself, in path. */
static void write_service(const struct instance_options *opt, const char *path, mode_t mode)
{
	FILE *f = maker_script();

	(void)fputs("\nfdmove -c 2 1\n", f);
	if (opt->user) {
		maker_program(f, "s6-setuidgid ");
		maker_quote(f, opt->user);
		(void)fputc('\n', f);
	}
	maker_program(f, "s6-svscan ");
	/* Compat: -C, which counts loggers apart, is what 2.15 knows and 2.11 does not; hexad knows both. */
	(void)fprintf(f, "-d3 -c%u -- instance\n", opt->max);
	maker_script_end(f, path, mode);
	maker_file(path, "notification-fd", "3\n", 0666);
}

static void copy_template(const struct instance_options *opt, const char *path)
{
	char what[2 * PATH_MAX], to[PATH_MAX];
	int r;

	(void)snprintf(to, sizeof(to), "%s%stemplate", path, *path ? "/" : "");
	r = hiercopy_whole(AT_FDCWD, opt->template, maker_fd(), to);
	if (r == 0)
		return;
	(void)snprintf(what, sizeof(what), "copy file hierarchy from %s to", opt->template);
	maker_fail(r, what, to);
}

int instance_maker_main(int argc, char **argv)
{
	struct instance_options opt = { .maker = MAKER_INIT, .max = MAX_DEFAULT };
	const struct maker *m = &opt.maker;
	char **word;
	int fd;

	parse(argc, argv, &opt);
	(void)applet_operands(argc, argv, &word);
	check(&opt);
	opt.template = word[0];
	fd = fdio_open(AT_FDCWD, opt.template, O_RDONLY | O_DIRECTORY, 0);
	/* Looked at before anything is made. */
	if (fd < 0)
		msg_die(EXIT_SYSTEM, fd, "unable to copy file hierarchy from %s to %s/template", opt.template, word[1]);
	fdio_close(&fd);
	maker_begin(word[1]);
	if (m->service)
		maker_mkdir(m->service);
	write_service(&opt, m->service ? m->service : "", m->service ? 0666 : 0777);
	copy_template(&opt, m->service ? m->service : "");
	if (m->logdir) {
		maker_mkdir(m->service ? m->logger : "log");
		maker_logger(m, m->service ? m->logger : "log", m->service ? 0666 : 0777);
	}
	if (m->service) {
		maker_definitions(m);
		return 0;
	}
	maker_mkdir("instance");
	maker_mkdir("instances");
	return 0;
}
