/* Reads the container's environment directory. Nothing of the caller's environment but PATH is used. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contenv.h"
#include "envfile.h"
#include "fdio.h"
#include "msg.h"

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

/* One final newline is not part of the value, and NULs are newlines: the rules of the overlay. */
static size_t to_value(char *text, size_t len)
{
	if (len && text[len - 1] == '\n')
		len--;
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = '\n';
	text[len] = '\0';
	return len;
}

/* Adds the variable that dirfd/name is; *is_path tells that the file decided on PATH. */
static int load_file(int dirfd, const char *name, struct list *env, bool *is_path)
{
	char *content = NULL, *text;
	ssize_t n = envfile_read(dirfd, name, 0, &content);
	size_t len;

	if (n < 0)
		return (int)n;
	if (strcmp(name, "PATH") == 0)
		*is_path = true;
	if (n == 0) {
		free(content);
		return 0;
	}
	len = to_value(content, (size_t)n);
	text = assignment(name, len);
	if (text)
		memcpy(text + strlen(name) + 1, content, len + 1);
	free(content);
	return list_add(env, text);
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
	n = envfile_list(dirfd, &names);
	if (n < 0)
		r = n;
	for (int i = 0; i < n && r == 0; i++) {
		r = load_file(dirfd, names[i]->d_name, &env, &is_path);
		if (r < 0)
			*culprit = strdup(names[i]->d_name);
	}
	if (r == 0 && path && !is_path)
		r = add_path(&env, path);
	if (r == 0 && !env.item)
		env.item = calloc(1, sizeof(*env.item));
	envfile_list_free(names, n);
	fdio_close(&dirfd);
	*ret = env.item;
	return r < 0 ? r : env.item ? 0 : -ENOMEM;
}

int contenv_value(const char *dir, const char *name, char **ret)
{
	char *text = NULL;
	ssize_t n;
	int dirfd;

	if (!*name || *name == '.' || strpbrk(name, "/="))
		return -EINVAL;
	dirfd = fdio_open(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, 0);
	if (dirfd < 0)
		return dirfd;
	n = envfile_read(dirfd, name, 0, &text);
	fdio_close(&dirfd);
	if (n < 0)
		return (int)n;
	(void)to_value(text, (size_t)n);
	*ret = text;
	return 0;
}

bool contenv_switch(const char *name)
{
	const char *text = getenv(name);

	return text && *text && !text[strspn(text, "0123456789")] && text[strspn(text, "0")];
}

bool contenv_is_kept(void)
{
	return contenv_switch("S6_KEEP_ENV");
}

void contenv_enter(void)
{
	const char *culprit = "";
	char **env;
	int r;

	if (contenv_is_kept())
		return;
	r = contenv_load(CONTENV_DIR, getenv("PATH"), &env, &culprit);
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to envdir %s%s%s", CONTENV_DIR, culprit && *culprit ? "/" : "",
			culprit ? culprit : "");
	environ = env;
}
