/*
 * The control socket: SCANDIR/.s6-svscan/hexad, for /init also /run/hexad/control. SOCK_SEQPACKET,
 * the peer known by SO_PEERCRED, frames of common/proto.h, verbs in a table. Bounded: clients,
 * frames a turn, one request at a time per client. Rule: root, the scan directory's owner, or the
 * slot's owner; "sync", "status" and "list" are for any uid. Every change, made or refused, is an
 * audit line.
 */
#ifndef HEXAD_API_H
#define HEXAD_API_H

#include "service.h"
#include "supervisor.h"

/*
 * Binds and listens (or takes over sv->head's listening descriptors after a fault). Failure costs
 * the socket only: warned, 0.
 */
int api_open(struct supervisor *sv);
void api_close(struct supervisor *sv);

/*
 * service.c calls this after every step that changed s, before s can be gone: answers clients that
 * wait for it.
 */
void api_service_changed(struct supervisor *sv, struct service *s);

/* service.c: ev came through the service's FIFO. A wish that is kept for its profile changes with it. */
void api_intent_letter(struct service *s, enum sv_event ev);

/* Is there room for a removal that no client waits for? True where there is no socket, and api_remove_slot says so. */
bool api_may_remove(const struct supervisor *sv);
/* Begins to stop and remove a slot, as unregister does, with nobody waiting. False: it cannot be begun now. */
bool api_remove_slot(struct supervisor *sv, const char *slot);
/* svfiles.c: the service tells its listeners letters. */
void api_event(const struct service *s, const char *letters);

/* The slot has left supervision; name is its full name. */
void api_service_gone(struct supervisor *sv, const char *name);

#endif
