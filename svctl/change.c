/* See change.h. */
#include "change.h"

#include <stdio.h>
#include <string.h>

#include "msg.h"
#include "output.h"
#include "services.h"

int change_begin(struct change *ch, const struct svctl_request *rq)
{
	*ch = (struct change){ .rq = rq, .c = CLIENT_INIT };
	if (rq->given & OPT_JSON)
		ch->results = json_array();
	ch->code = client_open(&ch->c, rq->scandir, rq->timeout_ms);
	return ch->code;
}

int change_add(struct change *ch, const char *name, int code, const char *sentence)
{
	char shown[4 * SENTENCE_MAX];
	json_t *o;

	msg_escape(shown, sizeof shown, sentence, strlen(sentence));
	if (code != 0)
		msg_error(0, "%s", shown);
	else if (ch->results == NULL && printf("%s\n", shown) > 0)
		(void)output_flush(); /* the next name may take long */
	if (ch->code == 0)
		ch->code = code;
	if (ch->results == NULL)
		return code;
	o = json_object();
	json_object_set_new(o, "name", name != NULL ? output_text(name) : json_null());
	json_object_set_new(o, "code", json_integer(code));
	json_object_set_new(o, "message", output_text(sentence));
	json_array_append_new(ch->results, o);
	return code;
}

int change_add_reply(struct change *ch, const char *name, const struct client_reply *reply)
{
	char sentence[SENTENCE_MAX + 512];
	bool names_none = reply->code >= EXIT_TIMEOUT && reply->code != EXIT_USAGE;

	if (name == NULL || !names_none)
		return change_add(ch, name, reply->code, reply->sentence);
	snprintf(sentence, sizeof sentence, "%s '%s': %s", ch->rq->cmd->name, name, reply->sentence);
	return change_add(ch, name, reply->code, sentence);
}

int change_add_unknown(struct change *ch, const char *name)
{
	char sentence[SENTENCE_MAX];

	services_unknown_text(&ch->c, name, sentence, sizeof sentence);
	return change_add(ch, name, 2, sentence);
}

int change_end(struct change *ch)
{
	json_t *o;

	if (ch->results != NULL) {
		o = json_object();
		json_object_set_new(o, "command", json_string(ch->rq->cmd->name));
		json_object_set_new(o, "code", json_integer(ch->code));
		json_object_set_new(o, "results", ch->results);
		output_dump(o);
	}
	client_close(&ch->c);
	return output_end(ch->code);
}

int change_needs_hexad(struct change *ch)
{
	char sentence[SENTENCE_MAX];

	if (ch->c.sock >= 0)
		return 0;
	snprintf(sentence, sizeof sentence, "'%s' needs hexad, and '%s' is supervised by something else",
		ch->rq->cmd->name, ch->c.scandir);
	return change_add(ch, NULL, 1, sentence);
}

static void change_one(struct change *ch, const char *name, const char *last)
{
	const char *words[] = { ch->rq->cmd->name, name, last, NULL };
	struct client_reply reply;

	if (client_call(&ch->c, words, &reply) == 2)
		change_add_unknown(ch, name);
	else
		change_add_reply(ch, name, &reply);
	client_reply_finish(&reply);
}

static void change_one_s6(struct change *ch, const char *name, const struct s6tree_order *s6)
{
	char sentence[SENTENCE_MAX];
	int r = s6tree_change(&ch->c, name, s6, sentence, sizeof sentence);

	if (r == 2)
		change_add_unknown(ch, name);
	else
		change_add(ch, name, r, sentence);
}

int change_all(const struct svctl_request *rq, int argc, char **argv, const char *last,
	const struct s6tree_order *s6)
{
	struct change ch;
	bool hexad;

	if (change_begin(&ch, rq) != 0)
		return change_end(&ch);
	hexad = ch.c.sock >= 0;
	/* A socket that was lost on the way, its supervisor having ended, does not make it a tree of s6. */
	for (int i = 0; i < argc && (!hexad || ch.c.sock >= 0); i++) {
		if (hexad)
			change_one(&ch, argv[i], last);
		else
			change_one_s6(&ch, argv[i], s6);
	}
	return change_end(&ch);
}
