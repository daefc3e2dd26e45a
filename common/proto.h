/*
 * Frames between svctl (or the shim) and a supervisor, over a SOCK_SEQPACKET socket at
 * SCANDIR/.s6-svscan/hexad (and /run/hexad/control for /init).
 *
 * A frame is one packet of at most PROTO_FRAME bytes: fields, each ended by a NUL. Field 0 of a
 * request is the version "1", field 1 the verb, then its arguments. A reply is any number of frames
 * whose field 0 is "row", then exactly one whose field 0 is "ok" (field 1: a sentence or empty) or
 * "err" (field 1: exit code as decimal, field 2: the sentence, without a program name in front).
 * docs/protocol.md lists verbs and rows. All text is escaped by who prints it.
 */
#ifndef SV_PROTO_H
#define SV_PROTO_H

#include <stddef.h>
#include <sys/types.h>

#define PROTO_VERSION "1"
#define PROTO_FRAME 4096
#define PROTO_FIELDS 16
#define PROTO_SOCKET ".s6-svscan/hexad"
#define PROTO_INIT_SOCKET "/run/hexad/control"

/* Field 0 and 1 of a "status" or "list" row and what follows, in order. */
enum proto_status_field {
	PS_TAG,      /* "row" */
	PS_NAME,     /* "web", "web/log" */
	PS_STATUS,   /* the 35 bytes of supervise/status in hex */
	PS_NORMALLY, /* "up" or "down": is there a down file */
	PS_OWNER,    /* uid of the service directory, decimal */
	PS_NOTE,     /* why, when that is not plain: last refusal or failed start; may be empty */
	PS_FIELDS
};

struct proto_frame {
	unsigned int n;
	const char *field[PROTO_FIELDS]; /* into the buffer decoded from */
};

/* Encodes n fields into buf. Returns the length, or -EMSGSIZE / -EINVAL (too many fields). */
int proto_encode(char *buf, size_t cap, const char *const *fields, unsigned int n);

/* Decodes in place. -EBADMSG unless 1 to PROTO_FIELDS NUL-ended fields fill the frame. */
int proto_decode(const char *buf, size_t len, struct proto_frame *ret);

/*
 * Client side: connects to path (which may be longer than sun_path allows: it is reached through a
 * directory descriptor) after checking that it is a socket owned by root or by owner. Returns the
 * descriptor (blocking, close-on-exec) or -errno; -EPERM if the owner is another.
 */
int proto_connect(const char *path, uid_t owner);

/* Sends one request. -ETIMEDOUT if the other side takes nothing for some seconds. */
int proto_send(int fd, const char *const *fields, unsigned int n);

/*
 * Receives one frame into buf (PROTO_FRAME bytes) within timeout_ms (-1: for ever). 0, -ETIMEDOUT,
 * -EPIPE at the end, -EBADMSG.
 */
int proto_receive(int fd, char *buf, struct proto_frame *ret, int timeout_ms);

#endif
