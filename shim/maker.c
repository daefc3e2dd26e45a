/* Writing service directories. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applet.h"
#include "fdio.h"
#include "maker.h"
#include "msg.h"
#include "owndir.h"

static int topfd = -1;
static const char *top;
static char *script_text;
static size_t script_len;

static uint64_t number(const char *text)
{
	unsigned long long n;

	if (!*text || text[strspn(text, "0123456789")])
		applet_usage();
	errno = 0;
	n = strtoull(text, NULL, 10);
	if (errno)
		applet_usage();
	return n;
}

/* Cuts "service/logger/pipeline" into its names. */
static void take_names(struct maker *m, char *text, bool needs_logger)
{
	char *slash = strchr(text, '/');

	m->service = text;
	if (*text == '/' || !*text)
		msg_die(EXIT_USAGE, 0, "service name cannot be empty");
	if (slash ? !slash[1] : needs_logger)
		msg_die(EXIT_USAGE, 0, "argument to -r must be: %sservice/logger or service/logger/pipeline",
			needs_logger ? "" : "service or ");
	if (!slash)
		return;
	*slash = '\0';
	m->logger = slash + 1;
	slash = strchr(m->logger, '/');
	if (*m->logger == '/')
		msg_die(EXIT_USAGE, 0, "logger name cannot be empty");
	if (!slash)
		return;
	*slash = '\0';
	m->pipeline = slash + 1;
	if (!*m->pipeline)
		msg_die(EXIT_USAGE, 0, "pipeline name cannot be empty");
	if (strchr(m->pipeline, '/'))
		msg_die(EXIT_USAGE, 0, "slashes are forbidden in s6-rc names");
}

void maker_option(struct maker *m, int letter, char *value, bool needs_logger)
{
	switch (letter) {
	case 'r':
		m->service = m->logger = m->pipeline = NULL;
		take_names(m, value, needs_logger);
		break;
	case 'l':
		m->loguser = value;
		break;
	case 't':
		m->stamp = applet_uint(value, UINT_MAX);
		if (m->stamp > 3)
			msg_die(EXIT_USAGE, 0, "stamptype must be 0, 1, 2 or 3");
		break;
	case 'n':
		m->nfiles = applet_uint(value, UINT_MAX);
		break;
	case 's':
		m->filesize = number(value);
		break;
	case 'S':
		m->maxsize = number(value);
		break;
	case 'P':
		m->prefix = value;
		break;
	default:
		applet_usage();
	}
}

void maker_check_user(const char *user)
{
	if (!*user)
		msg_die(EXIT_USAGE, 0, "invalid user");
}

void maker_begin(const char *dir)
{
	top = dir;
	if (mkdir(dir, 0755) < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to mkdir %s", dir);
	topfd = fdio_open(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (topfd < 0)
		msg_die(EXIT_SYSTEM, topfd, "unable to open %s", dir);
	/* Modes are what they are called, whatever the umask. */
	if (fchmod(topfd, 0755) < 0)
		maker_fail(errno, "chmod", "");
}

int maker_fd(void)
{
	return topfd;
}

void maker_fail(int err, const char *what, const char *name)
{
	msg_error(err, "unable to %s %s%s%s", what, top, *name ? "/" : "", name);
	(void)fdio_remove_tree(AT_FDCWD, top);
	exit(EXIT_SYSTEM);
}

void maker_mkdir(const char *path)
{
	if (mkdirat(topfd, path, 0755) < 0)
		maker_fail(errno, "mkdir", path);
	if (fchmodat(topfd, path, 0755, 0) < 0)
		maker_fail(errno, "chmod", path);
}

static void put(const char *path, const char *name, const char *text, size_t len, mode_t mode)
{
	char full[PATH_MAX];
	int r, fd;

	(void)snprintf(full, sizeof(full), "%s%s%s", path, *path ? "/" : "", name);
	fd = fdio_open(topfd, full, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
	if (fd < 0)
		maker_fail(fd, "open", full);
	r = fdio_write_all(fd, text, len);
	if (r < 0 || close(fd) < 0)
		maker_fail(r < 0 ? r : errno, "write", full);
}

void maker_file(const char *path, const char *name, const char *text, mode_t mode)
{
	put(path, name, text, strlen(text), mode);
}

FILE *maker_script(void)
{
	static const char *const places[] = { "/usr/bin/", "/bin/" };
	const char *dir = owndir();
	char file[PATH_MAX + 16];
	FILE *f = open_memstream(&script_text, &script_len);

	if (!f)
		maker_fail(errno, "write", "run");
	(void)snprintf(file, sizeof(file), "%sexeclineb", dir);
	if (!*dir || access(file, X_OK) < 0)
		dir = access("/usr/bin/execlineb", X_OK) < 0 && access("/bin/execlineb", X_OK) == 0 ? places[1] : places[0];
	(void)fprintf(f, "#!%sexeclineb -P\n", dir);
	return f;
}

void maker_quote(FILE *f, const char *word)
{
	static const char plain[] = "\a\b\t\n\v\f\r\"\\", letter[] = "abtnvfr\"\\";

	(void)fputc('"', f);
	for (; *word; word++) {
		const char *place = strchr(plain, *word);

		if (place)
			(void)fprintf(f, "\\%c", letter[place - plain]);
		else if (*word >= ' ' && *word < 0x7f)
			(void)fputc(*word, f);
		else
			(void)fprintf(f, "\\0x%02x", (unsigned char)*word);
	}
	(void)fputc('"', f);
}

void maker_program(FILE *f, const char *name)
{
	(void)fprintf(f, "%s%s", owndir(), name);
}

void maker_script_end(FILE *f, const char *path, mode_t mode)
{
	if (fclose(f) != 0)
		maker_fail(errno, "write", path);
	put(path, "run", script_text, script_len, mode);
	free(script_text);
}

/* A prefix is a part of a word: quoted only where it must be. */
static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text >= 0x7f || strchr("\"\\#{}$", *text))
			return false;
	return true;
}

void maker_logger(const struct maker *m, const char *path, mode_t mode)
{
	FILE *f = maker_script();

	if (m->loguser) {
		maker_program(f, "s6-setuidgid ");
		maker_quote(f, m->loguser);
		(void)fputc('\n', f);
	}
	maker_program(f, "s6-log -bd3 -- ");
	(void)fprintf(f, "%s%sn%u s%" PRIu64 " ", m->stamp & 1 ? "t " : "", m->stamp & 2 ? "T " : "", m->nfiles,
		m->filesize);
	if (m->maxsize)
		(void)fprintf(f, "S%" PRIu64 " ", m->maxsize);
	if (m->prefix && is_plain(m->prefix))
		(void)fprintf(f, "p%s ", m->prefix);
	else if (m->prefix) {
		(void)fputc('p', f);
		maker_quote(f, m->prefix);
		(void)fputc(' ', f);
	}
	maker_quote(f, m->logdir);
	(void)fputc('\n', f);
	maker_script_end(f, path, mode);
	maker_file(path, "notification-fd", "3\n", 0666);
}

static void put_name(const char *path, const char *file, const char *name)
{
	char line[PATH_MAX];

	(void)snprintf(line, sizeof(line), "%s\n", name);
	maker_file(path, file, line, 0666);
}

void maker_definitions(const struct maker *m)
{
	maker_file(m->service, "type", "longrun\n", 0666);
	if (!m->logger)
		return;
	put_name(m->service, "producer-for", m->logger);
	put_name(m->logger, "consumer-for", m->service);
	maker_file(m->logger, "type", "longrun\n", 0666);
	if (m->pipeline)
		put_name(m->logger, "pipeline-name", m->pipeline);
}
