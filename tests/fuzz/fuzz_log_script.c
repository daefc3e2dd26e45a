/* s6-log's scripts: a word a line, the last line being one to log. Whatever they say, a message or a script comes of it. */
#include "fuzz.h"

#include <string.h>

#include "../../shim/log_script.c"

#define WORDS 32
#define LINE 512

struct seen {
	const struct log_script *script;
	unsigned int next;
};

static void on_action(const struct log_step *step, unsigned int index, void *ctx)
{
	struct seen *seen = ctx;

	MUST(index < seen->script->n && index >= seen->next);
	MUST(step == &seen->script->step[index]);
	MUST(step->op == LOG_STDOUT || step->op == LOG_STDERR || step->op == LOG_STATUS || step->op == LOG_DIR);
	seen->next = index + 1;
}

static void check_step(const struct log_step *step, char *const *words, unsigned int n)
{
	bool found = false;

	if (step->op < LOG_STDOUT)
		return;
	for (unsigned int i = 0; i < n; i++)
		found |= step->path == words[i] || step->path == words[i] + 1;
	MUST(found);
	MUST(step->dir.max_size >= LOG_SIZE_MIN && step->dir.max_size <= LOG_SIZE_MAX);
	MUST(!step->prefix || *step->prefix);
	MUST(!step->dir.processor || *step->dir.processor);
}

static void run(const struct log_script *script, char *const *words, unsigned int n)
{
	const char *const lines[] = { "", "a", "some line with words", words[n - 1] };

	for (unsigned int i = 0; i < script->n; i++)
		check_step(&script->step[i], words, n);
	for (int i = 0; i < 4; i++) {
		struct seen seen = { script, 0 };

		log_script_run(script, lines[i], on_action, &seen);
	}
}

/* The C library's own regular expressions take time and memory without bound where repetitions are repeated. */
static bool is_too_much(const char *word)
{
	unsigned int repeats = 0;

	if (*word != '+' && *word != '-')
		return false;
	for (const char *p = word + 1; *p; p++)
		repeats += strchr("*+?(", *p) != NULL;
	return repeats > 4 || strpbrk(word, "{\\");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[LINE + 1], why[LOG_WHY] = "", *words[WORDS], *save = NULL;
	struct log_script script;
	unsigned int n = 0;

	size = size < LINE ? size : LINE;
	memcpy(text, data, size);
	text[size] = '\0';
	for (char *word = strtok_r(text, "\n", &save); word && n < WORDS; word = strtok_r(NULL, "\n", &save)) {
		if (is_too_much(word))
			return 0;
		words[n++] = word;
	}
	if (n == 0)
		return 0;
	if (log_script_parse(&script, words, n, why)) {
		MUST(script.n > 0 && script.n <= n);
		run(&script, words, n);
		log_script_free(&script);
	} else {
		MUST(*why && memchr(why, '\0', LOG_WHY));
	}
	return 0;
}
