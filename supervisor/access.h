/*
 * The rows of [access]: who, besides root and the owners, may do what. A row is words separated by commas, each
 * [PREFIX:]WHO; WHO is a user by name or number, @group, or * for everybody; PREFIX limits the word to slots whose
 * name begins so. The reading of a row is PURE but for the question who the peer is, which is the caller's.
 */
#ifndef HEXAD_ACCESS_H
#define HEXAD_ACCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "words.h"

#define ACCESS_PREFIXES 32 /* of one row that hold for one peer; a row of the file has no room for many more */

/* What a row gives to one peer. The words point into the row. */
struct access_grant {
	bool all; /* every slot, and what is about no slot */
	unsigned int n;
	struct word prefix[ACCESS_PREFIXES];
};

typedef bool access_is_fn(const void *peer, const struct word *who);

void access_grant(struct access_grant *ret, const char *row, access_is_fn *is, const void *peer);

/* slot NULL: it is about no slot, so only words without a prefix count. */
bool access_covers(const struct access_grant *g, const char *slot);

/* Is this the form of a word: for the reader of the configuration. */
bool access_word_ok(const struct word *w);

/* The peer of a connected socket. */
struct access_peer {
	uid_t uid;
	gid_t gid;
	int fd; /* whose SO_PEERGROUPS are asked for, only if a row names a group */
};

/* An access_is_fn for struct access_peer: passwd and group are read anew each time, no list of groups is kept. */
bool access_peer_is(const void *peer, const struct word *who);

#endif
