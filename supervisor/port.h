/*
 * The port that belongs to a profile's name: base plus the first four bytes of the name's SHA-256, big-endian, modulo count.
 * Off unless [profiles] port_env names the variable that it is given in. Two names may have the same port: that is said.
 */
#ifndef HEXAD_PORT_H
#define HEXAD_PORT_H

#include "config.h"
#include "reconcile.h"

struct supervisor;

/* PURE. */
uint32_t port_of(const struct config *c, const char *profile);

/* "NAME=PORT" for a slot, or an empty text. */
void port_word(const struct config *c, const char *profile, char *buf, size_t cap);

/* Warns of the profiles of a plan that have one port. Nothing if ports are off. */
void port_compare(const struct config *c, const struct plan *plan);

/* Warns if another slot that is supervised has the profile's port. */
void port_check(struct supervisor *sv, const char *profile);

#endif
