/* Where this program is, for commands that name other commands. */
#ifndef SV_OWNDIR_H
#define SV_OWNDIR_H

/* The directory of this program, as "DIR/"; "" where it has no s6-svscan beside it, or cannot be told. */
const char *owndir(void);

#endif
