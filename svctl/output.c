/* Tables and JSON. Text that others chose is escaped; colour is for terminals alone. */
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "msg.h"
#include "signame.h"
#include "span.h"

#define COLUMNS 80
#define COLUMNS_MIN 60
#define NAME_WIDTH 34         /* a longer name gets a line of its own */
#define FIXED_WIDTH 36        /* the columns between NAME and NOTE, with what separates them */

struct table {
	FILE *out;
	size_t columns, name_width;
	bool colour;
};

size_t output_columns(void)
{
	struct winsize w;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0 || w.ws_col == 0)
		return COLUMNS;
	return w.ws_col < COLUMNS_MIN ? COLUMNS_MIN : w.ws_col;
}

bool output_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0') && term != NULL
		&& strcmp(term, "dumb") != 0;
}

/* Green: as wanted and running. Yellow: on its way. Red: wanted up and not there. */
static const char *colour_of(const struct service *s)
{
	if (!s->supervised || s->status.paused || s->status.finishing)
		return "\033[33m";
	if (svstatus_is_up(&s->status))
		return s->status.want_up ? "\033[32m" : "\033[33m";
	return s->status.want_up ? "\033[31m" : "";
}

void output_exit(int code, int sig, char *buf, size_t cap)
{
	const char *name = sig != 0 ? signame_of(sig) : NULL;

	if (sig == 0)
		snprintf(buf, cap, "exit code %d", code);
	else if (name != NULL)
		snprintf(buf, cap, "killed by SIG%s", name);
	else
		snprintf(buf, cap, "killed by signal %d", sig);
}

/* How the last run ended, where nothing else is noted; nothing for a clean end. */
void output_end_of(const struct service *s, char *buf, size_t cap)
{
	int w = s->status.wstat;

	buf[0] = '\0';
	if (s->supervised && !svstatus_is_up(&s->status) && w != 0)
		output_exit(WIFEXITED(w) ? WEXITSTATUS(w) : 0, WIFSIGNALED(w) ? WTERMSIG(w) : 0, buf, cap);
}

/* Prints text from the column at on, broken at blanks, further lines indented by four. */
static void print_wrapped(FILE *out, const char *text, size_t at, size_t columns)
{
	size_t len = strlen(text), room;

	if (len > columns - at && columns - at < 24) {
		fputs("\n    ", out);
		at = 4;
	}
	while ((len = strlen(text)) > (room = columns - at)) {
		size_t cut = room;

		while (cut > 0 && text[cut] != ' ')
			cut--;
		if (cut == 0)
			cut = room;
		fprintf(out, "%.*s\n    ", (int)cut, text);
		text += cut + (text[cut] == ' ');
		at = 4;
	}
	fputs(text, out);
}

static void print_row(const struct table *t, const struct service *s, time_t now)
{
	char name[4 * SV_NAME_FULL + 1], since[SPAN_TEXT] = "-", pid[12] = "-", end[48],
		note[4 * SERVICE_NOTE];
	const char *colour = t->colour ? colour_of(s) : "", *text = s->note;

	msg_escape(name, sizeof name, s->name, strlen(s->name));
	if (s->status.pid != 0)
		snprintf(pid, sizeof pid, "%d", (int)s->status.pid);
	if (s->supervised && !svstatus_is_not_started(&s->status) && s->status.stamp.tv_sec > 0)
		span_format(since, now - s->status.stamp.tv_sec);
	output_end_of(s, end, sizeof end);
	if (text[0] == '\0')
		text = end;
	if (strlen(name) > t->name_width)
		fprintf(t->out, "%s\n%*s", name, (int)t->name_width, "");
	else
		fprintf(t->out, "%-*s", (int)t->name_width, name);
	fprintf(t->out, "  %s%-9s%s  %7s  %6s  %s", colour, service_state(s), colour[0] != '\0' ? "\033[0m"
		: "", pid, since,
		!s->supervised ? "-" : s->status.want_up ? "up" : "down");
	if (text[0] != '\0') {
		fprintf(t->out, "%*s", s->supervised && !s->status.want_up ? 2 : s->supervised ? 4 : 5, "");
		print_wrapped(t->out, msg_escape(note, sizeof note, text, strlen(text)),
			t->name_width + FIXED_WIDTH,
			t->columns);
	}
	fputc('\n', t->out);
}

void output_table(FILE *out, const struct services *list, size_t columns, bool colour, time_t now)
{
	struct table t = { .out = out, .columns = columns, .name_width = 4, .colour = colour };

	for (size_t i = 0; i < list->n; i++) {
		size_t len = strlen(list->v[i].name);

		if (len <= NAME_WIDTH && len > t.name_width)
			t.name_width = len;
	}
	fprintf(out, "%-*s  %-9s  %7s  %6s  %-4s  %s\n", (int)t.name_width, "NAME", "STATE", "PID",
		"SINCE", "WANT", "NOTE");
	for (size_t i = 0; i < list->n; i++)
		print_row(&t, &list->v[i], now);
}

json_t *output_signal(int sig)
{
	const char *name = sig > 0 ? signame_of(sig) : NULL;

	if (sig <= 0)
		return json_null();
	return name != NULL ? json_sprintf("SIG%s", name) : json_sprintf("%d", sig);
}

json_t *output_bytes(const char *bytes, size_t len)
{
	json_t *value = json_stringn(bytes, len);
	char *escaped = value == NULL ? malloc(4 * len + 1) : NULL;

	if (escaped != NULL)
		value = json_string(msg_escape(escaped, 4 * len + 1, bytes, len));
	free(escaped);
	return value;
}

json_t *output_text(const char *text)
{
	return output_bytes(text, strlen(text));
}

json_t *output_stamp(const struct timespec *stamp, bool is_set)
{
	char text[STAMP_TEXT];

	return is_set ? json_string(span_stamp(text, stamp)) : json_null();
}

json_t *output_service(const struct service *s, time_t now)
{
	const struct svstatus *st = &s->status;
	bool known = s->supervised && !svstatus_is_not_started(st) && st->stamp.tv_sec > 0;
	bool up = s->supervised && svstatus_is_up(st);
	json_t *o = json_object();

	json_object_set_new(o, "name", output_text(s->name));
	json_object_set_new(o, "state", json_string(s->supervised ? service_state(s)
		: "unsupervised"));
	json_object_set_new(o, "pid", st->pid != 0 ? json_integer(st->pid) : json_null());
	json_object_set_new(o, "want", json_string(st->want_up ? "up" : "down"));
	json_object_set_new(o, "normally", json_string(s->normally_up ? "up" : "down"));
	json_object_set_new(o, "ready", json_boolean(up && st->ready));
	json_object_set_new(o, "paused", json_boolean(up && st->paused));
	json_object_set_new(o, "since", output_stamp(&st->stamp, known));
	json_object_set_new(o, "since_seconds", known ? json_integer(now - st->stamp.tv_sec)
		: json_null());
	json_object_set_new(o, "ready_since", output_stamp(&st->readystamp, up && st->ready));
	json_object_set_new(o, "exit_code", !up && known && WIFEXITED(st->wstat)
		? json_integer(WEXITSTATUS(st->wstat)) : json_null());
	json_object_set_new(o, "signal", output_signal(!up && WIFSIGNALED(st->wstat) ? WTERMSIG(st->wstat) : 0));
	json_object_set_new(o, "owner", json_integer(s->owner));
	json_object_set_new(o, "note", output_text(s->note));
	return o;
}

void output_json(const char *scandir, const char *supervisor, const struct services *list)
{
	json_t *o = json_object(), *services = json_array();
	time_t now = time(NULL);

	for (size_t i = 0; i < list->n; i++)
		json_array_append_new(services, output_service(&list->v[i], now));
	json_object_set_new(o, "scandir", scandir != NULL ? output_text(scandir) : json_null());
	json_object_set_new(o, "supervisor", json_string(supervisor));
	json_object_set_new(o, "services", services);
	output_dump(o);
}

static int write_error; /* of the first write that failed: errno moves on */

int output_flush(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	if (write_error == 0)
		write_error = errno;
	return -EPIPE;
}

/* One line, flushed: who reads it may wait for it. */
int output_line(json_t *value)
{
	int r = value != NULL ? json_dumpf(value, stdout, JSON_COMPACT) : -1;

	putchar('\n');
	json_decref(value);
	return r == 0 ? output_flush() : -EPIPE;
}

int output_dump(json_t *value)
{
	int r = value != NULL ? json_dumpf(value, stdout, JSON_INDENT(2)) : -1;

	putchar('\n');
	json_decref(value);
	return r == 0 ? 0 : EXIT_SYSTEM;
}

int output_end(int code)
{
	if (output_flush() == 0)
		return code;
	if (write_error != EPIPE)
		msg_error(write_error, "standard output cannot be written");
	return code != 0 ? code : EXIT_SYSTEM;
}
