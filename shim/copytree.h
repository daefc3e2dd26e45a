/* Copying a directory with all in it. */
#ifndef SV_COPYTREE_H
#define SV_COPYTREE_H

/*
 * Copies from/fromname to to/toname, which must not exist: files, directories, links, FIFOs and other nodes, with
 * their modes and, for root, their owners. Links are copied and not followed (fromname itself is). 0 or -errno;
 * then a part of it may be there.
 */
int copytree(int from, const char *fromname, int to, const char *toname);

#endif
