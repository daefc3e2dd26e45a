#include "noexec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "fdio.h"

#define LINE 256  /* of the interpreter line; the kernel's BINPRM_BUF_SIZE */
#define WORDS 64  /* of the command as a whole; services have two */
#define BLANKS " \t"

/* The first line of a script on a noexec mount. False: it is something else, and the refusal stands. */
static bool script_line(const char *path, char line[LINE])
{
	struct statvfs vfs;
	struct stat st;
	ssize_t n;
	int fd;

	if (statvfs(path, &vfs) < 0 || !(vfs.f_flag & ST_NOEXEC))
		return false;
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		return false;
	fd = fdio_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	n = fd < 0 ? fd : fdio_read_all(fd, line, LINE - 1);
	fdio_close(&fd);
	if (n < 3 || line[0] != '#' || line[1] != '!')
		return false;
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return true;
}

int noexec_execve(const char *path, char *const argv[], char *const envp[])
{
	char line[LINE];
	const char *word[WORDS + 1];
	char *at, *end;
	size_t n = 0;

	execve(path, argv, envp);
	if (errno != EACCES || !script_line(path, line))
		return -errno;
	at = line + 2 + strspn(line + 2, BLANKS);
	end = at + strlen(at);
	while (end > at && strchr(BLANKS, end[-1]))
		*--end = '\0';
	word[n++] = at;
	at += strcspn(at, BLANKS);
	if (*at) {
		/* Everything behind the interpreter is one argument. */
		*at++ = '\0';
		word[n++] = at + strspn(at, BLANKS);
	}
	word[n++] = path;
	for (size_t i = 1; argv[0] && argv[i] && n < WORDS; i++)
		word[n++] = argv[i];
	word[n] = NULL;
	execve(word[0], (char *const *)word, envp);
	return -errno;
}
