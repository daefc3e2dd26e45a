/*
 * fix-attrs: files of lines "path recurse account fmode dmode" that give files an owner and a mode.
 *
 *   path     a shell pattern; every match is treated. None, and the path stands for itself: an error.
 *   recurse  exactly "true" to treat all that is below a directory too
 *   account  NAME: the user and his group. U:G: each by name or number, an empty part is 0. Either may be
 *            followed by ",UID:GID", which stand in, part by part, for what is not known.
 *   fmode    octal, for all but directories; dmode: for directories
 *
 * Words are separated by blanks. "#" as the first word makes a comment; "#word" does not.
 *
 * A symbolic link is followed only where the path names it literally. What a pattern or the descent finds
 * may have been planted by whoever owns the tree: such links are left alone, themselves and their targets.
 *
 * Reads trees of unknown size: PID 1 calls all but the pure parts in a short-lived child.
 */
#ifndef SV_FIXATTRS_H
#define SV_FIXATTRS_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#define FIXATTRS_FILE_MAX 262144 /* a longer file is refused */

enum fixattrs_error {
	FIXATTRS_OK,
	FIXATTRS_NOTHING, /* an empty line or a comment: not a mistake */
	FIXATTRS_NUL,
	FIXATTRS_FEW,
	FIXATTRS_MANY,
	FIXATTRS_FALLBACK,
	FIXATTRS_FMODE,
	FIXATTRS_DMODE,
	FIXATTRS_ACCOUNT, /* unknown and without a fallback; err is 0 or why the files could not be read */
	FIXATTRS_APPLY,   /* a system call failed: err */
	FIXATTRS_READ     /* the file could not be read: err */
};

/* One line. The texts are pieces of what was parsed. */
struct fixattrs_line {
	const char *path;
	bool recurse;
	const char *user;
	const char *group; /* NULL: the user's own */
	bool has_fallback;
	uid_t fallback_uid;
	gid_t fallback_gid;
	mode_t fmode, dmode;
};

struct fixattrs_failure {
	enum fixattrs_error error;
	int err;             /* -errno or 0 */
	unsigned int line;   /* number of the line, from 1; 0: the file as such */
	char path[PATH_MAX]; /* what could not be changed (FIXATTRS_APPLY), or the account; else "" */
};

/*
 * PURE. Parses len bytes at text, a line without its newline, which must have room for a NUL after them and is
 * cut to pieces.
 */
enum fixattrs_error fixattrs_parse(char *text, size_t len, struct fixattrs_line *ret);

/* PURE. What is wrong, as a phrase for messages: "recurse, account, fmode or dmode is missing". */
const char *fixattrs_error_text(enum fixattrs_error error);

/* Whom the line means, by /etc/passwd and /etc/group. 0, -ENOENT, or another -errno. */
int fixattrs_account(const struct fixattrs_line *line, uid_t *uid, gid_t *gid);

/*
 * Gives path, and below it as the line says, to uid and gid, and sets modes: the owner first, then the mode,
 * neither where it is right already. Entries with a leading dot are descended to only if hidden. Stops at the first
 * failure: -errno, and culprit is the path that it was about.
 */
int fixattrs_apply(const struct fixattrs_line *line, uid_t uid, gid_t gid, bool hidden, char culprit[PATH_MAX]);

/*
 * Carries out the lines of dirfd/name in order, up to the first that fails. A last line without a newline counts.
 * True if all went well; else *ret says what did not.
 */
bool fixattrs_file(int dirfd, const char *name, bool hidden, struct fixattrs_failure *ret);

/*
 * Carries out all files of a directory but hidden ones, in the order of their bytes; a file that fails does not
 * keep the next from being carried out. on_failure is called once for each file that failed. Returns the number of
 * files, or -errno if the directory cannot be read (-ENOENT: there is none); *failed counts failures.
 */
int fixattrs_dir(const char *dir, bool hidden,
	void (*on_failure)(void *ctx, const char *name, const struct fixattrs_failure *failure), void *ctx,
	unsigned int *failed);

#endif
