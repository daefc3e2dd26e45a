/* Parses logging scripts and decides what to do with a line. Opens and writes nothing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log_script.h"
#include "number.h"

#define LOG_SIZE_MIN 4096
#define LOG_SIZE_MAX 268435455

/* What the control directives read so far say; each action takes a copy. */
struct control {
	struct log_step step;
};

static const struct log_step defaults = {
	.alert_max = 200,
	.status_size = 1001,
	.dir = { .max_files = 10, .max_size = 99999, .tolerance = 2000, .retry_ms = 2000 },
};

static const char *complain(char why[LOG_WHY], const char *what, const char *word, const char *rest)
{
	(void)snprintf(why, LOG_WHY, "%s%s%s", what, word, rest);
	return why;
}

/* The form of a directive, before its value is looked at. NULL if it is fine. */
static const char *check_form(const char *word, bool *is_action, char why[LOG_WHY])
{
	*is_action = false;
	switch (word[0]) {
	case '+':
	case '-':
	case 'n':
	case 's':
	case 'S':
	case 'l':
	case 'r':
	case 'R':
	case 'E':
	case '^':
	case 'p':
	case '!':
	case '?':
		return NULL;
	case '1':
	case '2':
		*is_action = true;
		/* fall through */
	case 'f':
	case 't':
	case 'T':
		return word[1] ? complain(why, "syntax error at directive: ", word, "") : NULL;
	case '=':
		*is_action = true;
		return word[1] ? NULL : complain(why, "syntax error at directive: ", word, "");
	case '/':
	case '.':
		*is_action = true;
		return NULL;
	default:
		return complain(why, "unrecognized directive: ", word, "");
	}
}

static bool parse_tolerance(const char *word, struct control *ctl, char why[LOG_WHY])
{
	uint32_t n;

	if (!number_u32(word + 1, &n))
		return false;
	if (n > ctl->step.dir.max_size / 2) {
		complain(why, "directive ", word, " conflicts with previous s directive");
		return false;
	}
	ctl->step.dir.tolerance = n;
	return true;
}

static bool parse_size(const char *text, uint32_t *size)
{
	if (!number_u32(text, size))
		return false;
	if (*size < LOG_SIZE_MIN)
		*size = LOG_SIZE_MIN;
	if (*size > LOG_SIZE_MAX)
		*size = LOG_SIZE_MAX;
	return true;
}

/* A control directive changes what the next actions do. False and why set if it is wrong. */
static bool apply_control(const char *word, struct control *ctl, char why[LOG_WHY])
{
	struct log_step *step = &ctl->step;

	switch (word[0]) {
	case 'n':
		return number_u32(word + 1, &step->dir.max_files);
	case 's':
		return parse_size(word + 1, &step->dir.max_size);
	case 'S':
		return number_parse(word + 1, strlen(word + 1), 10, UINT64_MAX, &step->dir.max_total);
	case 'l':
		return parse_tolerance(word, ctl, why);
	case 'r':
		return number_u32(word + 1, &step->dir.retry_ms);
	case 'R':
		return number_u32(word + 1, &step->dir.period_s);
	case 'E':
		return number_u32(word + 1, &step->alert_max);
	case '^':
		return number_u32(word + 1, &step->status_size);
	case 't':
		step->tai = true;
		return true;
	case 'T':
		step->human = true;
		return true;
	case 'p':
		step->prefix = word[1] ? word + 1 : NULL;
		return true;
	default:
		step->dir.processor = word[1] ? word + 1 : NULL;
		step->dir.shell = word[0] == '?';
		return true;
	}
}

static bool add_selection(const char *word, struct log_step *step)
{
	memset(step, 0, sizeof(*step));
	step->op = word[0] == 'f' ? LOG_FIRST : word[0] == '+' ? LOG_PLUS : LOG_MINUS;
	return step->op == LOG_FIRST || regcomp(&step->re, word + 1, REG_EXTENDED | REG_NOSUB) == 0;
}

static void add_action(const char *word, struct control *ctl, struct log_step *step)
{
	*step = ctl->step;
	step->op = word[0] == '1' ? LOG_STDOUT : word[0] == '2' ? LOG_STDERR :
		word[0] == '=' ? LOG_STATUS : LOG_DIR;
	step->path = word[0] == '=' ? word + 1 : word;
	/* Compat: a stamp is for the next action only, all else stays. */
	ctl->step.tai = ctl->step.human = false;
}

static bool parse_word(struct log_script *script, const char *word, struct control *ctl, char why[LOG_WHY])
{
	struct log_step *step = &script->step[script->n];

	switch (word[0]) {
	case 'f':
	case '+':
	case '-':
		if (!add_selection(word, step))
			return false;
		script->n++;
		return true;
	case '1':
	case '2':
	case '=':
	case '/':
	case '.':
		add_action(word, ctl, step);
		script->n++;
		return true;
	default:
		return apply_control(word, ctl, why);
	}
}

bool log_script_parse(struct log_script *script, char *const *words, unsigned int n, char why[LOG_WHY])
{
	struct control ctl = { .step = defaults };
	bool has_action = false, is_action;

	script->n = 0;
	script->step = NULL;
	script->has_idle = false;
	for (unsigned int i = 0; i < n; i++) {
		if (check_form(words[i], &is_action, why)) {
			/* Compat: a word that is no directive is all that is said then. */
			script->has_idle = false;
			return false;
		}
		has_action |= is_action;
		if (is_action)
			script->has_idle = false;
		else if (has_action && strchr("f+-", words[i][0]))
			script->has_idle = true;
	}
	if (!has_action) {
		(void)snprintf(why, LOG_WHY, "no action directive specified");
		return false;
	}
	script->step = calloc(n, sizeof(*script->step));
	for (unsigned int i = 0; script->step && i < n; i++) {
		*why = '\0';
		if (parse_word(script, words[i], &ctl, why))
			continue;
		if (!*why)
			complain(why, "unrecognized directive: ", words[i], "");
		log_script_free(script);
		return false;
	}
	if (!script->step)
		(void)snprintf(why, LOG_WHY, "unable to initialize script: %s", strerror(errno));
	return script->step;
}

void log_script_free(struct log_script *script)
{
	for (unsigned int i = 0; i < script->n; i++)
		if (script->step[i].op == LOG_PLUS || script->step[i].op == LOG_MINUS)
			regfree(&script->step[i].re);
	free(script->step);
	script->step = NULL;
	script->n = 0;
}

static bool matches(const struct log_step *step, const char *line)
{
	return regexec(&step->re, line, 0, NULL, 0) == 0;
}

void log_script_run(const struct log_script *script, const char *line,
	void (*act)(const struct log_step *step, unsigned int index, void *ctx), void *ctx)
{
	bool selected = true, acted = false;

	for (unsigned int i = 0; i < script->n; i++) {
		const struct log_step *step = &script->step[i];

		switch (step->op) {
		case LOG_FIRST:
			selected = !acted;
			break;
		case LOG_PLUS:
			selected = selected || matches(step, line);
			break;
		case LOG_MINUS:
			selected = selected && !matches(step, line);
			break;
		default:
			if (selected) {
				acted = true;
				act(step, i, ctx);
			}
			break;
		}
	}
}
