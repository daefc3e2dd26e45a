/* The command lines: s6-svscan's, s6-supervise's, /init's, and hexad's own words. */
#ifndef HEXAD_OPTIONS_H
#define HEXAD_OPTIONS_H

#include <stdint.h>

#include "supervisor.h"

struct options {
	enum supervisor_mode mode;
	const char *prog;     /* for messages */
	const char *dir;      /* scan or service directory; NULL for /init */
	const char *config;   /* --config FILE, or NULL */
	uint32_t slots;       /* -C, -c: 0 if not given */
	uint32_t name_max;    /* -L */
	uint32_t rescan_ms;   /* -t */
	int ready_fd;         /* -d, or -1 */
	int console_fd;       /* -X, or -1 */
	bool resumed;         /* the command line is that of an image before this one */
};

/*
 * By the basename of argv[0]: init, s6-supervise, else a scan directory. Prints and exits 100 on a
 * mistake, and 0 after --help, --version and --check-config FILE (100 if that has errors). After a
 * fault (resumed) the descriptors that it names are gone and not looked at.
 */
void options_parse(struct options *ret, char **argv, bool resumed);

#endif
