#include "rundir.h"

#include <sys/stat.h>

/* Root's, and the class that we are in may do everything there but remove what others have made. */
static bool is_sticky(const struct rundir_facts *f)
{
	bool group = f->group == f->egid;
	mode_t need = group ? S_IRWXG | S_ISVTX | S_ISGID : S_IRWXO | S_ISVTX;

	return f->owner == 0 && (f->mode & need) == need;
}

static bool is_wanted_loose(const struct rundir_facts *f)
{
	const mode_t need = S_IRWXU | S_IRWXG;

	return f->world_writable_is_wanted && f->owner == 0 && (f->mode & need) == need;
}

enum rundir_verdict rundir_judge(const struct rundir_facts *f)
{
	if (f->owner == f->uid)
		return RUNDIR_OURS;
	if (f->euid == 0)
		return RUNDIR_TAKE;
	if (f->gid == 0 && f->group == 0)
		return (f->mode & S_IRWXG) == S_IRWXG && !(f->mode & S_IWOTH) ? RUNDIR_OURS : RUNDIR_BAD;
	if (is_sticky(f))
		return RUNDIR_STICKY;
	return is_wanted_loose(f) ? RUNDIR_LOOSE : RUNDIR_BAD;
}
