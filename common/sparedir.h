/*
 * Where /init makes its scan directory when the configured one cannot be had (nothing in /run can be written): a few names
 * of world-writable places, by uid. Clients look there when there is none in /run; whose socket they find decides
 * whether they use it, since anybody can make the directory.
 */
#ifndef SV_SPAREDIR_H
#define SV_SPAREDIR_H

#include <stdbool.h>
#include <sys/types.h>

#define SPAREDIR_MAX 64

/* The i-th name for that uid, from 0 on. False: there are no more. */
bool sparedir_name(char buf[SPAREDIR_MAX], uid_t uid, unsigned int i);

/*
 * Connects to the first control socket that somebody answers in such a directory of the user that process 1 runs as, or
 * of our own; only root's and that user's count. The descriptor and the directory in buf, or -ENOENT.
 */
int sparedir_connect(char buf[SPAREDIR_MAX]);

#endif
