/* The directory that the names of this program are in, once it is installed. */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "owndir.h"

const char *owndir(void)
{
	static char dir[PATH_MAX];
	static bool known;
	char file[PATH_MAX + 16];
	ssize_t n;

	if (known)
		return dir;
	known = true;
	n = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
	dir[n > 0 ? n : 0] = '\0';
	if (strrchr(dir, '/'))
		strrchr(dir, '/')[1] = '\0';
	(void)snprintf(file, sizeof(file), "%ss6-svscan", dir);
	if (access(file, X_OK) < 0)
		*dir = '\0';
	return dir;
}
