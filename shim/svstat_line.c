/* Formats a service's status the way s6-svstat does. Reads and prints nothing. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "signame.h"
#include "svstat_line.h"
#include "tai.h"

struct line {
	char *text;
	size_t len;
};

static void add(struct line *line, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct line *line, const char *fmt, ...)
{
	size_t room = SVSTAT_LINE - line->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line->text + line->len, room, fmt, ap);
	va_end(ap);
	if (n > 0)
		line->len += (size_t)n < room ? (size_t)n : room - 1;
}

static void add_bool(struct line *line, bool value)
{
	add(line, "%s", value ? "true" : "false");
}

/* Whole seconds since then; a stamp in the future counts as now. */
static long long seconds_since(const struct timespec *then, const struct timespec *now)
{
	long long s = (long long)now->tv_sec - then->tv_sec;

	if (now->tv_nsec < then->tv_nsec)
		s--;
	return s < 0 ? 0 : s;
}

/* The exit code of the last death, -1 where there is none to tell. */
static int exit_code(const struct svstat *s)
{
	if (svstatus_is_up(&s->st) || svstatus_is_not_started(&s->st) || WIFSIGNALED(s->st.wstat))
		return -1;
	return WEXITSTATUS(s->st.wstat);
}

static int last_signal(const struct svstat *s)
{
	return svstatus_is_up(&s->st) || !WIFSIGNALED(s->st.wstat) ? -1 : WTERMSIG(s->st.wstat);
}

static void add_signal(struct line *line, int sig)
{
	const char *name = signame_of(sig);

	add(line, "SIG%s", name ? name : "???");
}

static void add_stamp(struct line *line, const struct timespec *stamp)
{
	char text[TAI64N_TEXT + 1];

	tai64n_format(text, stamp);
	add(line, "%s", text);
}

static void f_up(struct line *line, const struct svstat *s)
{
	add_bool(line, svstatus_is_up(&s->st));
}

static void f_wantedup(struct line *line, const struct svstat *s)
{
	add_bool(line, s->st.want_up);
}

static void f_normallyup(struct line *line, const struct svstat *s)
{
	add_bool(line, s->normally_up);
}

static void f_ready(struct line *line, const struct svstat *s)
{
	add_bool(line, s->st.pid && s->st.ready);
}

static void f_paused(struct line *line, const struct svstat *s)
{
	/* Without a pid the flag means "not started yet". */
	add_bool(line, s->st.pid && s->st.paused);
}

static void f_pid(struct line *line, const struct svstat *s)
{
	add(line, "%lld", svstatus_is_up(&s->st) ? (long long)s->st.pid : -1LL);
}

static void f_exitcode(struct line *line, const struct svstat *s)
{
	add(line, "%d", exit_code(s));
}

static void f_signal(struct line *line, const struct svstat *s)
{
	if (last_signal(s) < 0)
		add(line, "NA");
	else
		add_signal(line, last_signal(s));
}

static void f_signum(struct line *line, const struct svstat *s)
{
	add(line, "%d", last_signal(s));
}

static void f_updownsince(struct line *line, const struct svstat *s)
{
	add_stamp(line, &s->st.stamp);
}

static void f_readysince(struct line *line, const struct svstat *s)
{
	add_stamp(line, &s->st.readystamp);
}

static void f_updownfor(struct line *line, const struct svstat *s)
{
	add(line, "%lld", seconds_since(&s->st.stamp, &s->now));
}

static void f_readyfor(struct line *line, const struct svstat *s)
{
	add(line, "%lld", seconds_since(&s->st.readystamp, &s->now));
}

static const struct {
	const char *name;
	char letter;
	void (*print)(struct line *line, const struct svstat *s);
} fields[] = {
	{ "exitcode", 'e', f_exitcode },
	{ "normallyup", 'N', f_normallyup },
	{ "paused", 0, f_paused },
	{ "pgid", 'g', f_pid }, /* every service leads its process group */
	{ "pid", 'p', f_pid },
	{ "ready", 'r', f_ready },
	{ "readyfor", 0, f_readyfor },
	{ "readysince", 0, f_readysince },
	{ "signal", 's', f_signal },
	{ "signum", 0, f_signum },
	{ "up", 'u', f_up },
	{ "updownfor", 't', f_updownfor },
	{ "updownsince", 0, f_updownsince },
	{ "wantedup", 'w', f_wantedup },
};
#define NFIELDS ((int)(sizeof(fields) / sizeof(fields[0])))

int svstat_field_of_letter(char letter)
{
	for (int i = 0; letter && i < NFIELDS; i++)
		if (fields[i].letter == letter)
			return i;
	return -1;
}

int svstat_field_of_name(const char *name, size_t len)
{
	int found = -1, n = 0;

	for (int i = 0; i < NFIELDS; i++) {
		if (len == 0 || strncmp(fields[i].name, name, len) != 0)
			continue;
		if (!fields[i].name[len])
			return i;
		found = i;
		n++;
	}
	return n == 1 ? found : -1;
}

void svstat_fields(char out[SVSTAT_LINE], const struct svstat *s, const int *field, unsigned int n)
{
	struct line line = { out, 0 };

	*out = '\0';
	for (unsigned int i = 0; i < n; i++) {
		if (i)
			add(&line, " ");
		fields[field[i]].print(&line, s);
	}
}

static void add_death(struct line *line, const struct svstat *s, bool numeric)
{
	if (!WIFSIGNALED(s->st.wstat)) {
		add(line, "down (exitcode %d)", WEXITSTATUS(s->st.wstat));
	} else if (numeric) {
		add(line, "down (signal %d)", WTERMSIG(s->st.wstat));
	} else {
		add(line, "down (signal ");
		add_signal(line, WTERMSIG(s->st.wstat));
		add(line, ")");
	}
}

void svstat_human(char out[SVSTAT_LINE], const struct svstat *s, bool numeric)
{
	struct line line = { out, 0 };
	bool up = svstatus_is_up(&s->st), fresh = svstatus_is_not_started(&s->st);

	*out = '\0';
	/* The process group is the pid, and is left out: clients look for "(pid N)". */
	if (up)
		add(&line, "up (pid %lld)", (long long)s->st.pid);
	else if (fresh)
		add(&line, "down (not started yet) ");
	else
		add_death(&line, s, numeric);
	if (!fresh)
		add(&line, " %lld seconds", seconds_since(&s->st.stamp, &s->now));
	if (up && !s->normally_up)
		add(&line, ", normally down");
	if (!up && s->normally_up)
		add(&line, ", normally up");
	if (up && s->st.paused)
		add(&line, ", paused");
	if (up && !s->st.want_up)
		add(&line, ", want down");
	if (!up && s->st.want_up)
		add(&line, ", want up");
	if (s->st.ready && !fresh)
		add(&line, ", ready %lld seconds", seconds_since(&s->st.readystamp, &s->now));
}
