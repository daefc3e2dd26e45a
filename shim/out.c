/* Writing to standard output. See out.h. */
#include "out.h"

#include "fdio.h"
#include "msg.h"

void out_write(struct buf *out)
{
	int r = out->len ? fdio_write_all(1, buf_bytes(out), out->len) : 0;

	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to write to stdout");
	buf_take(out, out->len);
}

void out_end(struct buf *out)
{
	out_write(out);
	buf_free(out);
}
