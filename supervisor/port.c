#include "port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msg.h"
#include "sha256.h"
#include "sys.h"

uint32_t port_of(const struct config *c, const char *profile)
{
	uint8_t sum[SHA256_SIZE];
	uint32_t n;

	sha256(sum, profile, strlen(profile));
	n = (uint32_t)sum[0] << 24 | (uint32_t)sum[1] << 16 | (uint32_t)sum[2] << 8 | sum[3];
	return c->port_base + n % c->port_count;
}

void port_word(const struct config *c, const char *profile, char *buf, size_t cap)
{
	*buf = '\0';
	if (*c->port_env)
		snprintf(buf, cap, "%s=%u", c->port_env, port_of(c, profile));
}

/* Index + 1 of the first profile with each port. */
void port_compare(const struct config *c, const struct plan *plan)
{
	uint32_t *first = *c->port_env ? sys.calloc(c->port_count, sizeof(*first)) : NULL;

	for (size_t i = 0; first && i < plan->n; i++) {
		uint32_t port = port_of(c, plan->op[i].profile), *at = &first[port - c->port_base];

		if (plan->op[i].action == PLAN_SKIPPED)
			continue;
		if (*at)
			msg_warn(0, "profile '%s': port %u is that of profile '%s' too", plan->op[i].profile, port,
				plan->op[*at - 1].profile);
		else
			*at = (uint32_t)i + 1;
	}
	free(first);
}
