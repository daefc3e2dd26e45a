/*
 * Signals to whole sessions and to processes that nobody here supervises, while the container is being
 * stopped. Owns who is spared (loggers) and what is said about those that did not end.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot_int.h"
#include "msg.h"
#include "procs.h"
#include "service.h"
#include "sys.h"

#define NAMED_MAX 16

void boot_kill_group(pid_t leader, int sig)
{
	if (leader <= 0)
		return;
	/* Before its setsid there is no group of that number. */
	if (sys.kill(-leader, sig) < 0)
		(void)sys.kill(leader, sig);
}

static int by_pid(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

bool boot_led_by(const struct leaders *l, const struct proc *p)
{
	return l->n && (bsearch(&p->sid, l->pid, l->n, sizeof(*l->pid), by_pid) ||
		bsearch(&p->pid, l->pid, l->n, sizeof(*l->pid), by_pid));
}

/* No pid is no leader: a session of another pid namespace is seen as 0. */
static void add_leader(struct leaders *l, pid_t pid)
{
	if (pid > 0)
		l->pid[l->n++] = pid;
}

struct leaders boot_leaders(struct supervisor *sv, bool only_loggers)
{
	const struct boot_record *rec = &sv->boot->rec;
	struct leaders l = { sys.calloc(sv->services_max + 6, sizeof(*l.pid)), 0 };

	if (!l.pid)
		return l;
	for (struct service *s = service_next(sv, NULL); s; s = service_next(sv, s))
		if ((boot_is_logger(s) || !only_loggers) && l.n < sv->services_max)
			add_leader(&l, s->d->pid);
	add_leader(&l, rec->logger);
	add_leader(&l, rec->prefixer);
	add_leader(&l, rec->reader_of_all);
	if (!only_loggers) {
		add_leader(&l, rec->holder);
		add_leader(&l, rec->script);
	}
	qsort(l.pid, l.n, sizeof(*l.pid), by_pid);
	return l;
}

/* Without memory always true: twice told is better than never. */
bool boot_first_told(struct boot *b, pid_t pid)
{
	if (!b->told)
		b->told = sys.calloc(PROCS_MAX, sizeof(*b->told));
	if (!b->told)
		return true;
	for (size_t i = 0; i < b->ntold; i++)
		if (b->told[i] == pid)
			return false;
	if (b->ntold < PROCS_MAX)
		b->told[b->ntold++] = pid;
	return true;
}

void boot_term_strangers(struct supervisor *sv, bool only_loggers_stay)
{
	struct leaders stay = boot_leaders(sv, only_loggers_stay);
	struct proc *p = NULL;
	ssize_t n = procs_list(&p, sv->pid1);

	for (ssize_t i = 0; i < n; i++) {
		if (boot_led_by(&stay, &p[i]) || !boot_first_told(sv->boot, p[i].pid))
			continue;
		(void)sys.kill(p[i].pid, SIGTERM);
		(void)sys.kill(p[i].pid, SIGCONT);
		/* An interactive shell ignores SIGTERM; that its terminal goes away it understands. */
		if (p[i].tty_leader)
			(void)sys.kill(p[i].pid, SIGHUP);
	}
	free(p);
	free(stay.pid);
}

static const char *service_of(struct supervisor *sv, const struct proc *p)
{
	for (struct service *s = service_next(sv, NULL); s; s = service_next(sv, s))
		if (s->d->pid > 0 && (s->d->pid == p->pid || s->d->pid == p->sid))
			return s->id->name;
	if (sv->boot->rec.holder && sv->boot->rec.holder == p->sid)
		return "the main program";
	return NULL;
}

void boot_name_them(struct supervisor *sv, const struct proc *p, size_t n, const struct leaders *but, const char *what)
{
	char comm[64], name[SV_NAME_FULL * 4 + 1];
	size_t named = 0;

	for (size_t i = 0; i < n; i++) {
		const char *of;

		/* The holder only waits for the main program. */
		if (boot_led_by(but, &p[i]) || p[i].pid == sv->boot->rec.holder)
			continue;
		if (++named > NAMED_MAX)
			continue;
		of = service_of(sv, &p[i]);
		(void)msg_escape(comm, sizeof(comm), p[i].comm, strlen(p[i].comm));
		if (of)
			(void)msg_escape(name, sizeof(name), of, strlen(of));
		msg_warn(0, "%s%s'%s' (pid %ld) %s", of ? name : "", of ? ": " : "", comm, (long)p[i].pid, what);
	}
	if (named > NAMED_MAX)
		msg_warn(0, "%zu more %s", named - NAMED_MAX, what);
}

void boot_kill_blindly(struct supervisor *sv)
{
	if (sv->pid1) {
		(void)sys.kill(-1, SIGKILL);
		return;
	}
	for (struct service *s = service_next(sv, NULL); s; s = service_next(sv, s))
		boot_kill_group(s->d->pid, SIGKILL);
	boot_kill_group(sv->boot->rec.holder, SIGKILL);
	boot_kill_group(sv->boot->rec.script, SIGKILL);
}

bool boot_blind_left(struct supervisor *sv)
{
	if (sv->pid1)
		return sys.kill(-1, 0) == 0;
	return sv->boot->rec.holder || sv->boot->rec.script || service_next(sv, NULL);
}
