/* svctl why: what the service wants and who asked, what it waits for, how it ended, its log, what to do. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "msg.h"
#include "output.h"
#include "span.h"
#include "utf8.h"
#include "why.h"

#define LABEL "  %-11s"

static void print_safe(const char *label, const char *text)
{
	char shown[8192];

	if (text[0] != '\0')
		printf(LABEL "%s\n", label, msg_escape(shown, sizeof shown, text, strlen(text)));
}

static void ago(const struct timespec *stamp, char *buf, size_t cap)
{
	char text[SPAN_TEXT];

	snprintf(buf, cap, ", %s ago", span_format(text, time(NULL) - stamp->tv_sec));
}

static void print_wanted(const struct why *w)
{
	char text[256], when[32] = "", both[320];

	why_asked(w, text, sizeof text);
	if (w->asked_by[0] != '\0' && w->asked_at.tv_sec > 0)
		ago(&w->asked_at, when, sizeof when);
	snprintf(both, sizeof both, "%s%s", text, when);
	print_safe("wanted", both);
}

static void print_deaths(const struct why *w)
{
	for (size_t i = 0; i < w->ndeaths; i++) {
		const struct dtally *d = &w->death[i];
		char stamp[STAMP_TEXT], end[48];

		output_exit(d->exitcode, d->sig, end, sizeof end);
		printf(LABEL "%s  %s\n", i == 0 ? "last exits" : "", span_stamp(stamp, &d->stamp), end);
	}
}

/* Each line escaped: whoever writes to that log must not reach the terminal. */
static void print_log(const struct why *w)
{
	const char *at = w->log, *end = w->log + w->log_len;
	struct utf8_rest rest = { .n = 0 };

	if (w->log_dir[0] != '\0')
		print_safe("log", w->log_dir);
	while (at != NULL && at < end) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((nl != NULL ? nl : end) - at);

		fputs("  | ", stdout);
		utf8_print(stdout, &rest, at, len);
		utf8_print_end(stdout, &rest);
		putchar('\n');
		at += len + 1;
	}
}

static void print_text(const struct why *w)
{
	char text[WHY_ADVICE], shown[4 * WHY_ADVICE], since[SPAN_TEXT];

	why_summary(w, text, sizeof text);
	printf("%s\n", msg_escape(shown, sizeof shown, text, strlen(text)));
	if (w->s.supervised && w->s.status.stamp.tv_sec > 0)
		printf(LABEL "%s\n", "since", span_format(since, time(NULL) - w->s.status.stamp.tv_sec));
	if (w->s.supervised)
		print_wanted(w);
	print_safe("waits for", why_waits(w, text, sizeof text));
	print_safe("note", w->s.note);
	print_deaths(w);
	print_log(w);
	print_safe("to do", why_advice(w, text, sizeof text));
}

static json_t *text_or_null(const char *text)
{
	return text[0] != '\0' ? output_text(text) : json_null();
}

static json_t *asked_json(const struct why *w)
{
	json_t *o;

	if (w->asked_by[0] == '\0')
		return json_null();
	o = json_object();
	json_object_set_new(o, "by", output_text(w->asked_by));
	json_object_set_new(o, "what", text_or_null(w->asked_what));
	json_object_set_new(o, "time", output_stamp(&w->asked_at, w->asked_at.tv_sec > 0));
	json_object_set_new(o, "uid", w->asked_uid >= 0 ? json_integer(w->asked_uid) : json_null());
	json_object_set_new(o, "pid", w->asked_pid > 0 ? json_integer(w->asked_pid) : json_null());
	json_object_set_new(o, "comm", text_or_null(w->asked_comm));
	return o;
}

static json_t *deaths_json(const struct why *w)
{
	json_t *list = json_array();

	for (size_t i = 0; i < w->ndeaths; i++) {
		const struct dtally *d = &w->death[i];
		json_t *o = json_object();

		json_object_set_new(o, "time", output_stamp(&d->stamp, true));
		json_object_set_new(o, "exit_code", d->sig == 0 ? json_integer(d->exitcode) : json_null());
		json_object_set_new(o, "signal", output_signal(d->sig));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *log_json(const struct why *w)
{
	json_t *list = json_array();
	const char *at = w->log, *end = w->log + w->log_len;

	while (at != NULL && at < end) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((nl != NULL ? nl : end) - at);

		json_array_append_new(list, output_bytes(at, len));
		at += len + 1;
	}
	return list;
}

static void print_json(const struct why *w)
{
	json_t *o = output_service(&w->s, time(NULL));
	char text[WHY_ADVICE];

	json_object_set_new(o, "summary", output_text(why_summary(w, text, sizeof text)));
	json_object_set_new(o, "asked", asked_json(w));
	json_object_set_new(o, "waits", text_or_null(w->waits));
	json_object_set_new(o, "due_ms", w->due_ms >= 0 ? json_integer(w->due_ms) : json_null());
	json_object_set_new(o, "exits", deaths_json(w));
	json_object_set_new(o, "log_dir", text_or_null(w->log_dir));
	json_object_set_new(o, "log", log_json(w));
	json_object_set_new(o, "advice", text_or_null(why_advice(w, text, sizeof text)));
	output_dump(o);
}

int cmd_why(const struct svctl_request *rq)
{
	struct client c = CLIENT_INIT;
	struct why w = { .log = NULL };
	int code = client_open(&c, rq->scandir, rq->timeout_ms);

	if (code == 0)
		code = why_load(&c, rq->argv[0], &w);
	if (code == 0 && (rq->given & OPT_JSON))
		print_json(&w);
	else if (code == 0)
		print_text(&w);
	why_finish(&w);
	client_close(&c);
	return output_end(code);
}
