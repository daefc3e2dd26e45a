/* svctl doctor: looks at everything, changes nothing. Exit code 1 if something does not work as it is. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "doctor.h"
#include "msg.h"
#include "output.h"

static const char *const levels[] = { "ok", "note", "warning", "bad" };

static void take(struct doctor_info *i, const char *key, const char *value)
{
	static const struct { const char *key; size_t at; } numbers[] = {
		{ "uid", offsetof(struct doctor_info, uid) },
		{ "slots_used", offsetof(struct doctor_info, slots_used) },
		{ "slots_max", offsetof(struct doctor_info, slots_max) },
		{ "fd_limit", offsetof(struct doctor_info, fd_limit) },
		{ "faults", offsetof(struct doctor_info, faults) },
		{ "fault_signal", offsetof(struct doctor_info, fault_signal) },
	};

	for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++)
		if (strcmp(key, numbers[k].key) == 0)
			*(int64_t *)(void *)((char *)i + numbers[k].at) = strtoll(value, NULL, 10);
	if (strcmp(key, "pid1") == 0)
		i->pid1 = strcmp(value, "yes") == 0;
	else if (strcmp(key, "mode") == 0)
		i->init = strcmp(value, "init") == 0;
	else if (strcmp(key, "scandir_shared") == 0)
		i->shared = strcmp(value, "yes") == 0;
	else if (strcmp(key, "leaving") == 0)
		i->leaving = strcmp(value, "yes") == 0;
	else if (strcmp(key, "profiles") == 0)
		snprintf(i->profiles, sizeof i->profiles, "%s", value);
}

static int load_info(struct client *c, struct doctor_info *i)
{
	static const char *const words[] = { "info", NULL };
	struct client_reply reply;
	int code;

	*i = (struct doctor_info){ .known = false };
	if (c->sock < 0)
		return 0;
	code = client_call(c, words, &reply);
	for (size_t k = 0; k < reply.nrows && code == 0; k++)
		if (reply.row[k].frame.n > 2)
			take(i, reply.row[k].frame.field[1], reply.row[k].frame.field[2]);
	i->known = code == 0;
	if (code != 0)
		client_failed(&reply);
	client_reply_finish(&reply);
	return code;
}

static void print_text(const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct finding *v = &f->v[i];
		char what[2048], mend[2048];

		printf("%-7s  %s: %s\n", levels[v->level], v->about,
			msg_escape(what, sizeof what, v->what, strlen(v->what)));
		if (v->mend[0] != '\0')
			printf("%-7s  to mend it: %s\n", "", msg_escape(mend, sizeof mend, v->mend, strlen(v->mend)));
	}
}

static void print_json(const struct findings *f, int code)
{
	json_t *o = json_object(), *list = json_array();

	for (size_t i = 0; i < f->n; i++) {
		const struct finding *v = &f->v[i];
		json_t *one = json_object();

		json_object_set_new(one, "level", json_string(levels[v->level]));
		json_object_set_new(one, "about", output_text(v->about));
		json_object_set_new(one, "what", output_text(v->what));
		json_object_set_new(one, "mend", v->mend[0] != '\0' ? output_text(v->mend) : json_null());
		json_array_append_new(list, one);
	}
	json_object_set_new(o, "code", json_integer(code));
	json_object_set_new(o, "findings", list);
	output_dump(o);
}

/* What keeps something from working is a failure; what might is not. */
static int code_of(const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].level == FINDING_BAD)
			return 1;
	return 0;
}

int cmd_doctor(const struct svctl_request *rq)
{
	struct client c = CLIENT_INIT;
	struct services list = { NULL, 0 };
	struct findings f = { NULL, 0 };
	struct doctor_info info;
	int code = client_open(&c, rq->scandir, rq->timeout_ms);

	if (code == 0)
		code = load_info(&c, &info);
	if (code == 0)
		code = services_load(&c, NULL, 0, &list);
	if (code == 0) {
		doctor_host(&f, &c);
		doctor_supervisor(&f, &info);
		doctor_services(&f, &c, &list);
		code = code_of(&f);
		if (rq->given & OPT_JSON)
			print_json(&f, code);
		else
			print_text(&f);
	}
	doctor_finish(&f);
	services_finish(&list);
	client_close(&c);
	return output_end(code);
}
