/* A growing run of bytes, taken from the front. Out of memory ends the process: s6-log cannot go on. */
#ifndef SV_BUF_H
#define SV_BUF_H

#include <stddef.h>

struct buf {
	char *data;
	size_t start, len, cap; /* the bytes are data[start] to data[start + len - 1] */
};
#define BUF_INIT { NULL, 0, 0, 0 }

void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_add_text(struct buf *buf, const char *text);

/* Drops n bytes from the front. */
void buf_take(struct buf *buf, size_t n);

/* Gives its memory back; it is empty then. */
void buf_free(struct buf *buf);

/* The first byte; valid until the next buf_add. */
char *buf_bytes(struct buf *buf);

#endif
