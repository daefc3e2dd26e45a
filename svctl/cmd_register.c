/* svctl register: done when the slot is supervised and takes commands. */
#include <string.h>

#include "change.h"
#include "cmd.h"
#include "output.h"

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
	const char *words[] = { "register", rq->argv[0], rq->given & OPT_DOWN ? "down" : "up",
		NULL };
	struct client c = CLIENT_INIT;
	struct client_reply reply;
	int code = client_open(&c, rq->scandir, rq->timeout_ms);

	if (code == 0 && client_needs_hexad(&c, "register"))
		code = 1;
	if (code == 0) {
		code = client_call(&c, words, &reply);
		if (code == 1 && reply.retried && is_registered(&c, rq->argv[0]))
			code = reply.code = 0;
		change_tell("register", rq->argv[0], &reply);
		client_reply_finish(&reply);
	}
	client_close(&c);
	return output_end(code);
}
