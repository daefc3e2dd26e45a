/* Control letters, from the first two columns and the last of service_events.def. */
#include "ctl.h"

static const struct row {
	const char *name;
	const char *help;
	char letter;
} rows[EV_COUNT] = {
#define SV_EVENT(name, letter, down, up, finish, lastup, lastfinish, help) { #name, help, letter },
#include "service_events.def"
#undef SV_EVENT
};

int ctl_event_of(char letter)
{
	int ev;

	if (letter == '\0')
		return -1;
	for (ev = 0; ev < EV_COUNT; ev++)
		if (rows[ev].letter == letter)
			return ev;
	return -1;
}

char ctl_letter_of(enum sv_event ev)
{
	return rows[ev].letter;
}

const char *ctl_event_name(enum sv_event ev)
{
	return rows[ev].name;
}

const char *ctl_event_help(enum sv_event ev)
{
	return rows[ev].help;
}

const char *ctl_letters(void)
{
	static char letters[EV_COUNT + 1];
	size_t n = 0;
	int ev;

	for (ev = 0; ev < EV_COUNT; ev++)
		if (rows[ev].letter != '\0')
			letters[n++] = rows[ev].letter;
	letters[n] = '\0';
	return letters;
}
