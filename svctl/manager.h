/*
 * What manages services on this machine, found out as an unprivileged user can: /proc/1/exe is root's to read, so
 * the name of process 1 and the directory that s6's init makes are what counts, and both must be there.
 */
#ifndef SVCTL_MANAGER_H
#define SVCTL_MANAGER_H

#include <stdbool.h>
#include <stddef.h>

enum manager_kind { MANAGER_NONE, MANAGER_S6, MANAGER_SYSTEMD, MANAGER_LAUNCHD, MANAGER_WINDOWS };

struct manager_facts {
	char sysname[65]; /* of uname */
	char comm[65];    /* of process 1, blanks trimmed; empty: not known */
	int comm_error;   /* errno that kept it from being read, 0 */
	bool basedir;     /* /run/s6/basedir is a directory */
	bool systemd;     /* /run/systemd/system is one */
};

/* Looks below root, "" for the machine itself. */
void manager_look(const char *root, struct manager_facts *ret);

/* PURE. */
enum manager_kind manager_judge(const struct manager_facts *f);

/* Looks below SVCTL_ROOT, or at the machine itself, and judges. */
enum manager_kind manager_here(struct manager_facts *ret);

/* Is there such a directory below SVCTL_ROOT? */
bool manager_has_dir(const char *path);

const char *manager_name(enum manager_kind kind); /* "s6" */
const char *manager_text(enum manager_kind kind); /* "s6 (container supervisor)" */

#endif
