/* The half of port.h that looks at the services. */
#include <string.h>

#include "msg.h"
#include "port.h"
#include "service.h"

void port_check(struct supervisor *sv, const char *profile)
{
	const struct config *c = sv->config;
	size_t len = strlen(c->slot_prefix);
	uint32_t port;

	if (!*c->port_env)
		return;
	port = port_of(c, profile);
	for (struct service *s = service_next(sv, NULL); s; s = service_next(sv, s)) {
		const char *other = s->id->name + len;

		if (s->id->is_log || strncmp(s->id->name, c->slot_prefix, len) != 0 || strcmp(other, profile) == 0)
			continue;
		if (port_of(c, other) == port)
			msg_warn(0, "profile '%s': port %u is that of profile '%s' too", profile, port, other);
	}
}
