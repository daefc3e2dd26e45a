/* The growing byte buffer of the logger. */
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "msg.h"

/* A buffer that once was long gives its memory back when it has been emptied. */
#define BUF_KEEP 65536

char *buf_bytes(struct buf *buf)
{
	return buf->data + buf->start;
}

static void reserve(struct buf *buf, size_t more)
{
	size_t cap = buf->cap ? buf->cap : 1024;

	if (buf->start && buf->start + buf->len + more > buf->cap) {
		memmove(buf->data, buf->data + buf->start, buf->len);
		buf->start = 0;
	}
	if (buf->len + more <= buf->cap)
		return;
	while (cap < buf->len + more)
		cap *= 2;
	buf->data = realloc(buf->data, cap);
	if (!buf->data)
		msg_die(EXIT_SYSTEM, 0, "out of memory");
	buf->cap = cap;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
	if (len == 0)
		return;
	reserve(buf, len);
	memcpy(buf->data + buf->start + buf->len, bytes, len);
	buf->len += len;
}

void buf_add_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_free(struct buf *buf)
{
	static const struct buf none = BUF_INIT;

	free(buf->data);
	*buf = none;
}

void buf_take(struct buf *buf, size_t n)
{
	buf->start += n;
	buf->len -= n;
	if (buf->len)
		return;
	buf->start = 0;
	if (buf->cap > BUF_KEEP)
		buf_free(buf);
}
