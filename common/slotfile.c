#include "slotfile.h"

#include <errno.h>
#include <string.h>

static const char *const keys[SLOTFILE_KEYS] = {
	[SLOTFILE_USER] = "user",
	[SLOTFILE_ENV] = "env",
	[SLOTFILE_DIR] = "dir",
	[SLOTFILE_EXEC] = "exec",
	[SLOTFILE_HOME_ENV] = "home-env",
	[SLOTFILE_HOME] = "home",
	[SLOTFILE_LOG_DIR] = "log-dir",
	[SLOTFILE_LOG] = "log",
	[SLOTFILE_PARK] = "park",
};

static void add(struct slotfile *f, const char *bytes, size_t len)
{
	if (len >= SLOTFILE_MAX - f->len) {
		f->len = SLOTFILE_MAX;
		return;
	}
	memcpy(f->buf + f->len, bytes, len);
	f->len += len;
	f->buf[f->len] = '\0';
}

void slotfile_begin(struct slotfile *f)
{
	f->len = 0;
	add(f, "#!" SLOTFILE_INTERPRETER "\n", sizeof("#!" SLOTFILE_INTERPRETER));
}

void slotfile_key(struct slotfile *f, enum slotfile_key key)
{
	add(f, keys[key], strlen(keys[key]));
	add(f, " ", 1);
}

void slotfile_value(struct slotfile *f, const char *text, size_t len)
{
	while (len) {
		size_t n = 0;

		while (n < len && text[n] != '\n' && text[n] != '\\')
			n++;
		add(f, text, n);
		if (n == len)
			return;
		add(f, text[n] == '\n' ? "\\n" : "\\\\", 2);
		text += n + 1;
		len -= n + 1;
	}
}

void slotfile_end_line(struct slotfile *f)
{
	add(f, "\n", 1);
}

void slotfile_add(struct slotfile *f, enum slotfile_key key, const char *value)
{
	slotfile_key(f, key);
	slotfile_value(f, value, strlen(value));
	slotfile_end_line(f);
}

int slotfile_end(const struct slotfile *f)
{
	return f->len == SLOTFILE_MAX ? -E2BIG : 0;
}

char *slotfile_open(char *text)
{
	char *end = strncmp(text, "#!", 2) == 0 ? strchr(text, '\n') : NULL;

	return end ? end + 1 : NULL;
}

/* In place: a value never grows. NULL for a backslash before anything else than the two. */
static char *decode(char *value)
{
	char *out = value;

	for (const char *in = value; *in; in++) {
		if (*in != '\\') {
			*out++ = *in;
			continue;
		}
		in++;
		if (*in != 'n' && *in != '\\')
			return NULL;
		*out++ = *in == 'n' ? '\n' : '\\';
	}
	*out = '\0';
	return value;
}

int slotfile_next(char **at, enum slotfile_key *key, char **value)
{
	char *line = *at, *end = strchr(line, '\n');
	size_t len = strcspn(line, " \n");

	if (!*line)
		return 0;
	if (!end || line[len] != ' ')
		return -EBADMSG;
	for (unsigned int k = 0; k < SLOTFILE_KEYS; k++) {
		if (strncmp(keys[k], line, len) != 0 || keys[k][len])
			continue;
		*end = '\0';
		*key = (enum slotfile_key)k;
		*value = decode(line + len + 1);
		*at = *value ? end + 1 : line;
		return *value ? 1 : -EBADMSG;
	}
	return -EBADMSG;
}
