/* Parsing and applying a list of causes of death. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "death_list.h"
#include "signame.h"

#define BLANKS ",; \t\r\n"

/* Digits at *text as a number, which stays at 256 where it would be more; *text moves behind them. */
static unsigned int take_number(const char **text)
{
	unsigned int n = 0;

	for (; **text >= '0' && **text <= '9'; ++*text) {
		n = n * 10 + (unsigned int)(**text - '0');
		if (n > 255)
			n = 256;
	}
	return n;
}

static const char *take_exitcodes(struct death_list *list, const char **text)
{
	unsigned int from = take_number(text), to = from;

	if (from > 255)
		return "invalid exit code";
	if (**text == '-') {
		++*text;
		if (**text < '0' || **text > '9')
			return "invalid interval specification";
		to = take_number(text);
		if (to > 255)
			return "invalid exit code";
		if (from > to)
			return "invalid interval";
	}
	memset(list->exitcode + from, true, to - from + 1);
	return NULL;
}

static const char *take_signal(struct death_list *list, const char **text)
{
	size_t len = strcspn(*text, BLANKS);
	int sig = signame_parse(*text, len);

	if (sig < 0)
		return "invalid status list specification";
	if (sig == 0 || sig >= NSIG)
		return "invalid signal";
	list->sig[sig] = true;
	*text += len;
	return NULL;
}

const char *death_list_parse(struct death_list *list, const char *text)
{
	const char *why = NULL;

	memset(list, 0, sizeof(*list));
	/* Compat: blanks may follow an item, not precede the first one; behind a number they may be left out. */
	while (*text && !why) {
		why = *text >= '0' && *text <= '9' ? take_exitcodes(list, &text) : take_signal(list, &text);
		text += strspn(text, BLANKS);
	}
	return why;
}

bool death_list_has(const struct death_list *list, const struct dtally *d)
{
	return list->exitcode[d->exitcode] || (d->sig && list->sig[d->sig]);
}
