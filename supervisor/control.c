#include "control.h"

#include <errno.h>

#include "api.h"
#include "asked.h"
#include "ctl.h"
#include "sys.h"
#include "watch.h"

#define PAUSE_MS 50

static void on_control(void *data);

static void on_pause_over(uv_timer_t *timer)
{
	struct supervisor *sv = timer->data;

	for (struct service *s = service_next(sv, NULL); s; s = service_next(sv, s)) {
		if (!s->ctl_left)
			continue;
		s->ctl_left = false;
		if (s->d->begun)
			(void)control_watch(s);
	}
}

void control_open(struct supervisor *sv)
{
	uv_timer_init(&sv->loop, &sv->ctl_timer);
	sv->ctl_timer.data = sv;
}

/* Its letters wait in the FIFO, and when that is full their writer does. */
static void leave_for_now(struct service *s)
{
	watch_stop(&s->ctl);
	s->ctl_left = true;
	if (!uv_is_active((uv_handle_t *)&s->sv->ctl_timer))
		uv_timer_start(&s->sv->ctl_timer, on_pause_over, PAUSE_MS, 0);
}

static void on_control(void *data)
{
	struct service *s = data;
	struct supervisor *sv = s->sv;
	uint32_t idx = s->idx, room = control_allowance(&s->ctl_tokens, &s->ctl_since_ns, mono_ns());
	char buf[CONTROL_BYTES];
	ssize_t n;

	if (!room) {
		leave_for_now(s);
		return;
	}
	n = sys.read(s->d->ctlfd, buf, room);
	s->ctl_tokens -= n > 0 ? (uint32_t)n : 0;
	sv->asker.by = ASKED_FIFO;
	for (ssize_t i = 0; i < n && sv->services[idx] == s && s->d->begun; i++) {
		int ev = ctl_event_of(buf[i]);

		if (ev < 0)
			continue;
		service_feed(s, (enum sv_event)ev);
		if (sv->services[idx] == s)
			api_intent_letter(s, (enum sv_event)ev);
	}
	sv->asker.by = ASKED_HEXAD;
}

int control_watch(struct service *s)
{
	watch_stop(&s->ctl);
	if (s->d->ctlfd < 0 || s->d->vanished || s->ctl_left)
		return 0;
	s->ctl = watch_start(&s->sv->loop, s->d->ctlfd, on_control, s);
	return s->ctl ? 0 : -ENOMEM;
}
