/* svctl list: the profiles that have a slot, sorted; with --json the slots' names too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "cmd.h"
#include "msg.h"
#include "output.h"

static int by_profile(const void *a, const void *b)
{
	const struct client_row *x = a, *y = b;

	return strcmp(x->frame.field[2], y->frame.field[2]);
}

static void print_names(const struct client_reply *reply)
{
	char shown[4 * SV_NAME_FULL + 1];

	for (size_t i = 0; i < reply->nrows; i++) {
		const char *profile = reply->row[i].frame.field[2];

		puts(msg_escape(shown, sizeof shown, profile, strlen(profile)));
	}
}

static void print_json(const struct client_reply *reply)
{
	json_t *list = json_array();

	for (size_t i = 0; i < reply->nrows; i++) {
		json_t *o = json_object();

		json_object_set_new(o, "profile", output_text(reply->row[i].frame.field[2]));
		json_object_set_new(o, "service", output_text(reply->row[i].frame.field[1]));
		json_array_append_new(list, o);
	}
	output_dump(list);
}

/* A row that is too short would be read past its end. */
static size_t whole_rows(struct client_reply *reply)
{
	size_t n = 0;

	for (size_t i = 0; i < reply->nrows; i++) {
		if (reply->row[i].frame.n < 3)
			free(reply->row[i].buf);
		else
			reply->row[n++] = reply->row[i];
	}
	return n;
}

int cmd_list(const struct svctl_request *rq)
{
	static const char *const words[] = { "list", NULL };
	struct client c = CLIENT_INIT;
	struct client_reply reply;
	int code = client_open(&c, rq->scandir, rq->timeout_ms);

	if (code == 0 && client_needs_hexad(&c, "list"))
		code = 1;
	if (code == 0) {
		code = client_call(&c, words, &reply);
		reply.nrows = whole_rows(&reply);
		if (reply.nrows > 1)
			qsort(reply.row, reply.nrows, sizeof reply.row[0], by_profile);
		if (code != 0)
			client_failed(&reply);
		else if (rq->given & OPT_JSON)
			print_json(&reply);
		else
			print_names(&reply);
		client_reply_finish(&reply);
	}
	client_close(&c);
	return output_end(code);
}
