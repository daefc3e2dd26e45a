/* svctl config: every setting of the supervisor, or some, and where each value comes from. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "cmd.h"
#include "msg.h"
#include "output.h"
#include "services.h"

enum config_field { CF_TAG, CF_SECTION, CF_KEY, CF_VALUE, CF_FILE, CF_LINE, CF_HIDDEN, CF_FIELDS };

/* "section", "section.key", or NULL for all; '-' and '_' are the same in keys. */
static bool is_asked(const char *word, const struct proto_frame *f)
{
	size_t len = strlen(f->field[CF_SECTION]);
	const char *key = f->field[CF_KEY];

	if (word == NULL)
		return true;
	if (strncmp(word, f->field[CF_SECTION], len) != 0)
		return false;
	if (word[len] == '\0')
		return true;
	if (word[len] != '.')
		return false;
	for (word += len + 1; *word != '\0' && *key != '\0'; word++, key++)
		if ((*word == '-' ? '_' : *word) != *key)
			return false;
	return *word == *key;
}

static void print_row(const struct proto_frame *f)
{
	const char *value = f->field[CF_VALUE];
	char shown[1024], file[4096];

	if (f->field[CF_HIDDEN][0] != '\0')
		snprintf(shown, sizeof shown, "(not shown to you)");
	else
		msg_escape(shown, sizeof shown, value, strlen(value));
	if (f->field[CF_FILE][0] != '\0')
		printf("%s.%s = %s  # %s:%s\n", f->field[CF_SECTION], f->field[CF_KEY], shown,
			msg_escape(file, sizeof file, f->field[CF_FILE], strlen(f->field[CF_FILE])),
			f->field[CF_LINE]);
	else
		printf("%s.%s = %s  # default\n", f->field[CF_SECTION], f->field[CF_KEY], shown);
}

static json_t *row_json(const struct proto_frame *f)
{
	json_t *o = json_object();
	bool given = f->field[CF_FILE][0] != '\0', hidden = f->field[CF_HIDDEN][0] != '\0';

	json_object_set_new(o, "section", output_text(f->field[CF_SECTION]));
	json_object_set_new(o, "key", output_text(f->field[CF_KEY]));
	json_object_set_new(o, "value", hidden ? json_null() : output_text(f->field[CF_VALUE]));
	json_object_set_new(o, "file", given ? output_text(f->field[CF_FILE]) : json_null());
	json_object_set_new(o, "line", given ? json_integer(atoi(f->field[CF_LINE])) : json_null());
	return o;
}

static int unknown(const struct client_reply *reply, const char *word)
{
	const char **names = calloc(reply->nrows + 1, sizeof *names);
	char (*text)[128] = calloc(reply->nrows + 1, sizeof *text);
	char sentence[512], shown[1024];
	size_t n = 0;

	for (; names != NULL && text != NULL && n < reply->nrows; n++) {
		snprintf(text[n], sizeof text[n], "%s.%s", reply->row[n].frame.field[CF_SECTION],
			reply->row[n].frame.field[CF_KEY]);
		names[n] = text[n];
	}
	services_no_such("setting", word, names, n, sentence, sizeof sentence);
	msg_error(0, "%s", msg_escape(shown, sizeof shown, sentence, strlen(sentence)));
	free(names);
	free(text);
	return 2;
}

static int show(const struct client_reply *reply, const char *word, bool json)
{
	json_t *list = json ? json_array() : NULL;
	size_t n = 0;

	for (size_t i = 0; i < reply->nrows; i++) {
		const struct proto_frame *f = &reply->row[i].frame;

		if (f->n < CF_FIELDS) {
			json_decref(list);
			msg_error(0, "the supervisor's answer is not understood");
			return EXIT_SYSTEM;
		}
		if (!is_asked(word, f))
			continue;
		n++;
		if (json)
			json_array_append_new(list, row_json(f));
		else
			print_row(f);
	}
	if (json && n > 0)
		output_dump(list);
	else
		json_decref(list);
	return n > 0 ? 0 : unknown(reply, word != NULL ? word : "");
}

int cmd_config(const struct svctl_request *rq)
{
	static const char *const words[] = { "config", NULL };
	struct client c = CLIENT_INIT;
	struct client_reply reply;
	int code = client_open(&c, rq->scandir, rq->timeout_ms);

	if (code == 0 && client_needs_hexad(&c, "config"))
		code = 1;
	if (code == 0) {
		code = client_call(&c, words, &reply);
		code = code != 0 ? client_failed(&reply)
			: show(&reply, rq->argc > 0 ? rq->argv[0] : NULL, rq->given & OPT_JSON);
		client_reply_finish(&reply);
	}
	client_close(&c);
	return output_end(code);
}
