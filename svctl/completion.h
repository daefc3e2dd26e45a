/* Completion scripts for shells, made from the tables of commands and options. */
#ifndef SVCTL_COMPLETION_H
#define SVCTL_COMPLETION_H

#include <stdio.h>

/* "bash", "zsh" or "fish"; -EINVAL for another one. */
int completion_print(FILE *out, const char *shell);

#endif
