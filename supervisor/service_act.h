/* Carrying out what the machine decided for one service. Only service.c calls this. */
#ifndef HEXAD_SERVICE_ACT_H
#define HEXAD_SERVICE_ACT_H

#include "service.h"

/* Walks the action bits upward. Events that come of it are raised with service_raise. */
void service_act(struct service *s, enum sv_event ev, const struct sv_step *step);

/* service_run.c: spawn run (also without the machine: a start that waited) or finish. */
void service_run(struct service *s);
void service_run_finish(struct service *s);

/* Why run or finish could not be executed, as the child found. A finish that is not there is no mistake. */
void service_note_exec_error(struct service *s, int err);
void service_warn_finish_error(struct service *s, int err);

/* What was wrong with a file that has a default (-errno of svcdir.h); said at each reading, as s6 does. */
void service_complain(const struct service *s, const char *file, int err);

/* Is there such a file? */
bool service_flag(const struct service *s, const char *file);

/* service.c: letters for event/, told with the status record by service_tell. */
void service_letters(struct service *s, const char *letters);
void service_tell(struct service *s);

/* service.c: for actions to report what came of them. */
void service_raise(struct service *s, enum sv_event ev);
void service_arm(struct service *s, int64_t deadline_ns);
int service_watch_ready(struct service *s);
void service_watch_exec(struct service *s);
void service_unwatch(struct service *s);

#endif
