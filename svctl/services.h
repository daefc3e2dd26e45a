/*
 * Services as svctl sees them, whoever supervises them: from rows of the socket or from s6's
 * files.
 */
#ifndef SVCTL_SERVICES_H
#define SVCTL_SERVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "client.h"
#include "svcdir.h"
#include "svstatus.h"

#define SERVICE_NOTE 160

struct service {
	char name[SV_NAME_FULL + 1];
	struct svstatus status;
	bool supervised;
	bool hidden; /* s6: its status cannot be read, so it may be supervised all the same */
	bool normally_up;
	uid_t owner;
	char note[SERVICE_NOTE];
};

struct services {
	struct service *v;
	size_t n;
};

void services_finish(struct services *s);

/* Adds an empty one; NULL without memory. */
struct service *services_add(struct services *s);

/*
 * All of them, or those named (names may be NULL), sorted by name. 0, or an exit code after
 * printing why; what could be had is in *ret then.
 */
int services_load(struct client *c, char *const *names, size_t n, struct services *ret);

bool services_has(const struct services *s, const char *name);

/* "no such WHAT 'x'", with the nearest of the candidates. */
void services_no_such(const char *what, const char *name, const char *const *candidates, size_t n, char *buf,
	size_t cap);

/* The same for a service, the candidates being the tree's and its profiles; services_unknown prints it and returns 2. */
void services_unknown_text(struct client *c, const char *name, char *buf, size_t cap);
int services_unknown(struct client *c, const char *name);

/* The fields of a status row, the first of them (its tag) being field at of f. 0 or -EBADMSG. */
int service_of_row(const struct proto_frame *f, unsigned int at, struct service *s);

/* "up", "ready", "paused", "finishing", "down" or "-". */
const char *service_state(const struct service *s);

#endif
