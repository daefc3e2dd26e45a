/* Every row of the table of /run's owners and modes, with both answers where a row has two. */
#include <criterion/criterion.h>

#include "rundir.h"

/* uid, gid: who we are; owner, group, mode: what /run is. */
static const struct {
	uid_t uid;
	gid_t gid;
	uid_t owner;
	gid_t group;
	mode_t mode;
	bool wanted;
	enum rundir_verdict want;
} rows[] = {
	{ 1000, 1000, 1000, 0, 0700, false, RUNDIR_OURS },
	{ 1000, 1000, 1000, 5, 0777, false, RUNDIR_OURS },
	{ 0, 0, 0, 0, 0755, false, RUNDIR_OURS },
	{ 0, 0, 1000, 0, 0755, false, RUNDIR_TAKE },
	{ 0, 0, 1000, 1000, 0777, false, RUNDIR_TAKE },
	{ 1000, 0, 0, 0, 0775, false, RUNDIR_OURS },
	{ 1000, 0, 0, 0, 0770, false, RUNDIR_OURS },
	{ 1000, 0, 0, 0, 02770, false, RUNDIR_OURS },
	{ 1000, 0, 0, 0, 0777, false, RUNDIR_BAD },
	{ 1000, 0, 0, 0, 0755, false, RUNDIR_BAD },
	{ 1000, 0, 0, 0, 01777, false, RUNDIR_BAD },
	{ 1000, 1000, 0, 0, 01777, false, RUNDIR_STICKY },
	{ 1000, 1000, 0, 0, 03777, false, RUNDIR_STICKY },
	{ 1000, 1000, 5, 0, 01777, false, RUNDIR_BAD },
	{ 1000, 1000, 0, 0, 01775, false, RUNDIR_BAD },
	{ 1000, 1000, 0, 1000, 03775, false, RUNDIR_STICKY },
	{ 1000, 1000, 0, 1000, 01775, false, RUNDIR_BAD },
	{ 1000, 1000, 0, 1000, 02775, false, RUNDIR_BAD },
	{ 1000, 1000, 0, 0, 0777, false, RUNDIR_BAD },
	{ 1000, 1000, 0, 0, 0777, true, RUNDIR_LOOSE },
	{ 1000, 1000, 0, 5, 0775, true, RUNDIR_LOOSE },
	{ 1000, 1000, 0, 0, 0755, true, RUNDIR_BAD },
	{ 1000, 1000, 5, 0, 0777, true, RUNDIR_BAD },
	{ 1000, 1000, 0, 0, 0755, false, RUNDIR_BAD },
};

Test(rundir, judges_by_the_table)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct rundir_facts f = {
			.uid = rows[i].uid, .euid = rows[i].uid, .gid = rows[i].gid, .egid = rows[i].gid,
			.owner = rows[i].owner, .group = rows[i].group, .mode = rows[i].mode,
			.world_writable_is_wanted = rows[i].wanted,
		};

		cr_expect(rundir_judge(&f) == rows[i].want, "row %zu: uid %u gid %u, %u:%u %04o: %d, not %d", i,
			(unsigned)f.uid, (unsigned)f.gid, (unsigned)f.owner, (unsigned)f.group, (unsigned)f.mode,
			rundir_judge(&f), rows[i].want);
	}
}
