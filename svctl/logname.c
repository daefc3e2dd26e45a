#include "logname.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fdio.h"
#include "s6tree.h"

#define SCRIPT_MAX 16384
#define LEAF "/current"

int logname_of_script(const char *text, size_t len, char *buf, size_t cap)
{
	const char *end = text + len, *found = NULL, *stop = text;

	for (const char *line = text; line < end;) {
		const char *nl = memchr(line, '\n', (size_t)(end - line));
		size_t n = (size_t)((nl != NULL ? nl : end) - line);

		if (line[0] != '#' && memmem(line, n, "s6-log", 6) != NULL) {
			found = line;
			stop = line + n;
		}
		line += n + 1;
	}
	if (found == NULL)
		return -ENOENT;
	while (stop > found && strchr(" \t\r\"'", stop[-1]) != NULL)
		stop--;
	for (end = stop; end > found && strchr(" \t\"'", end[-1]) == NULL; end--)
		continue;
	if (end == stop || end[0] != '/' || memchr(end, '$', (size_t)(stop - end)) != NULL
			|| (size_t)(stop - end) >= cap)
		return -ENOENT;
	memcpy(buf, end, (size_t)(stop - end));
	buf[stop - end] = '\0';
	return 0;
}

static int of_script(const struct client *c, const char *logger, char *buf, size_t cap)
{
	static char text[SCRIPT_MAX];
	int fd = s6tree_open(c, logger);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = fdio_read_file(fd, "run", text, sizeof text);
	fdio_close(&fd);
	return n < 0 ? (int)n : logname_of_script(text, (size_t)n, buf, cap);
}

/* The directory of the file "current" that a process has open. */
static int of_process(int pid, char *buf, size_t cap)
{
	char path[64], target[4096];
	const struct dirent *e;
	int r = -ENOENT;
	DIR *dir;

	snprintf(path, sizeof path, "/proc/%d/fd", pid);
	dir = pid > 0 ? opendir(path) : NULL;
	while (dir != NULL && r < 0 && (e = readdir(dir)) != NULL) {
		ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof target - 1);
		size_t leaf = sizeof LEAF - 1;

		if (n <= (ssize_t)leaf || strncmp(target + n - leaf, LEAF, leaf) != 0 || (size_t)n - leaf >= cap)
			continue;
		memcpy(buf, target, (size_t)n - leaf);
		buf[(size_t)n - leaf] = '\0';
		r = 0;
	}
	if (dir != NULL)
		closedir(dir);
	return r;
}

/* What hexad knows: 0, 2, or -ENOENT. */
static int of_hexad(struct client *c, const char *name, char *buf, size_t cap)
{
	const char *words[] = { "why", name, NULL };
	struct client_reply reply;
	int r = client_call(c, words, &reply) == 2 ? 2 : -ENOENT;

	for (size_t i = 0; i < reply.nrows; i++) {
		const struct proto_frame *f = &reply.row[i].frame;

		if (f->n > 2 && strcmp(f->field[1], "log_dir") == 0 && strlen(f->field[2]) < cap) {
			snprintf(buf, cap, "%s", f->field[2]);
			r = 0;
		}
	}
	client_reply_finish(&reply);
	return r;
}

/* The full name of its logger, under which it is known: the profile's name may have been given. */
static int load_logger(struct client *c, const char *base, char *logger, size_t cap, struct services *list)
{
	char *names[] = { (char *)(size_t)base };
	int fd, r = services_load(c, names, 1, list);

	if (r == 0 && list->n == 1) {
		snprintf(logger, cap, "%s/log", list->v[0].name);
		services_finish(list);
		names[0] = logger;
		fd = s6tree_open(c, logger);
		if (fd >= 0)
			(void)services_load(c, names, 1, list);
		fdio_close(&fd);
	}
	return r;
}

int logname_find(struct client *c, const char *name, char *buf, size_t cap, const char **why)
{
	char base[SV_NAME_FULL + 1], logger[SV_NAME_FULL + 5] = "";
	struct services list = { NULL, 0 };
	size_t len = strlen(name);
	int r;

	*why = "it has no logger of its own";
	if (len >= sizeof base)
		return services_unknown(c, name);
	memcpy(base, name, len + 1);
	if (len > 4 && strcmp(base + len - 4, "/log") == 0)
		base[len - 4] = '\0';
	r = load_logger(c, base, logger, sizeof logger, &list);
	if (r == 0 && c->sock >= 0)
		r = of_hexad(c, base, buf, cap);
	else if (r == 0)
		r = -ENOENT;
	if (r == -ENOENT && list.n == 1) {
		*why = "its logger does not show where it writes; name the directory with --dir";
		r = of_process((int)list.v[0].status.pid, buf, cap);
		if (r < 0)
			r = of_script(c, logger, buf, cap);
	}
	services_finish(&list);
	return r < 0 ? 1 : r;
}
