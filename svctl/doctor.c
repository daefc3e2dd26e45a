/* The list of findings, and those that follow from figures alone. */
#include "doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signame.h"

#define FDS_A_SLOT 5 /* of a service with a logger: three for each half at most, less what is shared */
#define FDS_OWN 32

struct finding *doctor_add(struct findings *f, enum finding_level level, const char *about, const char *fmt, ...)
{
	struct finding *v = realloc(f->v, (f->n + 1) * sizeof *v);
	va_list ap;

	if (v == NULL)
		return NULL;
	f->v = v;
	v = &f->v[f->n++];
	*v = (struct finding){ .level = level };
	snprintf(v->about, sizeof v->about, "%s", about);
	va_start(ap, fmt);
	vsnprintf(v->what, sizeof v->what, fmt, ap);
	va_end(ap);
	return v;
}

void doctor_mend(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	if (f == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(f->mend, sizeof f->mend, fmt, ap);
	va_end(ap);
}

void doctor_finish(struct findings *f)
{
	free(f->v);
	*f = (struct findings){ NULL, 0 };
}

static void judge_room(struct findings *f, const struct doctor_info *i)
{
	int64_t left = (i->fd_limit - FDS_OWN) / FDS_A_SLOT * 2 - i->slots_used;

	if (i->slots_used >= i->slots_max)
		doctor_mend(doctor_add(f, FINDING_BAD, "limits", "all %lld places for services are taken",
			(long long)i->slots_max), "raise slots_max in section supervisor, or remove services");
	else if (left <= 0)
		doctor_mend(doctor_add(f, FINDING_BAD, "limits", "%lld open files are not enough for %lld services",
			(long long)i->fd_limit, (long long)i->slots_used),
			"raise the limit of open files (ulimit -n, or the engine's --ulimit nofile=N)");
	else if (left < i->slots_used / 4 || left < 16)
		doctor_mend(doctor_add(f, FINDING_WARNING, "limits",
			"the limit of %lld open files leaves room for %lld more services", (long long)i->fd_limit,
			(long long)left), "raise it (ulimit -n, or the engine's --ulimit nofile=N)");
	else
		doctor_add(f, FINDING_FINE, "limits", "%lld of at most %lld services, %lld open files allowed",
			(long long)i->slots_used, (long long)i->slots_max, (long long)i->fd_limit);
}

static void judge_faults(struct findings *f, const struct doctor_info *i)
{
	const char *name = signame_of((int)i->fault_signal);

	if (i->faults > 0)
		doctor_mend(doctor_add(f, FINDING_WARNING, "supervisor",
			"it has renewed itself %lld times after a fault, the last one SIG%s; no service was lost",
			(long long)i->faults, name != NULL ? name : "?"),
			"keep its log from around that time, and report it");
}

void doctor_supervisor(struct findings *f, const struct doctor_info *i)
{
	if (!i->known)
		return;
	judge_room(f, i);
	judge_faults(f, i);
	if (i->leaving)
		doctor_add(f, FINDING_WARNING, "supervisor", "it is being stopped: nothing new is started");
	if (i->init && !i->pid1)
		doctor_mend(doctor_add(f, FINDING_WARNING, "supervisor",
			"it is not process 1: what services leave behind may go to somebody else, and a stop of the "
			"container reaches that one first"), "start the container without --init or another entrypoint");
	if (i->init && i->uid != 0)
		doctor_mend(doctor_add(f, FINDING_NOTE, "supervisor",
			"it runs as uid %lld, not as root: every service runs as that user", (long long)i->uid),
			"start the container as root if services are to run as different users");
	if (i->shared)
		doctor_mend(doctor_add(f, FINDING_NOTE, "scandir",
			"others than root can write it: they make services, and its control FIFO takes only a n N z h"),
			"say scandir_owner = root in section supervisor, and use svctl register");
	if (i->profiles[0] != '\0')
		doctor_add(f, FINDING_NOTE, "profiles", "%s", i->profiles);
}
