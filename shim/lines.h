/* A filter of lines: reads standard input, lets each line be rewritten, writes standard output. */
#ifndef SV_LINES_H
#define SV_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/*
 * Calls each(line, len, ended, out) for every line, without its newline; ended tells that there was one. What it adds
 * to out is written before the next read. Ends the process with exit 111 on a failure, returns at the end of input.
 */
void lines_filter(void (*each)(const char *line, size_t len, bool ended, struct buf *out));

#endif
