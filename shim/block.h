/* execline's blocks, as some of s6's commands take them: words up to an empty one. */
#ifndef SV_BLOCK_H
#define SV_BLOCK_H

/*
 * The number of words before the empty one that ends the block. One leading blank of a word is its mark and taken
 * off; EXECLINE_STRICT asks for it (1: warns, more: dies). Without an end the process dies with
 * "unterminated WHAT block"; exit 100 for both.
 */
unsigned int block_take(char **word, const char *what);

#endif
