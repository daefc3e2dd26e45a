/* execline's lexer: one function a state, as in the table of el_parse. */
#include "el.h"

#include <stdbool.h>
#include <string.h>

struct lexer {
	const unsigned char *at, *end;
	struct el_words *out;
	unsigned int depth;
	bool full;
};

static bool is_blank(int c)
{
	return (c >= 1 && c <= 9) || (c >= 11 && c <= 32);
}

static bool is_gap(int c)
{
	return c == '\n' || is_blank(c);
}

/* The next byte, or -1 at the end. */
static int peek(const struct lexer *l)
{
	return l->at < l->end ? *l->at : -1;
}

static int next(struct lexer *l)
{
	return l->at < l->end ? *l->at++ : -1;
}

static void put(struct lexer *l, int c)
{
	struct el_words *o = l->out;

	if (o->len < o->cap)
		o->buf[o->len++] = (char)c;
	else
		l->full = true;
}

static void indent(struct lexer *l)
{
	for (unsigned int i = 0; i < l->depth && !l->full; i++)
		put(l, ' ');
}

static void end_word(struct lexer *l)
{
	put(l, '\0');
	l->out->n++;
}

static int hex_value(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Up to max digits of that base. The value, or -1 if there is none or it is no byte but 0. */
static int number(struct lexer *l, int base, int max)
{
	int n = 0, digits = 0;

	while (digits < max && hex_value(peek(l)) >= 0 && hex_value(peek(l)) < base) {
		n = n * base + hex_value(next(l));
		digits++;
	}
	return digits && n >= 1 && n <= 255 ? n : -1;
}

/* What follows a backslash between quotes. False: a syntax error. */
static bool escape(struct lexer *l)
{
	static const char letters[] = "abtnvfr";
	int c = next(l), n;
	const char *p;

	if (c < 0)
		return false;
	if (c == '\n')
		return true;
	if (c == '0' && peek(l) == 'x') {
		l->at++;
		n = number(l, 16, 2);
	} else if (c == '0') {
		n = number(l, 8, 3);
	} else if (c >= '1' && c <= '9') {
		l->at--;
		n = number(l, 10, 3);
	} else {
		p = strchr(letters, c);
		n = p ? 7 + (int)(p - letters) : c;
	}
	if (n < 0)
		return false;
	put(l, n);
	return true;
}

static bool quoted(struct lexer *l)
{
	for (;;) {
		int c = next(l);

		if (c < 0)
			return false;
		if (c == '"')
			return true;
		if (c == '\\') {
			if (!escape(l))
				return false;
		} else {
			put(l, c);
		}
	}
}

/* The rest of a word that has begun, up to its end. */
static bool in_word(struct lexer *l)
{
	for (;;) {
		int c = peek(l);

		if (c < 0 || is_gap(c)) {
			end_word(l);
			return true;
		}
		l->at++;
		if (c == '"') {
			if (!quoted(l))
				return false;
		} else if (c == '\\') {
			c = next(l);
			if (c < 0)
				return false;
			put(l, c);
		} else {
			put(l, c);
		}
	}
}

static void comment(struct lexer *l)
{
	while (peek(l) >= 0 && peek(l) != '\n')
		l->at++;
}

/* A brace stands alone when a gap follows; a closing one at the end of the text too. */
static enum el_error brace(struct lexer *l, int c)
{
	int after = l->at + 1 < l->end ? l->at[1] : -1;

	if (c == '{' && after < 0)
		return EL_SYNTAX;
	if (after >= 0 && !is_gap(after)) {
		indent(l);
		return in_word(l) ? EL_FINE : EL_SYNTAX;
	}
	l->at++;
	if (c == '{') {
		l->depth++;
		return EL_FINE;
	}
	if (l->depth == 0)
		return EL_CLOSE;
	l->depth--;
	indent(l);
	end_word(l);
	return EL_FINE;
}

/* A backslash between words: with a newline it is nothing, with any other byte the begin of a word. */
static enum el_error between_backslash(struct lexer *l)
{
	l->at++;
	if (peek(l) < 0)
		return EL_FINE;
	if (peek(l) == '\n') {
		l->at++;
		return EL_FINE;
	}
	indent(l);
	put(l, next(l));
	return in_word(l) ? EL_FINE : EL_SYNTAX;
}

static enum el_error between(struct lexer *l)
{
	int c = peek(l);

	if (is_gap(c)) {
		l->at++;
		return EL_FINE;
	}
	if (c == '#') {
		comment(l);
		return EL_FINE;
	}
	if (c == '\\')
		return between_backslash(l);
	if (c == '{' || c == '}')
		return brace(l, c);
	indent(l);
	return in_word(l) ? EL_FINE : EL_SYNTAX;
}

enum el_error el_parse(const char *text, size_t len, struct el_words *ret)
{
	const char *nul = memchr(text, '\0', len);
	struct lexer l = { .at = (const unsigned char *)text, .out = ret };
	enum el_error e = EL_FINE;

	l.end = l.at + (nul ? (size_t)(nul - text) : len);
	ret->n = 0;
	ret->len = 0;
	while (e == EL_FINE && l.at < l.end && !l.full)
		e = between(&l);
	if (e == EL_FINE && l.full)
		return EL_LONG;
	return e == EL_FINE && l.depth ? EL_OPEN : e;
}

void el_vector(const struct el_words *w, char **argv)
{
	char *at = w->buf;

	for (unsigned int i = 0; i < w->n; i++) {
		argv[i] = at;
		at += strlen(at) + 1;
	}
	argv[w->n] = NULL;
}

const char *el_why(enum el_error e)
{
	static const char *const why[] = { "", "syntax error", "unmatched {", "unmatched }", "too many words" };

	return why[e];
}

int el_is_command(const char *name)
{
	/* Those that image scripts begin with; /bin has a test and an exit of its own or needs none. */
	static const char *const names[] = {
		"background", "backtick", "case", "cd", "define", "dollarat", "elgetopt", "elgetpositionals", "elglob",
		"eltest", "emptyenv", "envfile", "exec", "execline-cd", "execline-umask", "execlineb", "exit", "export",
		"export-array", "fdblock", "fdclose", "fdmove", "fdreserve", "fdswap", "forbacktickx", "foreground",
		"forstdin", "forx", "getcwd", "getpid", "heredoc", "homeof", "if", "ifelse", "ifte", "ifthenelse", "importas",
		"loopwhilex", "multidefine", "multisubstitute", "pipeline", "piperw", "posix-cd", "posix-umask", "redirfd",
		"runblock", "shift", "trap", "tryexec", "umask", "unexport", "wait", "withstdinas",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i], name))
			return 1;
	return 0;
}
