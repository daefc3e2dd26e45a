/* svctl version: its own, and the supervisor's where one answers. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "msg.h"
#include "output.h"

int cmd_version(const struct svctl_request *rq)
{
	static const char *const words[] = { "version", NULL };
	struct client c = CLIENT_INIT;
	struct client_reply reply;
	char shown[256];
	int code;

	printf("svctl %s\n", HEXAD_VERSION);
	fflush(stdout);
	code = client_open(&c, rq->scandir, rq->timeout_ms);
	if (code == 0 && c.sock < 0) {
		printf("s6 (the supervisor of this tree has no control socket)\n");
	} else if (code == 0) {
		code = client_call(&c, words, &reply);
		msg_escape(shown, sizeof shown, reply.sentence, strlen(reply.sentence));
		if (code == 0)
			printf("%s\n", shown);
		else
			msg_error(0, "%s", shown);
		client_reply_finish(&reply);
	}
	client_close(&c);
	return output_end(code);
}
