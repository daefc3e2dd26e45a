/* Reads /proc. Never signals anybody. */
#include "procs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fdio.h"
#include "sys.h"

/* Is /proc that of our own pid namespace? */
static bool proc_is_ours(int dirfd)
{
	char link[24];
	ssize_t n = sys.readlinkat(dirfd, "self", link, sizeof(link) - 1);

	if (n < 0)
		return false;
	link[n] = '\0';
	return atol(link) == (long)getpid();
}

/* "PID (COMM) STATE PPID PGRP SID TTY ..."; the comm may hold anything, brackets too. */
static bool parse_stat(char *text, struct proc *ret)
{
	char *open = strchr(text, '('), *close = strrchr(text, ')');
	int ppid, sid, tty;
	char state;

	if (!open || !close || sscanf(close + 1, " %c %d %*d %d %d", &state, &ppid, &sid, &tty) != 4)
		return false;
	*close = '\0';
	ret->pid = (pid_t)atol(text);
	ret->ppid = ppid;
	ret->sid = sid;
	ret->state = state;
	ret->tty_leader = tty != 0 && sid == ret->pid;
	(void)snprintf(ret->comm, sizeof(ret->comm), "%s", open + 1);
	return true;
}

static bool read_proc(int dirfd, const char *name, struct proc *ret)
{
	char path[64], text[512];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "%.32s/stat", name);
	fd = fdio_open(dirfd, path, O_RDONLY, 0);
	if (fd < 0)
		return false;
	n = fdio_read_all(fd, text, sizeof(text) - 1);
	fdio_close(&fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return parse_stat(text, ret);
}

/* Keeps those that descend from us, parents before children or not. */
static size_t keep_descendants(struct proc *p, size_t n)
{
	size_t kept = 0;
	pid_t self = getpid();
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = kept; i < n; i++) {
			bool ours = p[i].ppid == self;

			for (size_t k = 0; !ours && k < kept; k++)
				ours = p[k].pid == p[i].ppid;
			if (ours) {
				struct proc t = p[kept];

				p[kept++] = p[i];
				p[i] = t;
				more = true;
			}
		}
	}
	return kept;
}

static size_t drop_dead(struct proc *p, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (p[i].state != 'Z' && p[i].state != 'X')
			p[kept++] = p[i];
	return kept;
}

ssize_t procs_list(struct proc **ret, bool all)
{
	DIR *d = opendir("/proc");
	struct proc *p;
	struct dirent *e;
	size_t n = 0;

	if (!d)
		return -errno;
	if (!proc_is_ours(dirfd(d))) {
		closedir(d);
		return -ENOENT;
	}
	p = sys.calloc(PROCS_MAX, sizeof(*p));
	if (!p) {
		closedir(d);
		return -ENOMEM;
	}
	while (n < PROCS_MAX && (e = readdir(d)))
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && read_proc(dirfd(d), e->d_name, &p[n]) &&
		    p[n].pid != getpid())
			n++;
	closedir(d);
	/* The dead are dropped last: a zombie may be the link between us and its children. */
	if (!all)
		n = keep_descendants(p, n);
	*ret = p;
	return (ssize_t)drop_dead(p, n);
}
