/*
 * svctl reconcile: slots for profiles that have none, and the removal of those whose profile has gone; with --dry-run
 * what a boot would do with each profile, found out without changing anything.
 */
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "cmd.h"
#include "msg.h"
#include "output.h"

enum plan_field { PF_TAG, PF_PROFILE, PF_PRIOR_STATE, PF_ACTION, PF_PRIOR_EXIT, PF_WHY, PF_FIELDS };

static const char *or_dash(const char *text)
{
	return text[0] != '\0' ? text : "-";
}

static void print_table(const struct client_reply *reply)
{
	char profile[4 * SV_NAME_FULL + 1], state[260], why[512];
	size_t width = 7;

	for (size_t i = 0; i < reply->nrows; i++) {
		size_t len = strlen(reply->row[i].frame.field[PF_PROFILE]);

		if (len > width && len <= 34)
			width = len;
	}
	printf("%-*s  %-10s  %-12s  %-7s  %s\n", (int)width, "PROFILE", "ACTION", "STATE BEFORE",
		"EXIT", "WARNING");
	for (size_t i = 0; i < reply->nrows; i++) {
		const char *const *f = reply->row[i].frame.field;

		msg_escape(profile, sizeof profile, f[PF_PROFILE], strlen(f[PF_PROFILE]));
		msg_escape(state, sizeof state, f[PF_PRIOR_STATE], strlen(f[PF_PRIOR_STATE]));
		msg_escape(why, sizeof why, f[PF_WHY], strlen(f[PF_WHY]));
		printf("%-*s  %-10s  %-12s  %-7s%s%s\n", (int)width, profile, f[PF_ACTION],
			or_dash(state),
			or_dash(f[PF_PRIOR_EXIT]), why[0] != '\0' ? "  " : "", why);
	}
}

static void print_json(const struct client_reply *reply)
{
	json_t *list = json_array();

	for (size_t i = 0; i < reply->nrows; i++) {
		const char *const *f = reply->row[i].frame.field;
		json_t *o = json_object();

		json_object_set_new(o, "profile", output_text(f[PF_PROFILE]));
		json_object_set_new(o, "action", output_text(f[PF_ACTION]));
		json_object_set_new(o, "prior_state", f[PF_PRIOR_STATE][0] != '\0'
			? output_text(f[PF_PRIOR_STATE])
			: json_null());
		json_object_set_new(o, "prior_exit", output_text(f[PF_PRIOR_EXIT]));
		json_object_set_new(o, "warning", output_text(f[PF_WHY]));
		json_array_append_new(list, o);
	}
	output_dump(list);
}

static bool is_whole(const struct client_reply *reply)
{
	for (size_t i = 0; i < reply->nrows; i++)
		if (reply->row[i].frame.n < PF_FIELDS)
			return false;
	return true;
}

int cmd_reconcile(const struct svctl_request *rq)
{
	const char *words[] = { "reconcile", rq->given & OPT_DRY_RUN ? "dry-run" : "now", NULL };
	struct client c = CLIENT_INIT;
	struct client_reply reply;
	int code;

	code = client_open(&c, rq->scandir, rq->timeout_ms);
	if (code == 0 && client_needs_hexad(&c, "reconcile"))
		code = 1;
	if (code == 0) {
		code = client_call(&c, words, &reply);
		if (code == 0 && !is_whole(&reply)) {
			msg_error(0, "the supervisor's answer is not understood");
			code = EXIT_SYSTEM;
		} else if (code != 0) {
			client_failed(&reply);
		} else if (rq->given & OPT_JSON) {
			print_json(&reply);
		} else {
			print_table(&reply);
		}
		client_reply_finish(&reply);
	}
	client_close(&c);
	return output_end(code);
}
