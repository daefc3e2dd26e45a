/*
 * Names of processes as ps shows them. PID 1 keeps its own command line for ever (clients look for the
 * container's words in /proc/1/cmdline); only forked children of our own code are given a title.
 */
#ifndef HEXAD_TITLE_H
#define HEXAD_TITLE_H

/*
 * Remembers where the kernel looks for the command line, and moves environ out of the way. Returns a
 * copy of argv that no title overwrites, or argv itself without memory (titles are then off).
 */
char **title_init(int argc, char **argv);

/* In a forked child: sets the comm, and the command line (comm, a blank, words joined by blanks; words may be NULL). */
void title_set(const char *comm, char *const *words);

#endif
