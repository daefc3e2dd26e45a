/*
 * The table of verbs, the check of rights, and the verbs that are answered at once: status, list,
 * sync, scan, version. They read the services and change nothing but by scandir_command.
 */
#include <stdio.h>
#include <string.h>

#include "api_client.h"
#include "config.h"
#include "ids.h"
#include "msg.h"
#include "scandir.h"

#define SCAN_LETTERS 64 /* in one request, as in one reading of the FIFO */

static api_verb_fn verb_list, verb_scan, verb_status, verb_sync, verb_version;

static const struct api_verb verbs[] = {
#define API_VERB(name, fn, min, max, right, change) { name, fn, min, max, right, change },
#include "api_verbs.def"
#undef API_VERB
};

const struct api_verb *api_verb_find(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

/* The row of [access] for a right; RIGHT_ANY needs none. */
static const char *row_of(const struct config *config, enum api_right right)
{
	const char *const rows[] = {
		[RIGHT_ANY] = "*",
		[RIGHT_OBSERVE] = config->access_observe,
		[RIGHT_OPERATE] = config->access_operate,
		[RIGHT_REGISTER] = config->access_register,
		[RIGHT_ADMIN] = config->access_admin,
	};

	return rows[right];
}

/* Reads the row for this request: once, so that a list of all services does not look users up for each. */
static void take_grant(struct api_client *c, enum api_right right)
{
	const struct access_peer peer = { .uid = c->uid, .gid = c->gid, .fd = c->fd };

	access_grant(&c->grant, row_of(c->api->sv->config, right), access_peer_is, &peer);
}

/* After take_grant: without an answer. */
static bool is_granted(const struct api_client *c, enum api_right right, const char *name, uid_t owner)
{
	return api_rule_allows(right, c->uid, c->api->sv->scandir_uid, owner) || access_covers(&c->grant, name);
}

/* Says which rule stands in the way, and whom it lets pass. */
static void answer_refused(struct api_client *c, enum api_right right, uid_t owner)
{
	char tree_name[64], owner_name[64];

	c->refused = true;
	c->refused_by = api_right_name(right);
	ids_user_name(c->api->sv->scandir_uid, tree_name, sizeof tree_name);
	ids_user_name(owner, owner_name, sizeof owner_name);
	if (owner == (uid_t)-1)
		api_answer(c, 1,
			"refused: only root or the owner of the scan directory (%s) may %s, and whom "
			"'%s' in section 'access' names",
			tree_name, c->verb->name, c->refused_by);
	else
		api_answer(c, 1,
			"refused: only root, the owner of the scan directory (%s) or of the slot (%s) may "
			"%s it, and whom '%s' in section 'access' names",
			tree_name, owner_name, c->verb->name, c->refused_by);
}

void api_observes(struct api_client *c)
{
	take_grant(c, RIGHT_OBSERVE);
}

bool api_sees(const struct api_client *c, const char *name, uid_t owner)
{
	return is_granted(c, RIGHT_OBSERVE, name, owner);
}

bool api_may(struct api_client *c, enum api_right right, const char *name, uid_t owner)
{
	if (api_rule_allows(right, c->uid, c->api->sv->scandir_uid, owner))
		return true;
	take_grant(c, right);
	if (is_granted(c, right, name, owner))
		return true;
	answer_refused(c, right, owner);
	return false;
}

struct service *api_find(struct supervisor *sv, const char *name)
{
	struct service *s = service_find(sv, name);
	char slot[SV_NAME_FULL + 1];

	if (s != NULL || strlen(name) > SV_NAME_MAX)
		return s;
	if (slot_name(sv->config, name, slot, sizeof slot) < 0)
		return NULL;
	return service_find(sv, slot);
}

bool api_name_is(const struct supervisor *sv, const char *written, const char *name)
{
	char slot[SV_NAME_FULL + 1];

	if (strcmp(written, name) == 0)
		return true;
	return strlen(written) <= SV_NAME_MAX && slot_name(sv->config, written, slot, sizeof slot) >= 0
		&& strcmp(slot, name) == 0;
}

struct service *api_slot_of(struct api_client *c, const char *name)
{
	struct service *s = api_find(c->api->sv, name);

	if (s == NULL) {
		api_answer(c, 2, "no such service '%.255s'", name);
		return NULL;
	}
	snprintf(c->subject, sizeof c->subject, "%s", s->id->name);
	return api_may(c, c->verb->right, s->id->name, s->id->uid) ? s : NULL;
}

static void hex(char *out, const uint8_t *in, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*out++ = digits[in[i] >> 4];
		*out++ = digits[in[i] & 15];
	}
	*out = '\0';
}

int api_status_row(struct api_client *c, const struct service *s, const char *tag)
{
	struct svstatus st;
	uint8_t packed[SVSTATUS_SIZE];
	char text[2 * SVSTATUS_SIZE + 1], owner[12];
	const char *all[PS_FIELDS + 1] = { "row", tag }, **fields = tag != NULL ? all + 1 : all;

	service_status(s, &st);
	svstatus_pack(packed, &st);
	hex(text, packed, sizeof packed);
	snprintf(owner, sizeof owner, "%u", (unsigned int)s->id->uid);
	fields[PS_NAME] = s->id->name;
	fields[PS_STATUS] = text;
	fields[PS_NORMALLY] = svcdir_flag(s->d->dirfd, "down") == 1 ? "down" : "up";
	fields[PS_OWNER] = owner;
	fields[PS_NOTE] = s->d->note;
	return api_row(c, all, tag != NULL ? PS_FIELDS + 1 : PS_FIELDS);
}

static int status_row(struct api_client *c, const struct service *s)
{
	return api_status_row(c, s, NULL);
}

static int rows_of_all(struct api_client *c, int (*row)(struct api_client *, const struct service *))
{
	struct supervisor *sv = c->api->sv;
	int r;

	for (unsigned int sent = 0; c->cursor < sv->services_max; c->cursor++) {
		const struct service *s = sv->services[c->cursor];

		if (s == NULL || s->d->vanished || !is_granted(c, RIGHT_OBSERVE, s->id->name, s->id->uid))
			continue;
		if (sent++ == API_ROWS_TURN)
			return 0;
		r = row(c, s);
		if (r < 0)
			return r;
	}
	return 1;
}

static int status_of_all(struct api_client *c)
{
	return rows_of_all(c, status_row);
}

/* A service that leaves between two turns is left out. */
static int status_of_named(struct api_client *c)
{
	int r;

	for (; c->cursor + 2 < c->frame.n; c->cursor++) {
		const struct service *s = api_find(c->api->sv, c->frame.field[c->cursor + 2]);

		r = s == NULL ? 0 : status_row(c, s);
		if (r < 0)
			return r;
	}
	return 1;
}

static void verb_status(struct api_client *c, const struct proto_frame *f)
{
	for (unsigned int i = 2; i < f->n; i++)
		if (api_slot_of(c, f->field[i]) == NULL)
			return;
	take_grant(c, RIGHT_OBSERVE);
	api_answer_rows(c, f->n > 2 ? status_of_named : status_of_all);
}

static int list_row(struct api_client *c, const struct service *s)
{
	const char *prefix = c->api->sv->config->slot_prefix;
	size_t len = strlen(prefix);
	const char *fields[] = { "row", s->id->name, s->id->name + len };

	if (s->id->is_log || strncmp(s->id->name, prefix, len) != 0 || s->id->name[len] == '\0')
		return 0;
	return api_row(c, fields, 3);
}

static int list_of_all(struct api_client *c)
{
	return rows_of_all(c, list_row);
}

static void verb_list(struct api_client *c, const struct proto_frame *f)
{
	(void)f;
	take_grant(c, RIGHT_OBSERVE);
	api_answer_rows(c, list_of_all);
}

static void verb_sync(struct api_client *c, const struct proto_frame *f)
{
	(void)f;
	scandir_drain_control(c->api->sv);
	api_answer(c, 0, "%s", "");
}

static void verb_scan(struct api_client *c, const struct proto_frame *f)
{
	const char *letters = f->field[2];

	size_t n = strlen(letters);

	if (n == 0 || n > SCAN_LETTERS || letters[strspn(letters, CTL_SCAN_LETTERS)] != '\0') {
		api_answer(c, EXIT_USAGE, "malformed request: letters of '%s' are expected",
			CTL_SCAN_LETTERS);
		return;
	}
	scandir_commands(c->api->sv, letters, n);
	api_answer(c, 0, "%s", "");
}

static void verb_version(struct api_client *c, const struct proto_frame *f)
{
	(void)f;
	api_answer(c, 0, "hexad %s", HEXAD_VERSION);
}
