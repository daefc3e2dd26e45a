/* Parses fix-attrs lines and files, and finds out whom they mean; fixattrs_apply.c changes what they name. */
#include "fixattrs.h"

#include "fdio.h"
#include "ids.h"
#include "number.h"
#include "sys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 5
#define BLANKS " \t"

static const char *const error_texts[] = {
	[FIXATTRS_OK] = "no error",
	[FIXATTRS_NOTHING] = "nothing to do",
	[FIXATTRS_NUL] = "a NUL is in the line",
	[FIXATTRS_FEW] = "recurse, account, fmode or dmode is missing",
	[FIXATTRS_MANY] = "something follows dmode",
	[FIXATTRS_FALLBACK] = "what follows the comma of the account is not UID:GID",
	[FIXATTRS_FMODE] = "fmode is not octal",
	[FIXATTRS_DMODE] = "dmode is not octal",
	[FIXATTRS_ACCOUNT] = "unknown account",
	[FIXATTRS_APPLY] = "unable to set owner and mode",
	[FIXATTRS_READ] = "unable to read the file",
};

const char *fixattrs_error_text(enum fixattrs_error error)
{
	return error_texts[error];
}

/* --- a line --- */

/* Splits text in place; returns the number of words, WORDS + 1 if there are more. */
static unsigned int split(char *text, char *words[WORDS])
{
	char *save = NULL;
	unsigned int n = 0;

	for (char *w = strtok_r(text, BLANKS, &save); w; w = strtok_r(NULL, BLANKS, &save)) {
		if (n == WORDS)
			return WORDS + 1;
		words[n++] = w;
	}
	return n;
}

/* The highest number means "leave as it is" to the kernel: never a user. */
static bool parse_id(const char *text, uint64_t *ret)
{
	return number_parse(text, strlen(text), 10, UINT32_MAX - 1, ret);
}

static bool parse_fallback(char *text, struct fixattrs_line *line)
{
	char *colon = strchr(text, ':');
	uint64_t uid, gid;

	if (!colon)
		return false;
	*colon = '\0';
	if (!parse_id(text, &uid) || !parse_id(colon + 1, &gid))
		return false;
	line->has_fallback = true;
	line->fallback_uid = (uid_t)uid;
	line->fallback_gid = (gid_t)gid;
	return true;
}

static enum fixattrs_error parse_account(char *text, struct fixattrs_line *line)
{
	char *comma = strchr(text, ',');
	char *colon;

	if (comma) {
		*comma = '\0';
		if (!parse_fallback(comma + 1, line))
			return FIXATTRS_FALLBACK;
	}
	colon = strchr(text, ':');
	if (colon) {
		*colon = '\0';
		line->group = colon + 1;
	}
	line->user = text;
	return FIXATTRS_OK;
}

static bool parse_mode(const char *text, mode_t *ret)
{
	uint64_t mode;

	if (!number_parse(text, strlen(text), 8, 07777, &mode))
		return false;
	*ret = (mode_t)mode;
	return true;
}

enum fixattrs_error fixattrs_parse(char *text, size_t len, struct fixattrs_line *ret)
{
	struct fixattrs_line line = { 0 };
	char *words[WORDS];
	enum fixattrs_error error;
	unsigned int n;

	if (memchr(text, '\0', len))
		return FIXATTRS_NUL;
	text[len] = '\0';
	n = split(text, words);
	if (n == 0 || strcmp(words[0], "#") == 0)
		return FIXATTRS_NOTHING;
	if (n != WORDS)
		return n < WORDS ? FIXATTRS_FEW : FIXATTRS_MANY;
	line.path = words[0];
	line.recurse = strcmp(words[1], "true") == 0;
	error = parse_account(words[2], &line);
	if (error != FIXATTRS_OK)
		return error;
	if (!parse_mode(words[3], &line.fmode))
		return FIXATTRS_FMODE;
	if (!parse_mode(words[4], &line.dmode))
		return FIXATTRS_DMODE;
	*ret = line;
	return FIXATTRS_OK;
}

/* --- the account --- */

/* One half of U:G, by name or number; nothing at all is 0. */
static int half_of(const char *text, bool is_group, unsigned int *ret)
{
	struct ids ids;
	gid_t gid;
	uint64_t n;
	int r = 0;

	if (!*text) {
		*ret = 0;
		return 0;
	}
	if (is_group) {
		r = ids_group(text, &gid);
		*ret = r == 0 ? gid : 0;
	} else {
		r = ids_by_name(text, &ids);
		*ret = r == 0 ? ids.uid : 0;
	}
	/* Without the file nobody is known by name; numbers need none. */
	if (r == -ENOENT && parse_id(text, &n)) {
		*ret = (unsigned int)n;
		return 0;
	}
	return r;
}

static int account_halves(const struct fixattrs_line *line, uid_t *uid, gid_t *gid)
{
	int r = half_of(line->user, false, uid);

	if (r == -ENOENT && line->has_fallback) {
		*uid = line->fallback_uid;
		r = 0;
	}
	if (r < 0)
		return r;
	r = half_of(line->group, true, gid);
	if (r == -ENOENT && line->has_fallback) {
		*gid = line->fallback_gid;
		r = 0;
	}
	return r;
}

int fixattrs_account(const struct fixattrs_line *line, uid_t *uid, gid_t *gid)
{
	struct ids ids = { 0 };
	int r;

	if (line->group)
		return account_halves(line, uid, gid);
	/* Compat: a number without a colon is looked up as a name. */
	r = ids_by_name(line->user, &ids);
	if (r == -ENOENT && line->has_fallback) {
		ids.uid = line->fallback_uid;
		ids.gid = line->fallback_gid;
		r = 0;
	}
	if (r == 0) {
		*uid = ids.uid;
		*gid = ids.gid;
	}
	return r;
}

/* --- files --- */

static enum fixattrs_error do_line(char *text, size_t len, bool hidden, struct fixattrs_failure *fail)
{
	struct fixattrs_line line;
	uid_t uid;
	gid_t gid;
	enum fixattrs_error error = fixattrs_parse(text, len, &line);

	if (error != FIXATTRS_OK)
		return error;
	fail->err = fixattrs_account(&line, &uid, &gid);
	if (fail->err < 0) {
		(void)snprintf(fail->path, sizeof(fail->path), "%s%s%s", line.user, line.group ? ":" : "",
			line.group ? line.group : "");
		if (fail->err == -ENOENT)
			fail->err = 0;
		return FIXATTRS_ACCOUNT;
	}
	fail->err = fixattrs_apply(&line, uid, gid, hidden, fail->path);
	return fail->err < 0 ? FIXATTRS_APPLY : FIXATTRS_OK;
}

/* True if all lines were carried out. text has room for one byte after len. */
static bool do_lines(char *text, size_t len, bool hidden, struct fixattrs_failure *fail)
{
	for (size_t at = 0; at < len;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end ? (size_t)(end - text) - at : len - at;

		fail->line++;
		fail->path[0] = '\0';
		fail->error = do_line(text + at, n, hidden, fail);
		if (fail->error != FIXATTRS_OK && fail->error != FIXATTRS_NOTHING)
			return false;
		at += n + 1;
	}
	return true;
}

/* Reads a regular file, links followed; *ret is to be freed. Returns its length or -errno. */
static ssize_t read_whole(int dirfd, const char *name, char **ret)
{
	struct stat st;
	ssize_t n;
	int fd = fdio_open(dirfd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

	*ret = NULL;
	if (fd < 0)
		return fd;
	if (sys.fstat(fd, &st) < 0)
		n = -errno;
	else if (!S_ISREG(st.st_mode))
		n = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	else if (!(*ret = sys.calloc(1, FIXATTRS_FILE_MAX + 1)))
		n = -ENOMEM;
	else
		n = fdio_read_all(fd, *ret, FIXATTRS_FILE_MAX + 1);
	fdio_close(&fd);
	return n > FIXATTRS_FILE_MAX ? -EFBIG : n;
}

bool fixattrs_file(int dirfd, const char *name, bool hidden, struct fixattrs_failure *ret)
{
	char *text;
	ssize_t n = read_whole(dirfd, name, &text);
	bool ok = false;

	memset(ret, 0, sizeof(*ret));
	if (n >= 0) {
		ok = do_lines(text, (size_t)n, hidden, ret);
	} else {
		ret->error = FIXATTRS_READ;
		ret->err = (int)n;
	}
	free(text);
	return ok;
}
