/* s6-head and s6-tail: the beginning and the end of standard input, in lines or in bytes. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "applet.h"
#include "fdio.h"
#include "msg.h"
#include "out.h"

#define CHUNK 65536

static char chunk[CHUNK];

struct count {
	unsigned int n;
	bool bytes;
};

static struct count count_of(int argc, char **argv)
{
	struct count count = { .n = 10 };
	char **word;
	int c;

	while ((c = applet_option(argc, argv, "123456789n:c:")) != -1) {
		count.n = c == 'n' || c == 'c' ? applet_uint(optarg, UINT_MAX) : (unsigned int)(c - '0');
		count.bytes = c == 'c';
	}
	(void)applet_operands(argc, argv, &word);
	return count;
}

/* The next bytes in chunk, 0 at the end. */
static size_t read_chunk(void)
{
	ssize_t n;

	do
		n = read(0, chunk, sizeof(chunk));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		msg_die(EXIT_SYSTEM, errno, "unable to read from stdin");
	return (size_t)n;
}

/* How many of the bytes still belong to the beginning; count goes down by what they are. */
static size_t take(struct count *count, const char *bytes, size_t len)
{
	const char *end;
	size_t n = 0;

	if (count->bytes) {
		n = len < count->n ? len : count->n;
		count->n -= (unsigned int)n;
		return n;
	}
	for (; count->n && n < len; n = (size_t)(end - bytes) + 1, count->n--) {
		end = memchr(bytes + n, '\n', len - n);
		if (!end)
			return len;
	}
	return n;
}

int head_main(int argc, char **argv)
{
	struct count count = count_of(argc, argv);
	size_t len, n;
	int r;

	while (count.n && (len = read_chunk()) > 0) {
		n = take(&count, chunk, len);
		r = fdio_write_all(1, chunk, n);
		if (r < 0)
			msg_die(EXIT_SYSTEM, r, "unable to write to stdout");
		/* Whoever reads the same file next goes on behind it; of a pipe the rest is lost. */
		if (n < len)
			(void)lseek(0, -(off_t)(len - n), SEEK_CUR);
	}
	return 0;
}

/* Drops what is before the end that is asked for. */
static void trim(struct buf *in, const struct count *count)
{
	const char *bytes = buf_bytes(in), *newline;
	size_t end = in->len;

	if (count->bytes) {
		buf_take(in, end > count->n ? end - count->n : 0);
		return;
	}
	if (count->n == 0) {
		buf_take(in, end);
		return;
	}
	/* The last line's own newline ends no other. */
	if (end && bytes[end - 1] == '\n')
		end--;
	for (unsigned int i = 0; i < count->n; i++) {
		newline = end ? memrchr(bytes, '\n', end) : NULL;
		if (!newline)
			return;
		end = (size_t)(newline - bytes);
	}
	buf_take(in, end + 1);
}

int tail_main(int argc, char **argv)
{
	struct count count = count_of(argc, argv);
	struct buf in = BUF_INIT;
	size_t len, enough = CHUNK;

	while ((len = read_chunk()) > 0) {
		buf_add(&in, chunk, len);
		if (in.len < enough)
			continue;
		trim(&in, &count);
		/* Twice what was kept, so that long ends are not looked through for each chunk. */
		enough = 2 * in.len + CHUNK;
	}
	if (in.len)
		trim(&in, &count);
	out_end(&in);
	return 0;
}
