/* Will an exec come back soon? Asked by PID 1 before it waits for one, without waiting for the answer. */
#ifndef HEXAD_SLOWEXEC_H
#define HEXAD_SLOWEXEC_H

#include <stdbool.h>
#include <sys/types.h>

enum slowexec {
	EXEC_SLOW,   /* it may be held up: by a file system that does not answer (it is a link, it is on another device than near,
			its interpreter is on another mount than the root directory), or by somebody's lease on it */
	EXEC_UNSURE, /* it comes back at once, with an error for all that can be seen here */
	EXEC_SOON,   /* it comes back at once, and nothing speaks against its success */
};

/* What is to be expected of the exec of dirfd/file. */
enum slowexec slowexec_expect(int dirfd, const char *file, dev_t near);

/* The same of a program at an absolute path, as the one that a script names: EXEC_SLOW on another mount than /. */
enum slowexec slowexec_expect_interpreter(const char *path);

#endif
