/* Start, stop, restart: see change.h. */
#include "change.h"

#include <stdio.h>
#include <string.h>

#include "msg.h"
#include "output.h"

int change_tell(const char *verb, const char *name, const struct client_reply *reply)
{
	char shown[4 * SENTENCE_MAX], shown_name[256];

	msg_escape(shown, sizeof shown, reply->sentence, strlen(reply->sentence));
	msg_escape(shown_name, sizeof shown_name, name != NULL ? name : "",
		name != NULL ? strlen(name) : 0);
	if (reply->code == 0)
		printf("%s\n", shown);
	else if (name != NULL && reply->code >= EXIT_TIMEOUT && reply->code != EXIT_USAGE)
		msg_error(0, "%s '%s': %s", verb, shown_name, shown);
	else
		msg_error(0, "%s", shown);
	return reply->code;
}

static int change_one(struct client *c, const char *verb, const char *name)
{
	const char *words[] = { verb, name, NULL };
	struct client_reply reply;
	int r = client_call(c, words, &reply);

	r = r == 2 ? services_unknown(c, name) : change_tell(verb, name, &reply);
	client_reply_finish(&reply);
	return r;
}

int change_all(const struct svctl_request *rq, const char *letters, enum s6tree_goal goal)
{
	struct client c = CLIENT_INIT;
	int r, code = client_open(&c, rq->scandir, rq->timeout_ms);

	for (int i = 0; i < rq->argc && (code == 0 || c.dirfd >= 0); i++) {
		if (c.sock < 0 && code >= EXIT_NOSUPER)
			break;
		r = c.sock >= 0 ? change_one(&c, rq->cmd->name, rq->argv[i])
			: s6tree_change(&c, rq->argv[i], letters, goal);
		if (code == 0)
			code = r;
	}
	client_close(&c);
	return output_end(code);
}
