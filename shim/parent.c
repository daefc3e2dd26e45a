/* Splitting paths. See parent.h. */
#include "parent.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "fdio.h"

/* Where the last component begins, and in *len how long it is. */
static size_t split(const char *path, size_t *len)
{
	size_t end = strlen(path), begin;

	while (end > 1 && path[end - 1] == '/')
		end--;
	for (begin = end; begin > 0 && path[begin - 1] != '/'; begin--)
		;
	*len = end - begin;
	return begin;
}

int parent_leaf(const char *path, char leaf[NAME_MAX + 1])
{
	size_t len, begin = split(path, &len);

	if (!*path)
		return -ENOENT;
	if (len == 0)
		return -EBUSY;
	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	(void)snprintf(leaf, NAME_MAX + 1, "%.*s", (int)len, path + begin);
	return 0;
}

int parent_open(const char *path, char leaf[NAME_MAX + 1])
{
	char dir[PATH_MAX] = ".";
	size_t len, begin = split(path, &len);
	int r = parent_leaf(path, leaf);

	if (r == 0 && begin >= sizeof(dir))
		r = -ENAMETOOLONG;
	if (r < 0)
		return r;
	if (begin)
		(void)snprintf(dir, sizeof(dir), "%.*s", (int)begin, path);
	return fdio_open(AT_FDCWD, dir, O_PATH | O_DIRECTORY, 0);
}
