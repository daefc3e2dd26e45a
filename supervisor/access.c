#include "access.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ids.h"
#include "sys.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
#define NAME_LEN 64
#define GROUPS_BYTES (65536 * sizeof(gid_t)) /* the kernel's own limit for one process */

/* Cuts "PREFIX:WHO" in two; without a colon prefix is empty. */
static void split(const struct word *w, struct word *prefix, struct word *who)
{
	const char *colon = memchr(w->text, ':', w->len);

	*prefix = (struct word){ w->text, colon ? (size_t)(colon - w->text) : 0 };
	*who = *w;
	if (colon) {
		who->text = colon + 1;
		who->len = w->len - prefix->len - 1;
	}
}

static bool is_name(const char *text, size_t len)
{
	if (len == 0 || len > NAME_LEN || *text == '-' || *text == '.')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!strchr(NAME_CHARS, text[i]))
			return false;
	return true;
}

bool access_word_ok(const struct word *w)
{
	struct word prefix, who;

	split(w, &prefix, &who);
	if (who.text != w->text && !is_name(prefix.text, prefix.len))
		return false;
	if (word_is(&who, "*"))
		return true;
	if (who.len && *who.text == '@')
		return is_name(who.text + 1, who.len - 1);
	return is_name(who.text, who.len);
}

void access_grant(struct access_grant *ret, const char *row, access_is_fn *is, const void *peer)
{
	struct word w, prefix, who;

	ret->all = false;
	ret->n = 0;
	while (!ret->all && words_next(&row, WORDS_LIST, &w)) {
		split(&w, &prefix, &who);
		if (!word_is(&who, "*") && !is(peer, &who))
			continue;
		if (prefix.len == 0)
			ret->all = true;
		else if (ret->n < ACCESS_PREFIXES)
			ret->prefix[ret->n++] = prefix;
	}
}

bool access_covers(const struct access_grant *g, const char *slot)
{
	if (g->all)
		return true;
	for (unsigned int i = 0; slot && i < g->n; i++)
		if (strncmp(slot, g->prefix[i].text, g->prefix[i].len) == 0)
			return true;
	return false;
}

static bool all_digits(const char *text)
{
	return *text && text[strspn(text, "0123456789")] == '\0';
}

static bool find_group(const char *name, gid_t *ret)
{
	if (ids_group(name, ret) == 0)
		return true;
	if (!all_digits(name) || strlen(name) > 10 || strtoull(name, NULL, 10) >= UINT32_MAX)
		return false;
	*ret = (gid_t)strtoull(name, NULL, 10);
	return true;
}

/* A kernel without SO_PEERGROUPS knows of the peer's own group alone. */
static bool in_groups(const struct access_peer *p, gid_t gid)
{
	gid_t *groups;
	socklen_t len = GROUPS_BYTES;
	bool found = false;

	if (p->gid == gid)
		return true;
	groups = sys.calloc(1, len);
	if (!groups)
		return false;
	if (getsockopt(p->fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) == 0)
		for (size_t i = 0; i < len / sizeof(gid_t) && !found; i++)
			found = groups[i] == gid;
	free(groups);
	return found;
}

bool access_peer_is(const void *peer, const struct word *who)
{
	const struct access_peer *p = peer;
	char name[NAME_LEN + 2];
	struct ids ids;
	gid_t gid;

	if (who->len >= sizeof(name))
		return false;
	memcpy(name, who->text, who->len);
	name[who->len] = '\0';
	if (*name == '@')
		return find_group(name + 1, &gid) && in_groups(p, gid);
	return ids_by_user(name, &ids) == 0 && ids.uid == p->uid;
}
