/*
 * The S6_* variables of the container. Owns which of them are numbers, where each is read, and that a value which is
 * none is said once. Reads one small file of /run at a time and never waits.
 */
#include <errno.h>
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

/*
 * The file of a variable in the environment directory. Compat: overlay-env 2.2: one newline is no part of the
 * value, an empty file means that the variable is not set. -ENOENT: no such directory, the environment counts.
 */
static ssize_t read_late(const struct supervisor *sv, const char *name, char *buf, size_t cap)
{
	int dir;
	ssize_t n;

	if (sv->envp == sv->boot->env)
		return -ENOENT;
	dir = fdio_open(AT_FDCWD, BOOT_ENVDIR, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0);
	if (dir < 0)
		return -ENOENT;
	n = fdio_read_file(dir, name, buf, cap - 1);
	fdio_close(&dir);
	if (n < 0)
		return 0;
	if (n > 0 && buf[n - 1] == '\n')
		n--;
	else if (n == 0)
		return 0;
	buf[n] = '\0';
	return n;
}

const char *boot_text(const struct supervisor *sv, const char *name, char *buf, size_t cap)
{
	const char *text;
	ssize_t n = read_late(sv, name, buf, cap);

	if (n >= 0)
		return n > 0 ? buf : NULL;
	text = env_get(sv->boot->env, name);
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
	if (i < NVARS && !said[i]) {
		said[i] = true;
		msg_warn(0, "%s is '%s', which is not a number: it counts as %u", name,
			msg_escape(shown, sizeof(shown), text, strlen(text)), fallback);
	}
	return fallback;
}

void boot_vars_check(struct supervisor *sv)
{
	for (size_t i = 0; i < NVARS; i++) {
		unsigned int dflt = vars[i].dflt;

		/* After a fault it was said before. */
		said[i] = sv->resumed;
		if (!strcmp(vars[i].name, "S6_KILL_GRACETIME"))
			dflt = sv->config->grace_ms;
		(void)boot_number(sv, vars[i].name, dflt);
	}
}
