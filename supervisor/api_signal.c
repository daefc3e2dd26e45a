/*
 * The verbs that have a run do something without another answer than that it was told: cont, pause, reload,
 * signal; and shutdown, which tells the tree. What is not up cannot be told anything, and the answer says so.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "api_client.h"
#include "msg.h"
#include "scandir.h"
#include "signame.h"
#include "sys.h"

/* The run of a service that the peer may control; else answered and NULL. */
static struct service *run_of(struct api_client *c, const char *name)
{
	struct service *s = api_slot_of(c, name);

	if (s == NULL)
		return NULL;
	if ((s->d->m.state == SV_UP || s->d->m.state == SV_LASTUP) && s->d->pid > 1)
		return s;
	api_answer(c, 1, "%s is not up", c->subject);
	return NULL;
}

void api_verb_pause(struct api_client *c, const struct proto_frame *f)
{
	struct service *s = run_of(c, f->field[2]);

	if (s == NULL)
		return;
	service_feed(s, EV_STOP);
	api_answer(c, 0, "%s is paused", c->subject);
}

void api_verb_cont(struct api_client *c, const struct proto_frame *f)
{
	struct service *s = run_of(c, f->field[2]);

	if (s == NULL)
		return;
	service_feed(s, EV_CONT);
	api_answer(c, 0, "%s goes on", c->subject);
}

void api_verb_reload(struct api_client *c, const struct proto_frame *f)
{
	struct service *s = run_of(c, f->field[2]);

	if (s == NULL)
		return;
	service_feed(s, EV_RELOAD);
	api_answer(c, 0, "%s was sent its reload signal", c->subject);
}

/* The event that sends a signal to the pid, or -1: the machine need not know of it. */
static int event_of(int sig)
{
	for (int ev = 0; ev < EV_COUNT; ev++)
		if (sv_signal_of((enum sv_event)ev) == sig && ctl_letter_of((enum sv_event)ev) != 0)
			return ev;
	return -1;
}

void api_verb_signal(struct api_client *c, const struct proto_frame *f)
{
	int ev, sig = signame_parse(f->field[3], strlen(f->field[3]));
	const char *name = signame_of(sig);
	struct service *s;

	if (sig < 1 || sig > SIGRTMAX) {
		api_answer(c, EXIT_USAGE, "no such signal '%.32s'", f->field[3]);
		return;
	}
	s = run_of(c, f->field[2]);
	if (s == NULL)
		return;
	ev = event_of(sig);
	if (ev >= 0) {
		service_feed(s, (enum sv_event)ev);
	} else if (sys.kill(s->d->pid, sig) < 0) {
		api_answer(c, EXIT_SYSTEM, "%s could not be sent the signal: %s", c->subject, strerror(errno));
		return;
	}
	if (name != NULL)
		api_answer(c, 0, "%s was sent SIG%s", c->subject, name);
	else
		api_answer(c, 0, "%s was sent signal %d", c->subject, sig);
}

/* The answer goes out first: it is the last that this supervisor says. */
void api_verb_shutdown(struct api_client *c, const struct proto_frame *f)
{
	struct supervisor *sv = c->api->sv;

	(void)f;
	if (api_tree_leaves(c))
		return;
	api_answer(c, 0, "%s", sv->mode == MODE_INIT ? "the container is being stopped"
		: "the tree is being stopped");
	scandir_command(sv, 't');
}
