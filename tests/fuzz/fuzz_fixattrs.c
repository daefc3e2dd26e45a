/* fix-attrs lines: whatever they say, an error or a line within bounds comes of it. Nothing is looked up or changed. */
#include "fuzz.h"

#include <string.h>

#include "fixattrs.h"

#define LINE 512

static bool is_within(const char *piece, const char *text, size_t size)
{
	return piece >= text && piece + strlen(piece) <= text + size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[LINE + 1];
	struct fixattrs_line line;
	enum fixattrs_error error;

	size = size < LINE ? size : LINE;
	memcpy(text, data, size);
	error = fixattrs_parse(text, size, &line);
	MUST(*fixattrs_error_text(error));
	if (error != FIXATTRS_OK)
		return 0;
	MUST(is_within(line.path, text, size) && *line.path);
	MUST(is_within(line.user, text, size));
	MUST(!line.group || is_within(line.group, text, size));
	MUST(line.fmode <= 07777 && line.dmode <= 07777);
	MUST(!line.has_fallback || (line.fallback_uid != (uid_t)-1 && line.fallback_gid != (gid_t)-1));
	return 0;
}
