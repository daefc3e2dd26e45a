#include "slot_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port.h"
#include "words.h"

#define NAME_AND_PORT (CONFIG_LINE_MAX + 12)

/* len bytes of a setting, %p replaced by profile and %% by %. */
static void add_pattern(struct slotfile *f, const char *text, size_t len, const char *profile)
{
	const char *end = text + len, *percent;

	while ((percent = memchr(text, '%', (size_t)(end - text))) && percent + 1 < end) {
		slotfile_value(f, text, (size_t)(percent - text));
		if (percent[1] == 'p')
			slotfile_value(f, profile, strlen(profile));
		else
			slotfile_value(f, percent + 1, 1);
		text = percent + 2;
	}
	slotfile_value(f, text, (size_t)(end - text));
}

static void add_word(struct slotfile *f, enum slotfile_key key, const struct word *w, const char *profile)
{
	slotfile_key(f, key);
	if (profile)
		add_pattern(f, w->text, w->len, profile);
	else
		slotfile_value(f, w->text, w->len);
	slotfile_end_line(f);
}

/* Each word of a setting is a line; profile NULL: taken as it is. */
static void add_words(struct slotfile *f, enum slotfile_key key, const char *value, const char *profile)
{
	struct word w;

	while (words_next(&value, WORDS_BLANKS, &w))
		add_word(f, key, &w, profile);
}

static void add_home(struct slotfile *f, const char *home)
{
	slotfile_key(f, SLOTFILE_ENV);
	slotfile_value(f, "HOME=", 5);
	slotfile_value(f, home, strlen(home));
	slotfile_end_line(f);
	slotfile_add(f, SLOTFILE_DIR, home);
}

/* The command as words, or as the one line of a shell where the configuration asks for that. */
static void add_command(struct slotfile *f, const struct config *c, const char *profile)
{
	const char *command = strcmp(profile, c->reserved) ? c->command : c->command_default;
	struct word whole = { command, strlen(command) };

	if (!c->command_shell) {
		add_words(f, SLOTFILE_EXEC, command, profile);
		return;
	}
	slotfile_add(f, SLOTFILE_EXEC, "/bin/sh");
	slotfile_add(f, SLOTFILE_EXEC, "-c");
	add_word(f, SLOTFILE_EXEC, &whole, profile);
}

int slot_text_run(struct slotfile *f, const struct config *c, const char *profile, const char *drop,
	const struct slot_env *extra)
{
	char port[NAME_AND_PORT];

	slotfile_begin(f);
	if (drop)
		slotfile_add(f, SLOTFILE_USER, drop);
	add_home(f, c->app_login_home);
	port_word(c, profile, port, sizeof(port));
	if (*port)
		slotfile_add(f, SLOTFILE_ENV, port);
	add_words(f, SLOTFILE_ENV, c->env, NULL);
	for (unsigned int i = 0; i < extra->n; i++)
		slotfile_add(f, SLOTFILE_ENV, extra->word[i]);
	add_command(f, c, profile);
	return slotfile_end(f);
}

int slot_text_log_run(struct slotfile *f, const struct config *c, const char *profile, const char *drop)
{
	struct word dir = { c->log_dir, strlen(c->log_dir) };

	slotfile_begin(f);
	if (drop)
		slotfile_add(f, SLOTFILE_USER, drop);
	/* The home is looked up when the logger starts: an image may set it at run time. */
	if (*c->app_home_env)
		slotfile_add(f, SLOTFILE_HOME_ENV, c->app_home_env);
	slotfile_add(f, SLOTFILE_HOME, c->app_home);
	add_word(f, SLOTFILE_LOG_DIR, &dir, profile);
	add_words(f, SLOTFILE_LOG, c->log_script, NULL);
	return slotfile_end(f);
}

int slot_text_finish(struct slotfile *f, const struct config *c)
{
	const char *at = c->park_exit_codes;
	struct word w;
	char code[8];

	f->len = 0;
	while (words_next(&at, WORDS_LIST, &w)) {
		if (!f->len)
			slotfile_begin(f);
		/* Without leading zeros, as the exit code that it is compared with. */
		snprintf(code, sizeof(code), "%lu", strtoul(w.text, NULL, 10));
		slotfile_add(f, SLOTFILE_PARK, code);
	}
	return slotfile_end(f);
}
