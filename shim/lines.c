/* The loop of s6-tai64n and s6-tai64nlocal. */
#include "lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "msg.h"
#include "out.h"

#define CHUNK 65536

/* Hands on all whole lines that are in the buffer; begin is where the first newline may be. */
static void take_lines(struct buf *in, size_t begin, void (*each)(const char *, size_t, bool, struct buf *),
	struct buf *out)
{
	const char *end;

	while (in->len > begin && (end = memchr(buf_bytes(in) + begin, '\n', in->len - begin))) {
		size_t len = (size_t)(end - buf_bytes(in));

		each(buf_bytes(in), len, true, out);
		buf_take(in, len + 1);
		begin = 0;
	}
}

void lines_filter(void (*each)(const char *line, size_t len, bool ended, struct buf *out))
{
	static char chunk[CHUNK];
	struct buf in = BUF_INIT, out = BUF_INIT;
	size_t before;
	ssize_t n;

	while ((n = read(0, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			msg_die(EXIT_SYSTEM, errno, "unable to read from stdin");
		before = in.len;
		buf_add(&in, chunk, (size_t)n);
		take_lines(&in, before, each, &out);
		out_write(&out);
	}
	if (in.len) {
		each(buf_bytes(&in), in.len, false, &out);
		out_write(&out);
	}
}
