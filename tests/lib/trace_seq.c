/* One sequence: its service, an operation, what came of it, the next one. */
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace_child.h"
#include "trace_dir.h"

#define LIMIT_MS 60       /* for timeout-kill and timeout-finish */

static void remember_watch(struct service *s)
{
	if (s->watch >= g.watches) {
		int more = s->watch + 256;

		g.by_watch = realloc(g.by_watch, (size_t)more * sizeof(*g.by_watch));
		if (!g.by_watch)
			trace_die("no memory");
		memset(g.by_watch + g.watches, 0, (size_t)(more - g.watches) * sizeof(*g.by_watch));
		g.watches = more;
	}
	g.by_watch[s->watch] = s;
}

static struct service *make_service(struct sequence *q, const struct model *m, int parentfd, const char *name)
{
	struct service *s = trace_zeroed(1, sizeof(*s));
	char path[64];
	struct stat st;

	s->seq = q;
	s->dirfd = trace_dir_make(parentfd, name, g.top, m, &s->listener);
	if (fstat(s->dirfd, &st) < 0)
		trace_die(name);
	s->ino = st.st_ino;
	snprintf(path, sizeof(path), "/proc/self/fd/%d/supervise", s->dirfd);
	/* Two equal events in a row are merged by the kernel; the other half of a rename keeps them apart. */
	s->watch = inotify_add_watch(g.inotify, path, IN_MOVED_TO | IN_MOVED_FROM);
	if (s->watch < 0)
		trace_die("unable to watch supervise");
	remember_watch(s);
	watch_fd(s->listener, s);
	return s;
}

/* A scan that another sequence asked for must not find them before they are watched. */
static void make_services(struct sequence *q)
{
	char name[16], new[32];

	snprintf(name, sizeof(name), NAME_FORM, q->number);
	snprintf(new, sizeof(new), ".away/%s.new", name);
	q->pipe = 0;
	q->part[0].cur = make_service(q, &q->part[0].m, g.scan, new);
	if (q->parts > 1)
		q->part[1].cur = make_service(q, &q->part[1].m, q->part[0].cur->dirfd, "log");
	if (renameat(g.scan, new, g.scan, name) < 0)
		trace_die(name);
}

static void drop_service(struct service *s)
{
	if (!s)
		return;
	inotify_rm_watch(g.inotify, s->watch);
	g.by_watch[s->watch] = NULL;
	if (s->run)
		s->run->service = NULL;
	if (s->fin)
		s->fin->service = NULL;
	close(s->listener);
	close(s->dirfd);
	free(s);
}

static void tell_control(int dirfd, const char *fifo, const char *bytes)
{
	int fd = openat(dirfd, fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || write(fd, bytes, strlen(bytes)) != (ssize_t)strlen(bytes))
		fprintf(stderr, "trace: warning: unable to write to %s: %s\n", fifo, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void order(struct service *s, bool finish, enum trace_order what, int arg)
{
	unsigned char bytes[2] = { (unsigned char)what, (unsigned char)arg };
	struct child *c = finish ? s->fin : s->run;

	if (c)
		(void)!send(c->fd, bytes, sizeof(bytes), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* --- what was seen --- */

static void print_stamps(FILE *f, struct service *s, const struct seen *seen)
{
	fputs(memcmp(s->stamps, seen->status, 12) != 0 ? " S" : " -", f);
	fputs(memcmp(s->stamps + 12, seen->status + 12, 12) != 0 ? "R" : "-", f);
	memcpy(s->stamps, seen->status, sizeof(s->stamps));
}

static const char *whose_pid(const struct service *s, uint64_t pid)
{
	if (pid == 0)
		return "none";
	if (s->run && (uint64_t)s->run->pid == pid)
		return "run";
	if (s->fin && (uint64_t)s->fin->pid == pid)
		return "finish";
	return "stranger";
}

/* Takes what an operation was to lead to, at most, and leaves the rest for the next one. */
static void take_letters(char *ret, struct service *s, size_t n)
{
	if (n > strlen(s->letters))
		n = strlen(s->letters);
	memcpy(ret, s->letters, n);
	ret[n] = '\0';
	memmove(s->letters, s->letters + n, strlen(s->letters + n) + 1);
}

static void print_status(FILE *f, struct service *s, const struct model *m)
{
	struct seen seen;
	int flags;

	trace_dir_look(s->dirfd, &seen);
	flags = seen.flags;
	/* Known: 2.13.2 and later say in the first status that nothing was started yet. */
	if (m->fresh && seen.pid == 0 && flags >= 0)
		flags &= ~1;
	fprintf(f, " flags=%02x wstat=%04x pid=%s", (unsigned int)flags, seen.wstat, whose_pid(s, seen.pid));
	print_stamps(f, s, &seen);
	fprintf(f, " tally=%ld,%d,%d%s%s", seen.deaths, seen.last_code, seen.last_signal, seen.down ? " down" : "",
		s->hello);
	s->hello[0] = '\0';
	s->run_came = s->fin_came = false;
}

/* How many status writes more or less than s6 2.15 the supervisor under test does. */
static int extra_writes(const struct expect *e)
{
	return g.old ? e->old_writes : e->our_writes;
}

/*
 * A restart that is due may come before we have looked or after: then the status waits for the record of the
 * operation that begins with that restart, and nothing is taken that may belong to it.
 */
static void record(struct sequence *q, struct service *s, const struct model *m, const char *name)
{
	const struct expect *e = &q->want;
	int extra = extra_writes(e), writes = s->writes - extra;
	uint64_t signals = s->signals;
	char letters[sizeof(s->letters)];

	take_letters(letters, s, m->waiting || q->of_old ? strlen(e->letters) : sizeof(letters));
	if ((m->waiting || q->of_old) && writes > e->writes)
		writes = e->writes;
	/* A prune that another sequence asks for tells the replaced one to stop once more. */
	if (q->of_old)
		signals &= e->signals;
	fprintf(q->trace, "%05d.%02d %s%s %d: letters=%s writes=%d signals=%llx", q->number, q->done, q->at > 0 ? "log-" : "",
		name, q->op.arg, letters, writes, (unsigned long long)signals);
	s->writes -= writes + extra;
	if (q->of_old)
		s->writes = 0;
	s->signals = 0;
	if (!m->waiting)
		print_status(q->trace, s, m);
	fputc('\n', q->trace);
}

static struct service *subject(const struct sequence *q)
{
	return q->of_old ? q->part[q->at].old : q->part[q->at].cur;
}

static bool came(const struct sequence *q)
{
	const struct service *s = subject(q);
	const struct expect *e = &q->want;

	if (q->op.kind == OP_LINGER && !q->of_old && now_ms() - q->since < LINGER_MS)
		return false;
	return strlen(s->letters) >= strlen(e->letters) && s->writes >= e->writes + extra_writes(e) &&
	       (e->signals & ~s->signals) == 0 && (!e->run || s->run_came) && (!e->finish || s->fin_came);
}

static void record_op(struct sequence *q)
{
	struct service *s = subject(q);
	char name[40];
	size_t n = (size_t)snprintf(name, sizeof(name), "%s%s", q->of_old ? "old-" : "", tm_op_name(q->op.kind));

	for (const char *b = q->op.bytes; *b && n < sizeof(name) - 2; b++)
		n += (size_t)snprintf(name + n, sizeof(name) - n, "%s%c", b == q->op.bytes ? " " : "",
			*b == '\n' ? '~' : *b);
	record(q, s, q->of_old ? &q->part[q->at].old_m : &q->part[q->at].m, name);
}

/* --- operations --- */

static void begin_models(struct sequence *q)
{
	for (int i = 0; i < q->parts; i++)
		tm_begin(&q->part[i].m, q->parts == 1 ? TM_ALONE : i == 0 ? TM_PRODUCER : TM_LOGGER, &q->rng, &q->part[i].begun);
}

static void replace(struct sequence *q)
{
	char name[16], away[40];
	int lives = q->part[0].m.lives - 1;

	snprintf(name, sizeof(name), NAME_FORM, q->number);
	snprintf(away, sizeof(away), ".away/" NAME_FORM ".%02d", q->number, q->done);
	if (renameat(g.scan, name, g.scan, away) < 0)
		trace_die("unable to move a service directory");
	for (int i = 0; i < q->parts; i++) {
		q->part[i].old_m = q->part[i].m;
		q->part[i].farewell = tm_replaced(&q->part[i].old_m, &q->part[i].replaced);
		q->part[i].old = q->part[i].cur;
	}
	begin_models(q);
	for (int i = 0; i < q->parts; i++)
		q->part[i].m.lives = lives;
	make_services(q);
	q->of_old = true;
	q->winding = false;
	q->at = 0;
	q->want = q->part[0].replaced;
	tell_control(g.scan, ".s6-svscan/control", "an");
}

static void end_process(struct sequence *q, bool finish)
{
	struct service *s = q->part[q->at].cur;
	struct child *c = finish ? s->fin : s->run;

	if (q->op.kind == OP_KILLED && c)
		kill(c->pid, SIGKILL);
	else
		order(s, finish, q->op.kind == OP_EXIT ? ORDER_EXIT : ORDER_SIGNALED, q->op.arg);
}

static void signal_file(int dirfd, const char *file, int sig)
{
	if (sig)
		trace_dir_number(dirfd, file, sig);
	else
		trace_dir_text(dirfd, file, NULL);
}

static void file_op(struct service *s, const struct op *op)
{
	if (op->kind == OP_FINISH_FILE)
		trace_dir_finish(s->dirfd, g.top, (enum tm_finish)op->arg);
	else if (op->kind == OP_NOTIFY_FILE)
		trace_dir_text(s->dirfd, "notification-fd", op->arg ? "3\n" : NULL);
	else if (op->kind == OP_DOWN_FILE)
		trace_dir_text(s->dirfd, "down", op->arg ? "" : NULL);
	else if (op->kind == OP_GROUP_FILE)
		trace_dir_text(s->dirfd, "flag-timeout-killpg", op->arg ? "" : NULL);
	else if (op->kind == OP_RUN_FILE)
		trace_dir_run(s->dirfd, op->arg);
	else
		signal_file(s->dirfd, op->kind == OP_RELOAD_FILE ? "reload-signal" : "down-signal", op->arg);
}

/* before is the state that the operation meets. */
static void carry_out(struct sequence *q, enum tm_state before)
{
	struct service *s = q->part[q->at].cur;
	bool finish = before == TM_FINISH || before == TM_LASTFINISH;

	switch (q->op.kind) {
	case OP_BYTES:
		tell_control(s->dirfd, "supervise/control", g.old ? q->op.plain : q->op.bytes);
		break;
	case OP_EXIT:
	case OP_SIGNALED:
	case OP_KILLED:
		end_process(q, finish);
		break;
	case OP_READY:
		order(s, false, ORDER_READY, 0);
		break;
	case OP_READY_EXIT:
		q->half = g.old;
		order(s, false, g.old ? ORDER_READY : ORDER_READY_EXIT, q->op.arg);
		break;
	case OP_UNREADY:
		order(s, false, ORDER_UNREADY, 0);
		break;
	case OP_FINISH_HANGS:
		trace_dir_number(s->dirfd, "timeout-finish", LIMIT_MS);
		trace_dir_text(s->dirfd, TRACE_HANG, "");
		order(s, false, ORDER_EXIT, q->op.arg);
		break;
	case OP_KILL_LIMIT:
		trace_dir_number(s->dirfd, "timeout-kill", LIMIT_MS);
		if (s->run)
			s->run->mute = true;
		tell_control(s->dirfd, "supervise/control", "d");
		break;
	case OP_SCAN:
		tell_control(g.scan, ".s6-svscan/control", "a");
		break;
	case OP_REPLACE:
		replace(q);
		break;
	case OP_START:
	case OP_RESTART:
	case OP_LINGER:
		break;
	default:
		file_op(s, &q->op);
	}
}

static void after(struct sequence *q)
{
	int dirfd = q->part[q->at].cur->dirfd;

	if (q->op.kind == OP_FINISH_HANGS) {
		trace_dir_text(dirfd, "timeout-finish", "0\n");
		trace_dir_text(dirfd, TRACE_HANG, NULL);
	}
	if (q->op.kind == OP_KILL_LIMIT)
		trace_dir_text(dirfd, "timeout-kill", NULL);
}

/* The one whose turn is after at; false: that was the last one. */
static bool other_part(struct sequence *q, int step)
{
	if (q->at + step < 0 || q->at + step >= q->parts)
		return false;
	q->at += step;
	return true;
}

/* The directories that were replaced are wound up step by step, loggers first; then those in their place must have begun. */
static void next_of_old(struct sequence *q)
{
	if (!q->winding && other_part(q, 1)) {
		struct part *p = &q->part[q->at];

		q->want = p->replaced;
		if (p->farewell[0])
			tell_control(p->old->dirfd, "supervise/control", p->farewell);
		return;
	}
	q->winding = true;
	do {
		struct part *p = &q->part[q->at];
		bool finish = p->old_m.state == TM_LASTFINISH;

		if (tm_wind_up(&p->old_m, &q->op, &q->want)) {
			order(p->old, finish, ORDER_EXIT, 0);
			return;
		}
	} while (other_part(q, -1));
	for (int i = 0; i < q->parts; i++) {
		drop_service(q->part[i].old);
		q->part[i].old = NULL;
	}
	q->of_old = false;
	q->op = (struct op){ .kind = OP_START };
	q->want = q->part[0].begun;
}

static void pick(struct sequence *q)
{
	struct part *p;
	bool may_replace = tm_may_replace(&q->part[0].m, q->parts > 1 ? &q->part[1].m : NULL);

	q->at = q->parts > 1 ? (int)tm_random(&q->rng, 2) : 0;
	p = &q->part[q->at];
	q->done++;
	tm_pick(&p->m, may_replace, &q->rng, &q->op, &q->want);
}

/* False: all of it was done already. */
static bool settle(struct sequence *q)
{
	if (q->settled == q->parts)
		return false;
	q->at = q->settled++;
	q->done = g.ops + 1;
	tm_settle(&q->part[q->at].m, &q->op, &q->want);
	return true;
}

static void next(struct sequence *q)
{
	enum tm_state before[2] = { q->part[0].m.state, q->part[1].m.state };

	q->since = now_ms();
	if (q->of_old) {
		next_of_old(q);
		return;
	}
	if (q->op.kind == OP_START && other_part(q, 1)) {
		q->want = q->part[q->at].begun;
		return;
	}
	if (q->done < g.ops) {
		pick(q);
	} else if (!settle(q)) {
		q->over = true;
		g.left--;
		return;
	}
	carry_out(q, before[q->at]);
}

static void give_up(struct sequence *q)
{
	const struct expect *e = &q->want;

	fprintf(q->trace, "%05d.%02d missing: letters=%s writes=%d signals=%llx%s%s\n", q->number, q->done, e->letters,
		e->writes, (unsigned long long)e->signals, e->run ? " run" : "", e->finish ? " finish" : "");
	record_op(q);
	q->over = q->lost = g.missing = true;
	g.left--;
}

/* Its readiness was heard of: now it may end. */
static void other_half(struct sequence *q)
{
	struct service *s = subject(q);

	if (!q->half || !strchr(s->letters, 'U'))
		return;
	q->half = false;
	order(s, false, ORDER_EXIT, q->op.arg);
}

void seq_go_on(struct sequence *q)
{
	other_half(q);
	while (!q->over && came(q)) {
		record_op(q);
		after(q);
		next(q);
	}
	if (!q->over && now_ms() - q->since > g.wait_ms)
		give_up(q);
}

void seq_begin(struct sequence *q, int number)
{
	*q = (struct sequence){ .number = number, .op.kind = OP_START, .since = now_ms() };
	q->parts = number % PAIR_EVERY == PAIR_EVERY - 1 ? 2 : 1;
	q->rng = (g.seed + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ ((uint64_t)(number + 1) * UINT64_C(0xbf58476d1ce4e5b9));
	for (int i = 0; i < 8; i++)
		(void)tm_random(&q->rng, 2);
	q->trace = open_memstream(&q->text, &q->size);
	if (!q->trace)
		trace_die("no memory");
	begin_models(q);
	q->want = q->part[0].begun;
	make_services(q);
}

void seq_last_look(struct sequence *q)
{
	q->want = (struct expect){ .writes = 0 };
	q->op = (struct op){ .kind = OP_LINGER };
	for (q->at = 0; q->at < q->parts; q->at++)
		record(q, q->part[q->at].cur, &q->part[q->at].m, q->lost ? "lost" : "final");
}

void seq_end_processes(struct sequence *q)
{
	for (int i = 0; i < q->parts; i++) {
		struct service *s = q->part[i].cur;

		if (s->run)
			kill(s->run->pid, SIGKILL);
		order(s, true, ORDER_EXIT, 0);
	}
}

void seq_print(struct sequence *q)
{
	fclose(q->trace);
	fputs(q->text, stdout);
	free(q->text);
	for (int i = 0; i < q->parts; i++) {
		drop_service(q->part[i].cur);
		drop_service(q->part[i].old);
	}
}
