/*
 * The small files of a service directory. Reads each at the moment it is asked for and keeps
 * nothing; what to say about a bad one is the caller's business.
 */
#include "svcdir.h"

#include "fdio.h"
#include "signame.h"
#include "sys.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

/* How much of such a file s6 looks at. */
#define UINT_BYTES 11
#define SIGNAL_BYTES 15

/* The part of a file that counts: cut at the limit, then at the first newline. */
static size_t significant(const char *text, size_t len, size_t limit)
{
	const char *newline;

	if (len > limit)
		len = limit;
	newline = memchr(text, '\n', len);
	return newline ? (size_t)(newline - text) : len;
}

int svcdir_parse_uint(const char *text, size_t len, uint32_t *ret)
{
	uint64_t v = 0;
	size_t i;

	len = significant(text, len, UINT_BYTES);
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -EINVAL;
		v = v * 10 + (uint64_t)(text[i] - '0');
	}
	if (len == 0 || v > UINT32_MAX)
		return -EINVAL;
	*ret = (uint32_t)v;
	return 0;
}

int svcdir_parse_signal(const char *text, size_t len, int *ret)
{
	int sig = signame_parse(text, significant(text, len, SIGNAL_BYTES));

	if (sig < 0)
		return sig;
	*ret = sig;
	return 0;
}

int svcdir_uint(int dirfd, const char *file, uint32_t *ret)
{
	char buf[UINT_BYTES];
	ssize_t n = fdio_read_file(dirfd, file, buf, sizeof(buf));

	return n < 0 ? (int)n : svcdir_parse_uint(buf, (size_t)n, ret);
}

int svcdir_signal(int dirfd, const char *file, int *ret)
{
	char buf[SIGNAL_BYTES];
	ssize_t n = fdio_read_file(dirfd, file, buf, sizeof(buf));

	return n < 0 ? (int)n : svcdir_parse_signal(buf, (size_t)n, ret);
}

int svcdir_flag(int dirfd, const char *file)
{
	struct stat st;

	/* Not access: that asks as the real user, past the identity the caller has taken on. */
	if (sys.fstatat(dirfd, file, &st, 0) == 0)
		return 1;
	return errno == ENOENT ? 0 : -errno;
}

/* In the order of the bits of a list. */
static const char *const optional[] = { "down", "finish", "flag-newpidns", "lock-fd", "max-death-tally", "notification-fd" };
#define OPTIONAL (sizeof(optional) / sizeof(*optional))

static uint32_t bit_of(const char *file)
{
	for (uint32_t i = 0; i < OPTIONAL; i++)
		if (strcmp(optional[i], file) == 0)
			return UINT32_C(1) << i;
	return 0;
}

uint32_t svcdir_list(int dirfd)
{
	_Alignas(struct dirent64) char buf[2048];
	int fd = fdio_open(dirfd, ".", O_RDONLY | O_DIRECTORY, 0);
	ssize_t len = fd < 0 ? -1 : sys.getdents(fd, buf, sizeof(buf));
	uint32_t list = 0;

	for (ssize_t at = 0; at < len;) {
		const struct dirent64 *d = (const void *)(buf + at);

		at += d->d_reclen;
		list |= bit_of(d->d_name);
	}
	/* One buffer holds an ordinary directory. What has more is not read to its end for this. */
	if (len < 0 || sys.getdents(fd, buf, sizeof(buf)) != 0)
		list = SVCDIR_UNKNOWN;
	fdio_close(&fd);
	return list;
}

bool svcdir_lacks(uint32_t list, const char *file)
{
	uint32_t bit = bit_of(file);

	return bit != 0 && !(list & bit);
}

bool svcdir_name_ok(const char *name)
{
	size_t len = strnlen(name, SV_NAME_MAX + 1);

	return len > 0 && len <= SV_NAME_MAX && name[0] != '.' && !memchr(name, '/', len);
}

static bool is_alnum_lower(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

const char *svcdir_profile_name_why(const char *name, size_t max)
{
	size_t len = strnlen(name, max + 1);
	size_t i;

	if (len == 0)
		return "the name is empty";
	if (len > max)
		return "the name is too long";
	if (!is_alnum_lower(name[0]))
		return "a name begins with a lower case letter or a digit";
	for (i = 1; i < len; i++)
		if (!is_alnum_lower(name[i]) && name[i] != '_' && name[i] != '-')
			return "a name holds lower case letters, digits, '_' and '-' only";
	return NULL;
}
