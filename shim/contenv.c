/* Reads the container's environment directory. Nothing of the caller's environment but PATH is used. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contenv.h"
#include "fdio.h"

struct list {
	char **item;
	size_t n, cap;
};

/* Takes ownership of item. Keeps the list NULL-ended. */
static int list_add(struct list *list, char *item)
{
	if (!item)
		return -ENOMEM;
	if (list->n + 1 >= list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 64;
		char **grown = realloc(list->item, cap * sizeof(*grown));

		if (!grown) {
			free(item);
			return -ENOMEM;
		}
		list->item = grown;
		list->cap = cap;
	}
	list->item[list->n++] = item;
	list->item[list->n] = NULL;
	return 0;
}

static char *assignment(const char *name, size_t extra)
{
	size_t len = strlen(name);
	char *text = malloc(len + extra + 2);

	if (text) {
		memcpy(text, name, len);
		text[len] = '=';
		text[len + 1] = '\0';
	}
	return text;
}

/* Reads an open file into "NAME=VALUE"; *ret stays NULL for an empty file. */
static int read_value(int fd, const char *name, char **ret)
{
	size_t len = 0, start = strlen(name) + 1, cap = 512;
	char *text = assignment(name, cap);
	ssize_t n;

	while (text) {
		n = fdio_read_all(fd, text + start + len, cap - len);
		if (n < 0) {
			free(text);
			return (int)n;
		}
		len += (size_t)n;
		if (len < cap)
			break;
		cap *= 2;
		char *grown = realloc(text, start + cap + 1);
		if (!grown)
			free(text);
		text = grown;
	}
	if (!text)
		return -ENOMEM;
	if (len == 0) {
		free(text);
		return 0;
	}
	if (text[start + len - 1] == '\n')
		len--;
	for (size_t i = 0; i < len; i++)
		if (!text[start + i])
			text[start + i] = '\n';
	text[start + len] = '\0';
	*ret = text;
	return 0;
}

/* Adds the variable that dirfd/name is; *is_path tells that the file decided on PATH. */
static int load_file(int dirfd, const char *name, struct list *env, bool *is_path)
{
	char *text = NULL;
	struct stat st;
	int fd, r;

	fd = fdio_open(dirfd, name, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		return fd;
	r = fstat(fd, &st) < 0 ? -errno : S_ISDIR(st.st_mode) ? -EISDIR : read_value(fd, name, &text);
	fdio_close(&fd);
	if (r < 0)
		return r;
	if (strcmp(name, "PATH") == 0)
		*is_path = true;
	return text ? list_add(env, text) : 0;
}

static int wanted(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && !strchr(entry->d_name, '=');
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_path(struct list *env, const char *path)
{
	char *text = assignment("PATH", strlen(path));

	if (text)
		memcpy(text + strlen("PATH="), path, strlen(path) + 1);
	return list_add(env, text);
}

int contenv_load(const char *dir, const char *path, char ***ret, const char **culprit)
{
	struct list env = { NULL, 0, 0 };
	struct dirent **names = NULL;
	bool is_path = false;
	int dirfd, n, r = 0;

	*culprit = "";
	dirfd = fdio_open(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, 0);
	if (dirfd < 0)
		return dirfd;
	n = scandirat(dirfd, ".", &names, wanted, by_bytes);
	if (n < 0)
		r = -errno;
	for (int i = 0; i < n && r == 0; i++) {
		r = load_file(dirfd, names[i]->d_name, &env, &is_path);
		if (r < 0)
			*culprit = strdup(names[i]->d_name);
	}
	if (r == 0 && path && !is_path)
		r = add_path(&env, path);
	if (r == 0 && !env.item)
		env.item = calloc(1, sizeof(*env.item));
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	fdio_close(&dirfd);
	*ret = env.item;
	return r < 0 ? r : env.item ? 0 : -ENOMEM;
}

const char *contenv_get(char *const *env, const char *name)
{
	size_t len = strlen(name);

	for (; *env; env++)
		if (strncmp(*env, name, len) == 0 && (*env)[len] == '=')
			return *env + len + 1;
	return NULL;
}
