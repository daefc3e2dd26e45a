#include "slot_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port.h"
#include "words.h"

#define INTERPRETER "#!/command/with-contenv sh\n"
#define FULL SLOT_TEXT_MAX /* a length that says: it did not fit */

static void add(struct slot_text *t, const char *text, size_t len)
{
	if (t->len == FULL || len >= SLOT_TEXT_MAX - t->len) {
		t->len = FULL;
		return;
	}
	memcpy(t->buf + t->len, text, len);
	t->len += len;
	t->buf[t->len] = '\0';
}

static void add_text(struct slot_text *t, const char *text)
{
	add(t, text, strlen(text));
}

static void start(struct slot_text *t, const char *text)
{
	t->len = 0;
	t->buf[0] = '\0';
	add_text(t, text);
}

static int end(const struct slot_text *t)
{
	return t->len == FULL ? -E2BIG : 0;
}

/* One byte between single quotes. */
static void add_quoted_byte(struct slot_text *t, char byte)
{
	if (byte == '\'')
		add_text(t, "'\\''");
	else
		add(t, &byte, 1);
}

/* A word in single quotes, %p replaced by profile and %% by %; profile NULL: taken as it is. */
static void add_word(struct slot_text *t, const char *word, size_t len, const char *profile)
{
	add_text(t, "'");
	for (size_t i = 0; i < len; i++) {
		if (!profile || word[i] != '%' || i + 1 == len)
			add_quoted_byte(t, word[i]);
		else if (word[++i] == 'p')
			add_text(t, profile);
		else
			add_quoted_byte(t, word[i]);
	}
	add_text(t, "'");
}

static void add_value(struct slot_text *t, const char *text)
{
	add_word(t, text, strlen(text), NULL);
}

/* All words of a value, with a blank between them. */
static void add_words(struct slot_text *t, const char *value, const char *profile)
{
	const char *before = "";
	struct word w;

	for (; words_next(&value, WORDS_BLANKS, &w); before = " ") {
		add_text(t, before);
		add_word(t, w.text, w.len, profile);
	}
}

/* "NAME=value", whose name was checked by whoever took it in. */
static void add_export(struct slot_text *t, const struct word *w)
{
	const char *equals = memchr(w->text, '=', w->len);
	size_t name = (size_t)(equals - w->text) + 1;

	add_text(t, "export ");
	add(t, w->text, name);
	add_word(t, equals + 1, w->len - name, NULL);
	add_text(t, "\n");
}

static void add_exports(struct slot_text *t, const char *env, const struct slot_env *extra)
{
	struct word w;

	while (words_next(&env, WORDS_BLANKS, &w))
		add_export(t, &w);
	for (unsigned int i = 0; i < extra->n; i++) {
		w = (struct word){ extra->word[i], strlen(extra->word[i]) };
		add_export(t, &w);
	}
}

static void add_drop(struct slot_text *t, const char *drop)
{
	if (!drop)
		return;
	add_text(t, "/command/s6-setuidgid ");
	add_value(t, drop);
	add_text(t, " ");
}

static void add_port(struct slot_text *t, const struct config *c, const char *profile)
{
	char word[CONFIG_LINE_MAX + 12];
	struct word w = { word, 0 };

	port_word(c, profile, word, sizeof(word));
	w.len = strlen(word);
	if (w.len)
		add_export(t, &w);
}

int slot_text_run(struct slot_text *t, const struct config *c, const char *profile, const char *drop,
	const struct slot_env *extra)
{
	bool root = !strcmp(profile, c->reserved);

	start(t, INTERPRETER "set -e\nexport HOME=");
	add_value(t, c->app_login_home);
	add_text(t, "\ncd -- \"$HOME\"\n");
	add_port(t, c, profile);
	add_exports(t, c->env, extra);
	add_text(t, "exec ");
	add_drop(t, drop);
	add_words(t, root ? c->command_default : c->command, profile);
	add_text(t, "\n");
	return end(t);
}

int slot_text_log_run(struct slot_text *t, const struct config *c, const char *profile, const char *drop)
{
	start(t, INTERPRETER "set -e\nhome=");
	if (*c->app_home_env) {
		add_text(t, "$");
		add_text(t, c->app_home_env);
	}
	/* The home is looked up when the logger starts: an image may set it at run time. */
	add_text(t, "\ncase $home in\n/*) ;;\n*) home=");
	add_value(t, c->app_home);
	add_text(t, " ;;\nesac\ndir=\"$home\"/");
	add_word(t, c->log_dir, strlen(c->log_dir), profile);
	add_text(t, "\n");
	add_drop(t, drop);
	add_text(t, "mkdir -p -- \"$dir\"\n");
	/* A lock left by a former container is refused as busy on some network file systems. */
	add_drop(t, drop);
	add_text(t, "rm -f -- \"$dir/lock\"\nexec ");
	add_drop(t, drop);
	add_text(t, "/command/s6-log ");
	add_words(t, c->log_script, NULL);
	add_text(t, " \"$dir\"\n");
	return end(t);
}

int slot_text_finish(struct slot_text *t, const struct config *c)
{
	const char *at = c->park_exit_codes;
	const char *before = "#!/bin/sh\ncase $1 in\n";
	struct word w;
	char code[8];

	start(t, "");
	while (words_next(&at, WORDS_LIST, &w)) {
		/* sh compares text: a code is written without leading zeros. */
		snprintf(code, sizeof(code), "%lu", strtoul(w.text, NULL, 10));
		add_text(t, before);
		add_text(t, code);
		before = "|";
	}
	if (t->len)
		add_text(t, ") exit 125 ;;\nesac\nexit 0\n");
	return end(t);
}
