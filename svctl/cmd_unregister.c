/* svctl unregister: done when process, logger and directory are gone. */
#include <stdio.h>
#include <stdlib.h>

#include "change.h"
#include "services.h"

/* Says which profile may have been meant. */
static void not_registered(struct change *ch, const char *profile)
{
	static const char *const words[] = { "list", NULL };
	struct client_reply reply;
	char sentence[SENTENCE_MAX];
	const char **names;
	size_t n = 0;

	client_call(&ch->c, words, &reply);
	names = calloc(reply.nrows + 1, sizeof *names);
	for (size_t i = 0; names != NULL && i < reply.nrows; i++)
		if (reply.row[i].frame.n > 2)
			names[n++] = reply.row[i].frame.field[2];
	services_no_such("profile", profile, names, n, sentence, sizeof sentence);
	free(names);
	client_reply_finish(&reply);
	change_add(ch, profile, 2, sentence);
}

int cmd_unregister(const struct svctl_request *rq)
{
	const char *words[] = { "unregister", rq->argv[0], NULL };
	struct change ch;
	struct client_reply reply;

	if (change_begin(&ch, rq) != 0 || change_needs_hexad(&ch) != 0)
		return change_end(&ch);
	client_call(&ch.c, words, &reply);
	if (reply.code == 2 && reply.retried) {
		reply.code = 0; /* gone by the first request */
		snprintf(reply.sentence, sizeof reply.sentence, "profile '%s' is unregistered", rq->argv[0]);
	}
	if (reply.code == 2)
		not_registered(&ch, rq->argv[0]);
	else
		change_add_reply(&ch, rq->argv[0], &reply);
	client_reply_finish(&reply);
	return change_end(&ch);
}
