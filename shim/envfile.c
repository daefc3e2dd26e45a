/* Reads directories of environment variables for with-contenv and s6-envdir. */
#include "envfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fdio.h"

static int wanted(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && !strchr(entry->d_name, '=');
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int envfile_list(int dirfd, struct dirent ***ret)
{
	int n = scandirat(dirfd, ".", ret, wanted, by_bytes);

	return n < 0 ? -errno : n;
}

void envfile_list_free(struct dirent **list, int n)
{
	for (int i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

static ssize_t read_open(int fd, size_t max, char **ret)
{
	size_t len = 0, cap = max ? max : 512;
	char *text = malloc(cap + 1), *grown;
	ssize_t n;

	while (text) {
		n = fdio_read_all(fd, text + len, cap - len);
		if (n < 0) {
			free(text);
			return n;
		}
		len += (size_t)n;
		if (len < cap || max) {
			text[len] = '\0';
			*ret = text;
			return (ssize_t)len;
		}
		cap *= 2;
		grown = realloc(text, cap + 1);
		if (!grown)
			free(text);
		text = grown;
	}
	return -ENOMEM;
}

ssize_t envfile_read(int dirfd, const char *name, size_t max, char **ret)
{
	struct stat st;
	ssize_t n;
	int fd = fdio_open(dirfd, name, O_RDONLY | O_NONBLOCK, 0);

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		n = -errno;
	else if (S_ISDIR(st.st_mode))
		n = -EISDIR;
	else if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode))
		n = -EINVAL;
	else
		n = read_open(fd, max, ret);
	fdio_close(&fd);
	return n;
}
