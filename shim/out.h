/* Standard output of commands that print: one write of what a buffer holds. */
#ifndef SV_OUT_H
#define SV_OUT_H

#include "buf.h"

/* Writes and empties it; a failure ends the process with exit 111. */
void out_write(struct buf *out);

/* The last one: gives its memory back too. */
void out_end(struct buf *out);

#endif
