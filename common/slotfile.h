/*
 * PURE: the programs of a profile's slot as hexad writes them. run, log/run and finish are each a text that
 * hexad-slot reads: one thing a line, a key, a blank and a value. Nothing is quoted and no shell reads it.
 *
 *	#!/command/hexad-slot
 *	env HOME=/opt/data
 *	exec tool
 *
 * A value goes to the end of its line; "\n" in it is a newline and "\\" a backslash, every other byte
 * stands for itself. docs/profiles.md says what the keys mean.
 */
#ifndef SV_SLOTFILE_H
#define SV_SLOTFILE_H

#include <stddef.h>

#define SLOTFILE_MAX 16384 /* bytes of one text, and one more */
#define SLOTFILE_INTERPRETER "/command/hexad-slot"

enum slotfile_key {
	SLOTFILE_USER,     /* whom to become, by name or number */
	SLOTFILE_ENV,      /* NAME=value, over what the container's environment says; any number of lines */
	SLOTFILE_DIR,      /* where the program starts */
	SLOTFILE_EXEC,     /* a word of the program's command */
	SLOTFILE_HOME_ENV, /* the variable that names the home, if it holds an absolute path */
	SLOTFILE_HOME,     /* else the home is this */
	SLOTFILE_LOG_DIR,  /* the log directory, below the home */
	SLOTFILE_LOG,      /* a word of its logging script */
	SLOTFILE_PARK,     /* an exit code after which the service stays down */
	SLOTFILE_KEYS
};

struct slotfile {
	size_t len; /* SLOTFILE_MAX: it did not fit */
	char buf[SLOTFILE_MAX];
};

/* The first line. */
void slotfile_begin(struct slotfile *f);

/* One line in two or more steps: its key, pieces of the value, its end. */
void slotfile_key(struct slotfile *f, enum slotfile_key key);
void slotfile_value(struct slotfile *f, const char *text, size_t len);
void slotfile_end_line(struct slotfile *f);

/* A whole line. */
void slotfile_add(struct slotfile *f, enum slotfile_key key, const char *value);

/* 0, or -E2BIG: the text is not to be used. */
int slotfile_end(const struct slotfile *f);

/*
 * Reading: text is NUL-terminated and is changed. slotfile_open checks the first line and gives the place of
 * the next one, or NULL. slotfile_next takes the line at *at: 1, with *value decoded in place; 0 at the
 * end; -EBADMSG for a line that is none, *at being where it begins.
 */
char *slotfile_open(char *text);
int slotfile_next(char **at, enum slotfile_key *key, char **value);

#endif
