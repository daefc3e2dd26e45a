/*
 * Reads the configuration file through inih. inih cuts long lines and section names, takes an indented
 * line for more of the value above, ends a value at " ;" and ignores what follows "]", all without a
 * word. So every physical line is looked at here before inih gets it; a line with something in it that
 * would be lost is an error, and inih sees an empty line instead.
 */
#include "config_table.h"

#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "fdio.h"
#include "msg.h"
#include "sys.h"

#define FILE_MAX 65536
#define SECTION_MAX 49 /* bytes of a section name that inih keeps */
#define BLANKS " \t"
#define BOM "\xef\xbb\xbf"

struct reading {
	struct config *config;
	const char *path;
	FILE *err;
	const char *at, *end;           /* what is left of the file */
	unsigned int line;              /* that inih has now, from 1 */
	unsigned int bad_line;          /* the last one with an error */
	unsigned int seen[CONFIG_OPTIONS_MAX]; /* line an option was set in, 0: not yet */
	unsigned int errors;
	bool skipping;                  /* the section's name was wrong: its keys are not looked at */
	bool nomem;
};

static void file_error(struct reading *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void line_error(struct reading *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void file_error(struct reading *r, const char *fmt, ...)
{
	va_list ap;

	fprintf(r->err, "%s: ", r->path);
	va_start(ap, fmt);
	vfprintf(r->err, fmt, ap);
	va_end(ap);
	fputc('\n', r->err);
	r->errors++;
}

static void line_error(struct reading *r, const char *fmt, ...)
{
	va_list ap;

	fprintf(r->err, "%s:%u: ", r->path, r->line);
	va_start(ap, fmt);
	vfprintf(r->err, fmt, ap);
	va_end(ap);
	fputc('\n', r->err);
	r->errors++;
	r->bad_line = r->line;
}

/* Someone else's text for a message: escaped, and not longer than a line of the file. */
static const char *quoted(const char *text, size_t len)
{
	static char buf[CONFIG_LINE_MAX * 4 + 1];

	return msg_escape(buf, sizeof(buf), text, len);
}

static bool has_control(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)text[i] < ' ' && text[i] != '\t') || text[i] == 0x7f)
			return true;
	return false;
}

/* Is there a ';' after a blank, which inih takes for the beginning of a comment? */
static bool has_inline_comment(const char *text, size_t len)
{
	for (size_t i = 1; i < len; i++)
		if (text[i] == ';' && strchr(BLANKS, text[i - 1]))
			return true;
	return false;
}

/* "[name]" and nothing else. The keys below a wrong one are passed over: one error is enough. */
static bool section_ok(struct reading *r, const char *text, size_t len)
{
	const char *close = memchr(text, ']', len);
	size_t n = close ? (size_t)(close - text) - 1 : 0;
	char name[SECTION_MAX + 1];

	r->skipping = true;
	if (!close) {
		line_error(r, "'[section]' has no ']'");
	} else if (close + 1 != text + len) {
		line_error(r, "text after '[%s]'", quoted(text + 1, n));
	} else if (n > SECTION_MAX) {
		line_error(r, "section name '%s' is longer than %d bytes", quoted(text + 1, n),
			SECTION_MAX);
	} else {
		memcpy(name, text + 1, n);
		name[n] = '\0';
		r->skipping = !config_has_section(name);
		if (r->skipping)
			line_error(r, "unknown section '%s'", quoted(name, n));
	}
	return !r->skipping;
}

/* "key = value"; inih would take the first of '=' and ':'. */
static bool assignment_ok(struct reading *r, const char *text, size_t len)
{
	const char *equals = memchr(text, '=', len);
	size_t key = equals ? (size_t)(equals - text) : 0;

	if (r->skipping)
		return false;
	if (!equals || memchr(text, ':', key)) {
		line_error(r, "'%s' is not 'key = value'", quoted(text, len));
		return false;
	}
	if (!key) {
		line_error(r, "no key before '='");
		return false;
	}
	return true;
}

/* May inih have this line, without its line end, or would something of it be lost? */
static bool line_ok(struct reading *r, const char *text, size_t len, size_t limit)
{
	size_t indent;

	if (has_control(text, len)) {
		line_error(r, "control character in the line");
		return false;
	}
	if (len > limit) {
		line_error(r, "line of %zu bytes, at most %zu are read", len, limit);
		return false;
	}
	if (r->line == 1 && len >= strlen(BOM) && !memcmp(text, BOM, strlen(BOM))) {
		text += strlen(BOM);
		len -= strlen(BOM);
	}
	while (len && strchr(BLANKS, text[len - 1]))
		len--;
	for (indent = 0; indent < len && strchr(BLANKS, text[indent]); indent++)
		continue;
	if (indent == len || text[indent] == '#' || text[indent] == ';')
		return true;
	if (indent) {
		line_error(r, "a line must not begin with a blank");
		return false;
	}
	if (has_inline_comment(text, len)) {
		line_error(r, "';' after a blank: a comment needs a line of its own");
		return false;
	}
	return *text == '[' ? section_ok(r, text, len) : assignment_ok(r, text, len);
}

/* inih's fgets. */
static char *read_line(char *buf, int size, void *stream)
{
	struct reading *r = stream;
	size_t limit = CONFIG_LINE_MAX, len, rest = (size_t)(r->end - r->at);
	const char *text = r->at, *newline = memchr(text, '\n', rest);

	if (!rest)
		return NULL;
	if (size < CONFIG_LINE_MAX + 2)
		limit = size > 2 ? (size_t)size - 2 : 0;
	len = newline ? (size_t)(newline - text) : rest;
	r->at = newline ? newline + 1 : r->end;
	r->line++;
	if (len && text[len - 1] == '\r')
		len--;
	if (!line_ok(r, text, len, limit))
		len = 0;
	memcpy(buf, text, len);
	buf[len] = '\n';
	buf[len + 1] = '\0';
	return buf;
}

static int on_value(void *user, const char *section, const char *key, const char *value)
{
	struct reading *r = user;
	int i = config_find(section, key), err;
	char why[160];

	if (!*section) {
		line_error(r, "key '%s' stands before the first section", quoted(key, strlen(key)));
		return 1;
	}
	if (i < 0) {
		line_error(r, "unknown key '%s' in section '%s'", quoted(key, strlen(key)), section);
		return 1;
	}
	if (r->seen[i]) {
		line_error(r, "key '%s' is given twice, first in line %u", config_options[i].key,
			r->seen[i]);
		return 1;
	}
	r->seen[i] = r->line;
	err = config_set(r->config, &config_options[i], value, why, sizeof(why));
	if (err == -ENOMEM)
		r->nomem = true;
	else if (err)
		line_error(r, "'%s' %s, not '%s'", config_options[i].key, why,
			quoted(value, strlen(value)));
	else
		r->config->lines[i] = (uint16_t)r->line;
	return 1;
}

/* What no single line shows to be wrong. */
static void check_whole(struct reading *r)
{
	const struct config *c = r->config;

	if (c->scandir_owner == SCANDIR_APP && !*c->app_user)
		file_error(r, "'scandir_owner = app' needs 'user' in section 'app'");
	if (c->port_base + c->port_count > 65536)
		file_error(r, "'port_base' and 'port_count' in section 'profiles' go beyond port 65535");
	if (!*c->app_user || !c->profiles_enabled)
		return;
	if (!*c->command || !*c->command_default)
		file_error(r, "profiles need 'command' and 'command_default' in section 'profiles' "
			"('enabled = no' turns them off)");
}

/* Parses text, which is all of the file. */
static void parse(struct reading *r, const char *text, size_t len)
{
	int line;

	r->at = text;
	r->end = text + len;
	line = ini_parse_stream(read_line, r, on_value, r);
	if (line == -2)
		r->nomem = true;
	/* Only what our own look at the lines let through can get here. */
	if (line > 0 && !r->errors)
		file_error(r, "line %d is not understood", line);
	if (!r->errors && !r->nomem)
		check_whole(r);
}

/* Reads all of the file into buf (FILE_MAX + 1). Links are followed: a mounted file may be one. */
static ssize_t read_file(const char *path, char *buf)
{
	int fd = fdio_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return fd;
	if (sys.fstat(fd, &st) < 0)
		n = -errno;
	else if (!S_ISREG(st.st_mode))
		n = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	else
		n = fdio_read_all(fd, buf, FILE_MAX + 1);
	fdio_close(&fd);
	return n;
}

static int set_defaults(struct config *c)
{
	char why[160];
	int err = 0;

	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < config_noptions && !err; i++) {
		const struct option *o = &config_options[i];

		/* An empty default of a command is what check_whole asks about. */
		err = config_set(c, o, o->dflt, why, sizeof(why));
	}
	return err;
}

/* Kept for who asks where a value comes from. */
static void note_file(struct reading *r)
{
	size_t size = strlen(r->path) + 1;
	char *copy = sys.calloc(1, size);

	if (copy)
		memcpy(copy, r->path, size);
	else
		r->nomem = true;
	free(r->config->file);
	r->config->file = copy;
}

static int load_file(struct reading *r, bool named)
{
	char *text = sys.calloc(1, FILE_MAX + 1);
	ssize_t n;

	if (!text)
		return -ENOMEM;
	n = read_file(r->path, text);
	if (n == -ENOENT && !named)
		n = 0;
	if (n == -EINVAL)
		file_error(r, "not a regular file");
	else if (n < 0)
		file_error(r, "unable to read: %s", strerror((int)-n));
	else if (n > FILE_MAX)
		file_error(r, "longer than %d bytes", FILE_MAX);
	else
		parse(r, text, (size_t)n);
	if (n >= 0 && r->line > 0)
		note_file(r);
	free(text);
	if (r->nomem)
		return -ENOMEM;
	return r->errors ? -EINVAL : 0;
}

int config_load(struct config *ret, const char *path, FILE *err)
{
	struct reading r = { .config = ret, .path = path, .err = err };
	int rc = set_defaults(ret);

	if (rc)
		return rc;
	if (!r.path)
		r.path = getenv("HEXAD_CONFIG");
	if (r.path && *r.path)
		return load_file(&r, true);
	r.path = CONFIG_FILE;
	return load_file(&r, false);
}
