#include "events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msg.h"
#include "output.h"
#include "span.h"
#include "tai.h"

enum event_field { EF_TAG, EF_KIND, EF_NUMBER, EF_STAMP, EF_NAME, EF_WHAT, EF_PID, EF_CODE, EF_SIGNAL, EF_FIELDS };

static int number_or_none(const char *text)
{
	return text[0] != '\0' ? atoi(text) : -1;
}

int event_of_row(const struct proto_frame *f, struct event *ret)
{
	if (f->n < EF_FIELDS || strcmp(f->field[EF_KIND], "event") != 0
			|| !tai64n_parse(f->field[EF_STAMP], &ret->stamp))
		return -EBADMSG;
	snprintf(ret->name, sizeof ret->name, "%s", f->field[EF_NAME]);
	snprintf(ret->what, sizeof ret->what, "%s", f->field[EF_WHAT]);
	ret->pid = atoi(f->field[EF_PID]);
	ret->code = number_or_none(f->field[EF_CODE]);
	ret->sig = number_or_none(f->field[EF_SIGNAL]);
	return 0;
}

static json_t *number_or_null(int n)
{
	return n >= 0 ? json_integer(n) : json_null();
}

static int print_json(const struct event *e)
{
	json_t *o = json_object();

	json_object_set_new(o, "time", output_stamp(&e->stamp, true));
	json_object_set_new(o, "name", output_text(e->name));
	json_object_set_new(o, "event", output_text(e->what));
	json_object_set_new(o, "pid", e->pid > 0 ? json_integer(e->pid) : json_null());
	json_object_set_new(o, "exit_code", number_or_null(e->code));
	json_object_set_new(o, "signal", output_signal(e->sig));
	return output_line(o);
}

int event_print(const struct event *e, bool json)
{
	char stamp[STAMP_TEXT], name[4 * SV_NAME_FULL + 1], what[64], end[48] = "";

	if (json)
		return print_json(e);
	if (e->code >= 0 || e->sig > 0)
		output_exit(e->code, e->sig > 0 ? e->sig : 0, end, sizeof end);
	else if (e->pid > 0)
		snprintf(end, sizeof end, "pid %d", e->pid);
	printf("%s  %-12s  %s%s%s\n", span_stamp(stamp, &e->stamp),
		msg_escape(what, sizeof what, e->what, strlen(e->what)),
		msg_escape(name, sizeof name, e->name, strlen(e->name)), end[0] != '\0' ? "  " : "", end);
	return output_flush();
}
