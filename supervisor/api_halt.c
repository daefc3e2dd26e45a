/* The verb "halt": ends the container, now or later, or takes that back. Only where we are /init. */
#include <string.h>

#include "api_client.h"
#include "boot.h"
#include "msg.h"
#include "svcdir.h"

#define GRACE_MAX_MS 300000u

/* An empty field is -1. False: neither empty nor a number. */
static bool number(const char *text, int64_t *ret)
{
	uint32_t n;

	*ret = -1;
	if (!*text)
		return true;
	if (svcdir_parse_uint(text, strlen(text), &n) < 0)
		return false;
	*ret = n;
	return true;
}

void api_verb_halt(struct api_client *c, const struct proto_frame *f)
{
	struct supervisor *sv = c->api->sv;
	const char *how = f->field[2];
	int64_t grace, delay;

	if (strlen(how) != 1 || !strchr("hprc", *how) || !number(f->field[3], &grace) || !number(f->field[4], &delay)) {
		api_answer(c, EXIT_USAGE, "malformed request: one of h, p, r, c and two numbers are expected");
		return;
	}
	if (!sv->boot) {
		api_answer(c, 1, "there is no container to end: this is not /init");
		return;
	}
	if (*how == 'c') {
		(void)boot_halt_cancel(sv);
		api_answer(c, 0, "%s", "");
		return;
	}
	/* Answered first: there may be no other turn. */
	api_answer(c, 0, "%s", "");
	boot_halt_later(sv, *how, grace > GRACE_MAX_MS ? GRACE_MAX_MS : grace, delay < 0 ? 0 : (uint64_t)delay);
}
