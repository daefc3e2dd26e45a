/*
 * Writing service directories and s6-rc source definitions: what s6-instance-maker and s6-usertree-maker have in common. A call
 * that fails says so, removes the directory that maker_begin made, with all in it, and ends the process.
 */
#ifndef SV_MAKER_H
#define SV_MAKER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* What the logger shall do, and the names of -r. */
struct maker {
	const char *loguser, *logdir, *prefix;
	unsigned int stamp, nfiles;
	uint64_t filesize, maxsize;
	char *service, *logger, *pipeline; /* NULL where not asked for */
};
#define MAKER_INIT { .stamp = 1, .nfiles = 10, .filesize = 1000000 }

/* The options that both take. */
#define MAKER_OPTIONS "r:l:t:n:s:S:P:"

/* Takes one of MAKER_OPTIONS; what is wrong with it is a usage error or ends the process with s6's words, 100. */
void maker_option(struct maker *m, int letter, char *value, bool needs_logger);

/* A user's name, not empty. "invalid user" and 100 if it is none. */
void maker_check_user(const char *user);

/* Makes the directory that everything goes into. */
void maker_begin(const char *dir);

/* Ends the process after removing it. */
void maker_fail(int err, const char *what, const char *name) __attribute__((noreturn));

/* Below the directory, by paths relative to it ("" is itself): a directory of mode 0755; a file, 0666 or 0777 less the umask. */
void maker_mkdir(const char *path);
void maker_file(const char *path, const char *name, const char *text, mode_t mode);

/* The descriptor of the directory. */
int maker_fd(void);

/*
 * A script of execline is begun with maker_script, written to with stdio, and put into path/run by maker_script_end.
 * maker_quote writes a word, quoted; maker_program the name of an s6 command, with the directory that ours are in.
 */
FILE *maker_script(void);
void maker_quote(FILE *f, const char *word);
void maker_program(FILE *f, const char *name);
void maker_script_end(FILE *f, const char *path, mode_t mode);

/* The logger: its run and notification-fd, in path. */
void maker_logger(const struct maker *m, const char *path, mode_t mode);

/* The files of s6-rc around a producer and, if there is one, its logger. */
void maker_definitions(const struct maker *m);

#endif
