/* s6-ls: the names in a directory, sorted by their bytes. */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "envfile.h"
#include "msg.h"
#include "out.h"

struct ls {
	char all;           /* 'a' every name, 'A' but "." and "..", 0 none that begins with a dot */
	const char **except; /* ended by NULL */
};

static bool wanted(const struct ls *ls, const char *name)
{
	if (*name == '.' && !ls->all)
		return false;
	if (ls->all == 'A' && (strcmp(name, ".") == 0 || strcmp(name, "..") == 0))
		return false;
	for (const char **e = ls->except; *e; e++)
		if (strcmp(*e, name) == 0)
			return false;
	return true;
}

int ls_main(int argc, char **argv)
{
	struct ls ls = { .except = calloc((size_t)argc + 1, sizeof(char *)) };
	struct buf out = BUF_INIT;
	struct dirent **list;
	const char *end = "\n";
	char **word;
	int c, n, excepted = 0;

	if (!ls.except)
		msg_die(EXIT_SYSTEM, 0, "out of memory");
	while ((c = applet_option(argc, argv, "0aAx:")) != -1) {
		if (c == '0')
			end = "";
		else if (c == 'x')
			ls.except[excepted++] = optarg;
		else
			ls.all = (char)c;
	}
	(void)applet_operands(argc, argv, &word);
	n = scandir(word[0], &list, NULL, alphasort);
	if (n < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to read directory %s", word[0]);
	for (int i = 0; i < n; i++) {
		if (!wanted(&ls, list[i]->d_name))
			continue;
		buf_add_text(&out, list[i]->d_name);
		buf_add(&out, end, 1);
	}
	out_end(&out);
	envfile_list_free(list, n);
	free(ls.except);
	return 0;
}
