#include "words.h"

#include <string.h>
#include <strings.h>

bool words_next(const char **cursor, const char *separators, struct word *ret)
{
	const char *text = *cursor + strspn(*cursor, separators);
	size_t len = strcspn(text, separators);

	*cursor = text + len;
	if (!len)
		return false;
	ret->text = text;
	ret->len = len;
	return true;
}

bool word_is(const struct word *w, const char *text)
{
	return strlen(text) == w->len && !memcmp(w->text, text, w->len);
}

bool words_has(const char *list, const char *separators, const char *text)
{
	struct word w;

	while (words_next(&list, separators, &w))
		if (word_is(&w, text))
			return true;
	return false;
}

bool words_truthy(const char *list, const char *text)
{
	struct word w;

	while (text && words_next(&list, WORDS_BLANKS, &w))
		if (strlen(text) == w.len && !strncasecmp(w.text, text, w.len))
			return true;
	return false;
}
