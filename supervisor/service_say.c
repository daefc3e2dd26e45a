/* What is said about one service. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "msg.h"
#include "service.h"

char *service_argument(const struct service *s)
{
	return s->sv->mode == MODE_SINGLE ? (char *)s->sv->scandir : s->id->name;
}

const char *service_name(const struct service *s)
{
	static char buf[4 * SV_NAME_FULL + 1];
	const char *name = service_argument(s);

	return msg_escape(buf, sizeof(buf), name, strlen(name));
}

/*
 * Compat: one line of s6-supervise begins with its name and the service's. A single service that cannot even begin
 * is the end of the program.
 */
void service_warn(const struct service *s, int err, const char *fmt, ...)
{
	char text[2 * NOTE_MAX], prog[4 * SV_NAME_FULL + 16];
	void (*say)(int, const char *, ...) = s->sv->mode == MODE_SINGLE && !s->d->begun ? msg_error : msg_warn;
	const char *ours = msg_prog;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (strncmp(ours, "s6-", 3) != 0) {
		say(err, "%s: %s", service_name(s), text);
		return;
	}
	snprintf(prog, sizeof(prog), "s6-supervise %s", service_name(s));
	msg_prog = prog;
	say(err, "%s", text);
	msg_prog = ours;
}

void service_note(struct service *s, const char *fmt, ...)
{
	char text[NOTE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (strcmp(text, s->d->note) == 0)
		return;
	memcpy(s->d->note, text, sizeof(text));
	service_warn(s, 0, "%s", text);
}
