/*
 * Who a program of a service directory runs as, judged anew at every start on held descriptors: whoever
 * can write it runs it as himself and nobody else as root.
 */
#ifndef HEXAD_RIGHTS_H
#define HEXAD_RIGHTS_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "ids.h"
#include "service.h"

enum rights_as { RIGHTS_SELF, RIGHTS_LINK, RIGHTS_IDS, RIGHTS_REFUSED };

/*
 * file is "run" or "finish". RIGHTS_LINK: as we are, if the child finds with rights_check_link that it may; where a link
 * leads may be a file system that does not answer. RIGHTS_IDS: *ret_ids is whom to become. RIGHTS_REFUSED: why holds a
 * sentence. A missing file is not refused here: exec says so.
 */
enum rights_as rights_to_run(const struct service *s, const char *file, struct ids *ret_ids, char *why,
	size_t cap);

/* For struct spawn, in the service directory: 0, or -RIGHTS_ECHECK, and rights_check_said is what to say of it. */
#define RIGHTS_ECHECK EKEYREJECTED
int rights_check_link(const char *path);
void rights_check_said(const char *file, char *why, size_t cap);

/* Is the program at path, from where we are, root's alone, and so is all that it leads through? A missing one is. */
bool rights_only_root(const char *path);

/* May we run the program at path, below the scan directory, as we are? Root: only what root alone can write. */
bool rights_to_script(const struct supervisor *sv, const char *path);

/* May the slot directory st, reached through a link or not, be supervised in this scan directory? NULL or why not. */
const char *rights_to_follow(const struct supervisor *sv, const struct stat *st, bool is_link);

/* May st (a log directory) be the logger of the service directory parent? NULL or why not. */
const char *rights_to_log(const struct stat *parent, const struct stat *st);

#endif
