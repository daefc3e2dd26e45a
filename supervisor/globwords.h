/*
 * Command lines of variables: cut at blanks, patterns replaced by the paths they match, nothing quoted and no
 * shell involved. Reads directories, so for forked children only.
 */
#ifndef HEXAD_GLOBWORDS_H
#define HEXAD_GLOBWORDS_H

#include <stddef.h>

/*
 * The words of text (NULL: none), then those of more (NULL: none), ended by NULL. A word that matches nothing stays
 * as it is. The memory is never freed. NULL without memory.
 */
char **globwords(const char *text, char *const *more);

#endif
