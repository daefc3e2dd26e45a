/* What hexad writes into slots: any text is refused or read to its end, and what was read is written back as it was. */
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "slotfile.h"

/* Reads the text; the lines go into ret, if that is not NULL. The number of lines, or -1 where it ends in one that is none. */
static int read_all(char *text, struct slotfile *ret)
{
	char *begin = text, *end = text + strlen(text), *at = slotfile_open(text), *value;
	enum slotfile_key key;
	int n = 0, r;

	if (!at)
		return -1;
	MUST(at > begin && at <= end);
	while ((r = slotfile_next(&at, &key, &value)) > 0) {
		MUST(at <= end && value > begin && value + strlen(value) < at);
		MUST(key < SLOTFILE_KEYS);
		if (ret)
			slotfile_add(ret, key, value);
		n++;
	}
	MUST(r == 0 ? at == end : r == -EBADMSG && at < end);
	return r == 0 ? n : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct slotfile first, second, again;
	int n;

	if (size >= SLOTFILE_MAX)
		return 0;
	memcpy(second.buf, data, size);
	second.buf[size] = '\0';
	slotfile_begin(&first);
	n = read_all(second.buf, &first);
	MUST(slotfile_end(&first) == 0 || size > SLOTFILE_MAX - 64);
	if (n < 0 || slotfile_end(&first) < 0)
		return 0;
	memcpy(again.buf, first.buf, first.len + 1);
	slotfile_begin(&second);
	MUST(read_all(again.buf, &second) == n);
	MUST(second.len == first.len && memcmp(second.buf, first.buf, first.len) == 0);
	return 0;
}
