/*
 * Names and parsers of the files in a service directory. dirfd is always the service directory.
 * Files are read at the moment they are needed, never cached. Rules (s6-servicedir, section 1):
 * numbers: at most 11 bytes are read, cut at the first newline, digits only, <= 4294967295;
 * signals: at most 15 bytes, cut at the first newline, NAME, SIGNAME or a number, any case;
 * flags: existence alone.
 */
#ifndef SV_SVCDIR_H
#define SV_SVCDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest name of a service in a scan directory (s6-svscan's default), and with "/log" appended. */
#define SV_NAME_MAX 251
#define SV_NAME_FULL (SV_NAME_MAX + 4)

/* Pure halves, for tests: len bytes of file content. 0, or -EINVAL. */
int svcdir_parse_uint(const char *text, size_t len, uint32_t *ret);
int svcdir_parse_signal(const char *text, size_t len, int *ret);

/*
 * Read a number or a signal file. 0 and *ret set; -ENOENT: no such file, *ret untouched;
 * -EINVAL: content invalid ("invalid FILE"); any other -errno: cannot be read.
 */
int svcdir_uint(int dirfd, const char *file, uint32_t *ret);
int svcdir_signal(int dirfd, const char *file, int *ret);

/* 1 there, 0 not there (a dangling link counts as not), -errno. */
int svcdir_flag(int dirfd, const char *file);

/*
 * Which of the files that most directories lack are there, from one reading of the directory instead of a failing call for
 * each: for a caller that is about to ask for several, and only for so long. svcdir_lacks is true where the reading
 * shows that file is not there; false: it may be there (also where the directory could not be read to its end), ask.
 */
uint32_t svcdir_list(int dirfd);
bool svcdir_lacks(uint32_t list, const char *file);
#define SVCDIR_UNKNOWN UINT32_MAX /* of a directory that was not read */

/*
 * Is this a name that a scan directory entry may have? Not empty, no leading dot, no slash, at most
 * SV_NAME_MAX bytes. s6 allows all else, newlines too.
 */
bool svcdir_name_ok(const char *name);

/*
 * Is this a name that hexad makes slots for: [a-z0-9][a-z0-9_-]*, at most max bytes (242)?
 * Returns NULL if it is, else a sentence saying what is wrong, without the name.
 */
const char *svcdir_profile_name_why(const char *name, size_t max);
#define SV_PROFILE_MAX 242

#endif
