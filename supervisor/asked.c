/* See asked.h. Looks at events, never at files. */
#include "asked.h"

#include <stdbool.h>

#include "service.h"
#include "tai.h"

/* Does the event say what is wanted? An exit code of 125 does, but only from finish. */
static bool says_what_is_wanted(const struct service *s, enum sv_event ev)
{
	switch (ev) {
	case EV_UP:
	case EV_DOWN:
	case EV_ONCE:
	case EV_UP_FILE:
	case EV_DOWN_FILE:
	case EV_ONCE_AT_MOST:
	case EV_ONCE_FILE:
	case EV_SUP_TERM:
	case EV_VANISHED:
		return true;
	case EV_DIED_125:
		return s->d->m.state == SV_FINISH || s->d->m.state == SV_LASTFINISH;
	default:
		return false;
	}
}

static void note(struct service *s, const struct asked *who, enum sv_event what)
{
	struct asked *a = &s->d->asked;

	*a = *who;
	a->what = (uint8_t)what;
	a->stamp = tai_now();
}

void asked_note(struct service *s, enum sv_event ev)
{
	static const struct asked finish = { .by = ASKED_FINISH };

	if (says_what_is_wanted(s, ev))
		note(s, ev == EV_DIED_125 ? &finish : &s->sv->asker, ev);
}

void asked_begin(struct service *s)
{
	static const struct asked directory = { .by = ASKED_DIRECTORY };

	note(s, &directory, s->d->m.want_up ? EV_UP : EV_DOWN);
}

const char *asked_by_name(uint8_t by)
{
	static const char *const names[] = { "hexad", "directory", "fifo", "socket", "finish" };

	return by < sizeof(names) / sizeof(*names) ? names[by] : "?";
}
