/* svctl register: done when the slot is supervised and takes commands. */
#include <string.h>

#include "change.h"

/* Asked twice because the supervisor was renewed: "already registered" may be our own doing. */
static bool is_registered(struct client *c, const char *profile)
{
	static const char *const words[] = { "list", NULL };
	struct client_reply reply;
	bool found = false;

	client_call(c, words, &reply);
	for (size_t i = 0; i < reply.nrows; i++)
		if (reply.row[i].frame.n > 2 && strcmp(reply.row[i].frame.field[2], profile) == 0)
			found = true;
	client_reply_finish(&reply);
	return found;
}

int cmd_register(const struct svctl_request *rq)
{
	const char *words[] = { "register", rq->argv[0], rq->given & OPT_DOWN ? "down" : "up", NULL };
	struct change ch;
	struct client_reply reply;

	if (change_begin(&ch, rq) != 0 || change_needs_hexad(&ch) != 0)
		return change_end(&ch);
	client_call(&ch.c, words, &reply);
	if (reply.code == 1 && reply.retried && is_registered(&ch.c, rq->argv[0]))
		reply.code = 0;
	change_add_reply(&ch, rq->argv[0], &reply);
	client_reply_finish(&reply);
	return change_end(&ch);
}
