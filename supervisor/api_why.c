/*
 * The verbs that explain: why (all that is known about one service), info (about the supervisor), config. They
 * answer with "KEY VALUE" rows, made from what is in memory but for the death tally; nothing is changed.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api_client.h"
#include "config.h"
#include "config_table.h"
#include "dtally.h"
#include "msg.h"
#include "profiles.h"
#include "retry.h"
#include "svfiles.h"
#include "tai.h"

#define DEATHS_SHOWN 10
#define PAIRS_MAX 24
#define VALUE_MAX 512

struct pairs {
	size_t n;
	const char *key[PAIRS_MAX];
	char value[PAIRS_MAX][VALUE_MAX];
};

static void add(struct pairs *p, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void add(struct pairs *p, const char *key, const char *fmt, ...)
{
	va_list ap;

	if (p->n == PAIRS_MAX)
		return;
	p->key[p->n] = key;
	va_start(ap, fmt);
	vsnprintf(p->value[p->n++], VALUE_MAX, fmt, ap);
	va_end(ap);
}

/* Sends those from the cursor on. 0 or -errno. */
static int send_pairs(struct api_client *c, const struct pairs *p)
{
	int r = 0;

	for (; c->cursor < p->n && r == 0; c->cursor += r == 0) {
		const char *fields[] = { "row", p->key[c->cursor], p->value[c->cursor] };

		r = api_row(c, fields, 3);
	}
	return r;
}

/* What the service waits for, as a word of docs/protocol.md; empty: for nothing. */
static const char *waits_for(const struct service *s)
{
	const struct slot_data *d = s->d;

	if (!d->begun)
		return d->deadline_ns ? "supervision" : "";
	switch (d->m.state) {
	case SV_DOWN:
		if (!d->m.want_up)
			return "";
		if (d->start_waits)
			return "predecessor";
		if (d->deadline_ns)
			return d->note[0] != '\0' ? "retry" : "restart";
		return retry_is_given_up(s) ? "given-up" : "mending";
	case SV_UP:
	case SV_LASTUP:
		if (d->exec_pending)
			return "exec";
		if (d->m.dying)
			return "exit";
		return d->notifyfd >= 0 && !d->m.ready ? "readiness" : "";
	case SV_FINISH:
	case SV_LASTFINISH:
		return "finish";
	default:
		return "";
	}
}

/* The log directory of a profile's slot; nothing is known about any other's. */
static void add_log_dir(struct pairs *p, const struct service *s)
{
	const struct config *c = s->sv->config;
	size_t len = strlen(c->slot_prefix), n = 0;
	const char *profile = s->id->name + len;
	char dir[VALUE_MAX];

	if (s->id->is_log || strncmp(s->id->name, c->slot_prefix, len) != 0 || profile[0] == '\0')
		return;
	for (const char *at = c->log_dir; *at != '\0' && n < sizeof dir - 1; at++) {
		if (at[0] == '%' && at[1] == 'p')
			n += (size_t)snprintf(dir + n, sizeof dir - n, "%s", profile);
		else
			dir[n++] = *at;
		at += at[0] == '%';
	}
	if (n >= sizeof dir)
		return;
	dir[n] = '\0';
	add(p, "log_dir", "%s/%s", reconcile_home(c, environ), dir);
}

static void add_asked(struct pairs *p, const struct asked *a)
{
	char stamp[TAI64N_TEXT + 1];

	tai64n_format(stamp, &a->stamp);
	add(p, "asked_by", "%s", asked_by_name(a->by));
	add(p, "asked_what", "%s", ctl_event_name((enum sv_event)a->what));
	add(p, "asked_at", "%s", stamp);
	if (a->by != ASKED_SOCKET)
		return;
	add(p, "asked_uid", "%u", (unsigned int)a->uid);
	add(p, "asked_pid", "%d", (int)a->pid);
	add(p, "asked_comm", "%s", a->comm);
}

static void add_service(struct pairs *p, const struct service *s)
{
	const struct slot_data *d = s->d;
	int64_t left = (d->deadline_ns - mono_ns()) / 1000000;
	char note[4 * NOTE_MAX];

	add(p, "state", "%s", d->begun ? sv_state_name((enum sv_state)d->m.state) : "UNSUPERVISED");
	add(p, "waits", "%s", waits_for(s));
	if (d->deadline_ns != 0)
		add(p, "due_ms", "%lld", (long long)(left > 0 ? left : 0));
	if (d->begun)
		add_asked(p, &d->asked);
	add(p, "note", "%s", msg_escape(note, sizeof note, d->note, strlen(d->note)));
	add_log_dir(p, s);
}

/* The newest deaths, oldest first. The cursor goes on behind the pairs. */
static int send_deaths(struct api_client *c, const struct service *s, size_t npairs)
{
	static uint8_t tally[DTALLY_MAX * DTALLY_RECORD];
	ssize_t len = svfiles_read_deaths(s, tally, sizeof tally);
	size_t n = len < 0 ? 0 : (size_t)len / DTALLY_RECORD, first = n > DEATHS_SHOWN ? n - DEATHS_SHOWN : 0;
	int r = 0;

	for (size_t i = first + c->cursor - npairs; i < n && r == 0; i++) {
		char stamp[TAI64N_TEXT + 1], code[8], sig[8];
		const char *fields[] = { "row", "death", stamp, code, sig };
		struct dtally d;

		dtally_unpack(tally + i * DTALLY_RECORD, &d);
		tai64n_format(stamp, &d.stamp);
		snprintf(code, sizeof code, "%u", d.exitcode);
		snprintf(sig, sizeof sig, "%u", d.sig);
		r = api_row(c, fields, sizeof fields / sizeof fields[0]);
		c->cursor += r == 0;
	}
	return r;
}

/* A service that leaves between two turns has no more rows. */
static int why_rows(struct api_client *c)
{
	const struct service *s = api_ref_get(c->api->sv, &c->ref);
	struct pairs p = { .n = 0 };
	int r;

	if (s == NULL)
		return 1;
	add_service(&p, s);
	r = send_pairs(c, &p);
	if (r == 0)
		r = send_deaths(c, s, p.n);
	return r < 0 ? r : 1;
}

void api_verb_why(struct api_client *c, const struct proto_frame *f)
{
	const struct service *s = api_slot_of(c, f->field[2]);

	if (s == NULL)
		return;
	api_ref_set(&c->ref, s);
	api_answer_rows(c, why_rows);
}

static const char *mode_name(const struct supervisor *sv)
{
	return sv->mode == MODE_INIT ? "init" : sv->mode == MODE_SCANDIR ? "scandir" : "single";
}

static int info_rows(struct api_client *c)
{
	const struct supervisor *sv = c->api->sv;
	const struct config *conf = sv->config;
	struct pairs p = { .n = 0 };
	struct ids ids;
	int r = profiles_owner(sv, &ids);

	add(&p, "version", "%s", HEXAD_VERSION);
	add(&p, "pid", "%d", (int)getpid());
	add(&p, "uid", "%u", (unsigned int)geteuid());
	add(&p, "mode", "%s", mode_name(sv));
	add(&p, "pid1", "%s", sv->pid1 ? "yes" : "no");
	add(&p, "scandir", "%s", sv->scandir);
	add(&p, "scandir_uid", "%u", (unsigned int)sv->scandir_uid);
	add(&p, "scandir_shared", "%s", sv->scandir_shared ? "yes" : "no");
	add(&p, "run_as", "%s", conf->run_as == RUN_AS_OWNER ? "owner" : "supervisor");
	add(&p, "slots_used", "%u", pool_used(sv->pool));
	add(&p, "slots_max", "%u", pool_max(sv->pool));
	add(&p, "fd_limit", "%u", sv->fd_limit);
	add(&p, "faults", "%u", sv->head->faults);
	add(&p, "fault_signal", "%d", sv->head->faults > 0 ? sv->head->fault_signal : 0);
	add(&p, "leaving", "%s", sv->head->leaving ? "yes" : "no");
	add(&p, "profiles", "%s", r < 0 ? api_profiles_why(r) : "");
	add(&p, "config_file", "%s", conf->file != NULL ? conf->file : "");
	r = send_pairs(c, &p);
	return r < 0 ? r : 1;
}

void api_verb_info(struct api_client *c, const struct proto_frame *f)
{
	(void)f;
	if (api_may(c, RIGHT_OBSERVE, NULL, (uid_t)-1))
		api_answer_rows(c, info_rows);
}

/* What services get in their environment may be a secret, and this is a socket for everybody. */
static bool is_hidden(const struct api_client *c, const struct option *o)
{
	return o->kind == TEXT_ENV && c->uid != 0 && c->uid != c->api->sv->scandir_uid;
}

static int config_rows(struct api_client *c)
{
	const struct config *conf = c->api->sv->config;
	char value[CONFIG_LINE_MAX + 1], line[12];
	int r;

	for (; c->cursor < config_noptions; c->cursor++) {
		const struct option *o = &config_options[c->cursor];
		bool given = conf->lines[c->cursor] > 0 && conf->file != NULL, hidden = is_hidden(c, o);
		const char *fields[] = { "row", o->section, o->key, hidden ? "" : value,
			given ? conf->file : "", line, hidden ? "hidden" : "" };

		config_value(conf, c->cursor, value, sizeof value);
		snprintf(line, sizeof line, "%u", given ? conf->lines[c->cursor] : 0U);
		r = api_row(c, fields, sizeof fields / sizeof fields[0]);
		if (r < 0)
			return r;
	}
	return 1;
}

void api_verb_config(struct api_client *c, const struct proto_frame *f)
{
	(void)f;
	if (api_may(c, RIGHT_OBSERVE, NULL, (uid_t)-1))
		api_answer_rows(c, config_rows);
}
