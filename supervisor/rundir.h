/* PURE: may the container's user work in a /run that looks like this? */
#ifndef HEXAD_RUNDIR_H
#define HEXAD_RUNDIR_H

#include <stdbool.h>
#include <sys/types.h>

struct rundir_facts {
	uid_t uid, euid;       /* who we are */
	gid_t gid, egid;
	uid_t owner;           /* of /run */
	gid_t group;
	mode_t mode;
	bool world_writable_is_wanted; /* S6_YES_I_WANT_A_WORLD_WRITABLE_RUN_BECAUSE_KUBERNETES */
};

enum rundir_verdict {
	RUNDIR_OURS,   /* nothing to say */
	RUNDIR_TAKE,   /* somebody else's, and root can make it ours */
	RUNDIR_STICKY, /* others can write there too, but not remove what is ours */
	RUNDIR_LOOSE,  /* others can do everything there, and the user wants it so */
	RUNDIR_BAD,    /* others can do everything there, or we can do nothing */
};

/* Compat: overlay-boot 3.2, row by row. */
enum rundir_verdict rundir_judge(const struct rundir_facts *f);

#endif
