#include "startas.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "number.h"

size_t startas_write(char buf[STARTAS_MAX], int fd, const struct ids *ids)
{
	size_t n = (size_t)sprintf(buf, "%d:%lu:%lu:", fd, (unsigned long)ids->uid, (unsigned long)ids->gid);

	for (unsigned int i = 0; i < ids->ngroups; i++)
		n += (size_t)sprintf(buf + n, "%s%lu", i ? "," : "", (unsigned long)ids->groups[i]);
	return n;
}

/* The number at *at, and the byte behind it, which *at goes beyond. */
static bool take(const char **at, uint64_t max, uint64_t *ret, char *ret_end)
{
	size_t len = strspn(*at, "0123456789");

	if (!number_parse(*at, len, 10, max, ret))
		return false;
	*at += len;
	*ret_end = **at;
	*at += **at != '\0';
	return true;
}

static bool take_field(const char **at, uint64_t max, uint64_t *ret)
{
	char end;

	return take(at, max, ret, &end) && end == ':';
}

int startas_parse(const char *text, int *ret_fd, struct ids *ret)
{
	uint64_t fd, uid, gid, group;
	char end = ',';

	if (!take_field(&text, INT_MAX, &fd) || !take_field(&text, UINT32_MAX, &uid) || !take_field(&text, UINT32_MAX, &gid))
		return -EINVAL;
	*ret_fd = (int)fd;
	ret->uid = (uid_t)uid;
	ret->gid = (gid_t)gid;
	ret->ngroups = 0;
	if (!*text)
		return 0;
	while (end == ',') {
		if (ret->ngroups == IDS_GROUPS_MAX || !take(&text, UINT32_MAX, &group, &end))
			return -EINVAL;
		ret->groups[ret->ngroups++] = (gid_t)group;
	}
	return end ? -EINVAL : 0;
}
