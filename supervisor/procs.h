/* The processes around us, from /proc: only read while the container is being stopped. */
#ifndef HEXAD_PROCS_H
#define HEXAD_PROCS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROCS_MAX 8192 /* processes looked at in one pass; a later pass sees the others */

struct proc {
	pid_t pid, ppid, sid;
	char state;      /* as in /proc/PID/stat */
	bool tty_leader; /* leads a session on a terminal: an interactive shell, mostly */
	char comm[16];
};

/*
 * All processes but ourselves and zombies; without all, only our descendants. *ret is to be freed.
 * Returns the count, or -errno; -ENOENT if /proc shows another pid namespace or is not there.
 */
ssize_t procs_list(struct proc **ret, bool all);

#endif
