/*
 * The S6_* variables of the container. Owns which of them are numbers, where each is read, that a value which is
 * none is said once, and which of the boot's messages S6_VERBOSITY lets through. Reads one small file of /run at a time
 * and never waits.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot_int.h"
#include "config.h"
#include "execp.h"
#include "fdio.h"
#include "msg.h"
#include "sys.h"

enum boot_when { EARLY, LATE };

static const struct boot_var {
	const char *name;
	unsigned int dflt;
	enum boot_when when;
} vars[] = {
#define BOOT_VAR(name, dflt, when) { name, dflt, when },
#include "boot_vars.def"
#undef BOOT_VAR
};
#define NVARS (sizeof(vars) / sizeof(*vars))

static bool said[NVARS]; /* that its value is no number */
static bool said_long;   /* that one is longer than any can be */

/*
 * The file of a variable in the environment directory. Compat: overlay-env 2.2: one newline is no part of the
 * value, a NUL is a newline, an empty file means that the variable is not set (-ENODATA). -ENOENT: there is no such
 * directory (yet: one may be left of a former life), the environment counts.
 */
static ssize_t read_late(const struct supervisor *sv, const char *name, char *buf, size_t cap)
{
	int dir = sv->boot->dumped ? fdio_open(AT_FDCWD, BOOT_ENVDIR, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0) : -ENOENT;
	ssize_t n;

	if (dir < 0)
		return -ENOENT;
	n = fdio_read_file(dir, name, buf, cap);
	fdio_close(&dir);
	if (n == (ssize_t)cap && !said_long) {
		said_long = true;
		boot_say(sv, 1, 0, "%s is longer than %zu bytes: it counts as not set", name, cap - 1);
	}
	if (n <= 0 || n == (ssize_t)cap)
		return -ENODATA;
	n -= buf[n - 1] == '\n';
	buf[n] = '\0';
	for (ssize_t i = 0; i < n; i++)
		if (!buf[i])
			buf[i] = '\n';
	return n;
}

const char *boot_value(const struct supervisor *sv, const char *name, char *buf, size_t cap)
{
	ssize_t n = read_late(sv, name, buf, cap);

	if (n == -ENOENT)
		return env_get(sv->boot->env, name);
	return n >= 0 ? buf : NULL;
}

const char *boot_text(const struct supervisor *sv, const char *name, char *buf, size_t cap)
{
	const char *text = boot_value(sv, name, buf, cap);

	return text && *text ? text : NULL;
}

bool boot_var_parse(const char *text, unsigned int *ret)
{
	unsigned long long n = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		n = n * 10 + (unsigned int)(*text - '0');
		if (n > UINT_MAX)
			n = UINT_MAX;
	}
	*ret = (unsigned int)n;
	return true;
}

static size_t find(const char *name)
{
	size_t i = 0;

	while (i < NVARS && strcmp(vars[i].name, name))
		i++;
	return i;
}

unsigned int boot_number(const struct supervisor *sv, const char *name, unsigned int fallback)
{
	size_t i = find(name);
	char buf[64], shown[128];
	const char *text;
	unsigned int n;

	if (i < NVARS && vars[i].when == EARLY)
		text = env_get(sv->boot->env, name);
	else
		text = boot_text(sv, name, buf, sizeof(buf));
	if (!text || !*text)
		return fallback;
	if (boot_var_parse(text, &n))
		return n;
	/* After a fault it was said before. */
	if (i < NVARS && !said[i] && !(sv->resumed && vars[i].when == EARLY)) {
		said[i] = true;
		boot_say(sv, 1, 0, "%s is '%s', which is not a number: it counts as %u", name,
			msg_escape(shown, sizeof(shown), text, strlen(text)), fallback);
	}
	return fallback;
}

void boot_vars_check(struct supervisor *sv)
{
	for (size_t i = 0; i < NVARS; i++) {
		unsigned int dflt = vars[i].dflt;

		said[i] |= sv->resumed;
		if (!strcmp(vars[i].name, "S6_KILL_GRACETIME"))
			dflt = sv->config->grace_ms;
		(void)boot_number(sv, vars[i].name, dflt);
	}
}

bool boot_talks(const struct supervisor *sv, unsigned int level)
{
	return boot_number(sv, "S6_VERBOSITY", 2) >= level;
}

void boot_say(const struct supervisor *sv, unsigned int level, int err, const char *fmt, ...)
{
	char text[1536];
	va_list ap;

	if (!boot_talks(sv, level))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (level == 1)
		msg_warn(err, "%s", text);
	else
		msg_info("%s", text);
}
