/*
 * s6-usertree-maker: writes a service directory (or s6-rc source definitions) for a service that is a user's own tree, with a
 * logger for all that comes out of it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "maker.h"
#include "msg.h"

struct usertree_options {
	struct maker maker;
	const char *user, *scandir, *path, *envdir;
	char **var; /* -e */
	unsigned int nvar;
};

static void parse(int argc, char **argv, struct usertree_options *opt)
{
	int c;

	while ((c = applet_option(argc, argv, "d:p:E:e:" MAKER_OPTIONS)) != -1) {
		if (c == 'd')
			opt->scandir = optarg;
		else if (c == 'p')
			opt->path = optarg;
		else if (c == 'E')
			opt->envdir = optarg;
		else if (c == 'e')
			opt->var[opt->nvar++] = optarg;
		else
			maker_option(&opt->maker, c, optarg, true);
	}
}

static void check(const struct usertree_options *opt)
{
	maker_check_user(opt->user);
	if (opt->maker.loguser)
		maker_check_user(opt->maker.loguser);
	if (opt->scandir[0] != '/' && strncmp(opt->scandir, "${HOME}/", strlen("${HOME}/")) != 0)
		msg_die(EXIT_USAGE, 0, "userscandir must be absolute or start with ${HOME}/");
	if (opt->maker.logdir[0] != '/')
		msg_die(EXIT_USAGE, 0, "logdir must be absolute");
	for (unsigned int i = 0; i < opt->nvar; i++)
		if (!*opt->var[i] || strchr(opt->var[i], '='))
			msg_die(EXIT_USAGE, 0, "invalid variable name: %s", opt->var[i]);
}

/* "BEFORE "WORD" AFTER" */
static void line(FILE *f, const char *before, const char *word, const char *after)
{
	(void)fputs(before, f);
	maker_quote(f, word);
	(void)fputs(after, f);
}

/* The variables of the environment directory that others are put into. */
static void import_vars(FILE *f, const struct usertree_options *opt)
{
	if (!opt->nvar)
		return;
	(void)fputs("multisubstitute\n{\n", f);
	for (unsigned int i = 0; i < opt->nvar; i++) {
		line(f, "  importas -D \"\" -- ", opt->var[i], " ");
		line(f, "", opt->var[i], "\n");
	}
	(void)fputs("}\n", f);
}

static void write_run(const struct usertree_options *opt, const char *path, mode_t mode)
{
	FILE *f = maker_script();

	line(f, "fdmove -c 2 1\nemptyenv -p\nexport USER ", opt->user, "\n");
	maker_program(f, "s6-envuidgid -i -- ");
	line(f, "", opt->user, "\n");
	maker_program(f, "s6-applyuidgid -U --\n");
	line(f, "backtick -in HOME { homeof ", opt->user, " }\n");
	if (opt->envdir) {
		maker_program(f, "s6-envdir -i -- ");
		line(f, "", opt->envdir, "\n");
		import_vars(f, opt);
	}
	(void)fputs("multisubstitute\n{\n  importas -i USER USER\n  importas -i HOME HOME\n  importas -i UID UID\n"
		"  importas -i GID GID\n  importas -i GIDLIST GIDLIST\n}\n", f);
	for (unsigned int i = 0; opt->envdir && i < opt->nvar; i++) {
		line(f, "export ", opt->var[i], " ");
		line(f, "${", opt->var[i], "}\n");
	}
	line(f, "export PATH ", opt->path, "\n");
	maker_program(f, "s6-svscan -d3 -- ");
	line(f, "", opt->scandir, "\n");
	maker_script_end(f, path, mode);
	maker_file(path, "notification-fd", "3\n", 0666);
}

int usertree_maker_main(int argc, char **argv)
{
	struct usertree_options opt = { .maker = MAKER_INIT, .scandir = "${HOME}/service", .path = "/usr/bin:/bin" };
	const struct maker *m = &opt.maker;
	char **word;

	opt.var = calloc((size_t)argc, sizeof(*opt.var));
	if (!opt.var)
		msg_die(EXIT_SYSTEM, errno, "unable to allocate memory");
	parse(argc, argv, &opt);
	(void)applet_operands(argc, argv, &word);
	opt.user = word[0];
	opt.maker.logdir = word[1];
	check(&opt);
	maker_begin(word[2]);
	if (m->service)
		maker_mkdir(m->service);
	write_run(&opt, m->service ? m->service : "", m->service ? 0666 : 0777);
	maker_mkdir(m->service ? m->logger : "log");
	maker_logger(m, m->service ? m->logger : "log", m->service ? 0666 : 0777);
	if (m->service)
		maker_definitions(m);
	return 0;
}
