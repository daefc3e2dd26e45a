/* svctl unregister: done when process, logger and directory are gone. */
#include <stdio.h>
#include <stdlib.h>

#include "change.h"
#include "cmd.h"
#include "output.h"

/* Says which profile may have been meant. */
static int not_registered(struct client *c, const char *profile)
{
	static const char *const words[] = { "list", NULL };
	struct client_reply reply;
	const char **names;
	size_t n = 0;

	client_call(c, words, &reply);
	names = calloc(reply.nrows + 1, sizeof *names);
	for (size_t i = 0; names != NULL && i < reply.nrows; i++)
		if (reply.row[i].frame.n > 2)
			names[n++] = reply.row[i].frame.field[2];
	services_no_such("profile", profile, names, n);
	free(names);
	client_reply_finish(&reply);
	return 2;
}

int cmd_unregister(const struct svctl_request *rq)
{
	const char *words[] = { "unregister", rq->argv[0], NULL };
	struct client c = CLIENT_INIT;
	struct client_reply reply;
	int code = client_open(&c, rq->scandir, rq->timeout_ms);

	if (code == 0 && client_needs_hexad(&c, "unregister"))
		code = 1;
	if (code == 0) {
		code = client_call(&c, words, &reply);
		if (code == 2 && reply.retried)
			code = reply.code = 0; /* gone by the first request */
		if (code == 2)
			not_registered(&c, rq->argv[0]);
		else
			change_tell("unregister", rq->argv[0], &reply);
		client_reply_finish(&reply);
	}
	client_close(&c);
	return output_end(code);
}
