/* Copies of files and trees. May take as long as the tree is large: PID 1 calls it only in a child. */
#ifndef SV_HIERCOPY_H
#define SV_HIERCOPY_H

#include <stdbool.h>
#include <sys/types.h>

/* Whose the copies become: ours, each the owner of what it is a copy of, or all the same one's. The last two as root. */
enum hiercopy_owner { HIERCOPY_OURS, HIERCOPY_KEEP, HIERCOPY_GIVE };

struct hiercopy {
	enum hiercopy_owner owner;
	uid_t uid;      /* HIERCOPY_GIVE */
	gid_t gid;
	mode_t strip;   /* bits that no copy has */
	bool whole;     /* sockets and devices are copied too, and links get an owner */
	bool merge;     /* hiercopy_entry: a directory that is there is filled, all else that is there replaced */
};

/* The file that is open as from becomes todir/name, which must not be there. mode 0: its own. 0 or -errno. */
int hiercopy_file(const struct hiercopy *c, int from, int todir, const char *name, mode_t mode);

/* The same with a directory and all in it: files, directories, links as links, FIFOs; at most 32 levels. */
int hiercopy_dir(const struct hiercopy *c, int from, int todir, const char *name);

/*
 * The same with whatever fromdir/from is, as todir/to. Where they merge, a directory that is there gets the mode and
 * the owner of its model, and links in the place of a directory are not followed.
 */
int hiercopy_entry(const struct hiercopy *c, int fromdir, const char *from, int todir, const char *to);

/* The directory fromdir/from, which may be a link to one, whole: all with its mode and, for root, its owner. */
int hiercopy_whole(int fromdir, const char *from, int todir, const char *name);

#endif
