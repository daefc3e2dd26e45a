/* The logging script of s6-log: its directives as a list of steps that every line walks through. */
#ifndef SV_LOG_SCRIPT_H
#define SV_LOG_SCRIPT_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_op {
	LOG_FIRST,  /* f: select the line if nothing was done with it yet */
	LOG_PLUS,   /* +: select what matches */
	LOG_MINUS,  /* -: deselect what matches */
	LOG_STDOUT, /* 1 */
	LOG_STDERR, /* 2 */
	LOG_STATUS, /* = */
	LOG_DIR     /* a directory */
};

/* How a log directory is kept. */
struct logdir_options {
	uint32_t max_files;    /* n */
	uint32_t max_size;     /* s */
	uint64_t max_total;    /* S, 0: no limit */
	uint32_t tolerance;    /* l */
	uint32_t retry_ms;     /* r */
	uint32_t period_s;     /* R, 0: never */
	const char *processor; /* NULL: none */
	bool shell;            /* the processor is a shell's (?), not execlineb's (!) */
};

struct log_step {
	enum log_op op;
	bool tai, human;      /* stamps of this action */
	const char *prefix;   /* NULL: none */
	uint32_t alert_max;   /* E */
	uint32_t status_size; /* ^ */
	const char *path;     /* of a status file or a directory */
	struct logdir_options dir;
	regex_t re;
};

struct log_script {
	struct log_step *step;
	unsigned int n;
	bool has_idle; /* a selection behind the last action, which nothing comes of; known where parsing fails later, too */
};

#define LOG_WHY 512

/*
 * Parses n words, which must live as long as the script. On failure returns false and why holds the
 * message, without the program's name.
 */
bool log_script_parse(struct log_script *script, char *const *words, unsigned int n, char why[LOG_WHY]);

void log_script_free(struct log_script *script);

/*
 * Walks a line (NUL-terminated, without a newline) through the script and calls act with each action
 * that applies to it, in order.
 */
void log_script_run(const struct log_script *script, const char *line,
	void (*act)(const struct log_step *step, unsigned int index, void *ctx), void *ctx);

#endif
