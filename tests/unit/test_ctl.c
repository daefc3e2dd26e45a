/* The table of control letters holds what s6 clients of all versions send, each once. */
#include "ctl.h"

#include <criterion/criterion.h>
#include <string.h>

Test(ctl, holds_the_letters_of_all_s6_versions)
{
	static const char all[] = "abqhkti12pcyrlPCKoduDUxOQ";
	const char *p;

	for (p = all; *p; p++)
		cr_expect_geq(ctl_event_of(*p), 0, "letter %c", *p);
	cr_assert_eq(strlen(ctl_letters()), strlen(all));
	cr_assert_eq(strspn(ctl_letters(), all), strlen(all));
}

Test(ctl, gives_each_letter_to_one_event)
{
	int ev;

	for (ev = 0; ev < EV_COUNT; ev++) {
		char letter = ctl_letter_of((enum sv_event)ev);

		if (letter != '\0')
			cr_expect_eq(ctl_event_of(letter), ev, "letter %c", letter);
	}
}

Test(ctl, ignores_every_other_byte)
{
	int c;

	for (c = 0; c < 256; c++)
		if (c == 0 || !strchr(ctl_letters(), c))
			cr_expect_eq(ctl_event_of((char)c), -1, "byte %d", c);
}

Test(ctl, names_every_event_and_explains_every_letter)
{
	int ev, other;

	for (ev = 0; ev < EV_COUNT; ev++) {
		const char *help = ctl_event_help((enum sv_event)ev);

		cr_expect_neq(ctl_event_name((enum sv_event)ev)[0], '\0');
		cr_expect_eq(help[0] != '\0', ctl_letter_of((enum sv_event)ev) != '\0', "event %s",
			ctl_event_name((enum sv_event)ev));
		for (other = 0; other < ev; other++)
			cr_expect_str_neq(ctl_event_name((enum sv_event)ev),
				ctl_event_name((enum sv_event)other));
	}
}

Test(ctl, says_what_each_letter_stands_for)
{
	cr_assert_eq(ctl_event_of('d'), EV_DOWN);
	cr_assert_eq(ctl_event_of('u'), EV_UP);
	cr_assert_eq(ctl_event_of('x'), EV_EXIT);
	cr_assert_eq(ctl_event_of('r'), EV_RESTART);
	cr_assert_eq(ctl_event_of('l'), EV_RELOAD);
	cr_assert_eq(ctl_event_of('Q'), EV_ONCE_FILE);
	cr_assert_eq(ctl_letter_of(EV_TERM), 't');
	cr_assert_eq(ctl_letter_of(EV_TIMEOUT), '\0');
	cr_assert_str_eq(ctl_event_name(EV_UP_FILE), "UP_FILE");
	cr_assert_str_eq(ctl_event_help(EV_ALRM), "send SIGALRM");
}
