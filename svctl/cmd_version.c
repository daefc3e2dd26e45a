/* svctl version: its own, and the supervisor's where one answers. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "client.h"
#include "msg.h"
#include "output.h"

/* The supervisor's own words, or NULL after saying why there are none. */
static const char *ask(struct client *c, struct client_reply *reply, int *code)
{
	static const char *const words[] = { "version", NULL };

	if (c->sock < 0)
		return "s6 (the supervisor of this tree has no control socket)";
	*code = client_call(c, words, reply);
	if (*code == 0)
		return reply->sentence;
	client_failed(reply);
	return NULL;
}

static void print_json(const char *supervisor)
{
	json_t *o = json_object();

	json_object_set_new(o, "svctl", json_string(HEXAD_VERSION));
	json_object_set_new(o, "supervisor", supervisor != NULL ? output_text(supervisor) : json_null());
	output_dump(o);
}

int cmd_version(const struct svctl_request *rq)
{
	struct client c = CLIENT_INIT;
	struct client_reply reply = { .code = 0 };
	const char *supervisor = NULL;
	char shown[4 * SENTENCE_MAX];
	int code;

	if (!(rq->given & OPT_JSON))
		printf("svctl %s\n", HEXAD_VERSION);
	fflush(stdout);
	code = client_open(&c, rq->scandir, rq->timeout_ms);
	if (code == 0)
		supervisor = ask(&c, &reply, &code);
	if (rq->given & OPT_JSON)
		print_json(supervisor);
	else if (supervisor != NULL)
		printf("%s\n", msg_escape(shown, sizeof shown, supervisor, strlen(supervisor)));
	client_reply_finish(&reply);
	client_close(&c);
	return output_end(code);
}
