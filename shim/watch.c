/* Waiting for services: what is known of each, and how the events change it. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "listen.h"
#include "msg.h"
#include "slot.h"
#include "svstatus.h"
#include "watch.h"

bool watch_goal_of(char letter, struct watch_goal *goal)
{
	switch (letter) {
	case 'u':
	case 'U':
	case 'r':
	case 'R':
		goal->up = true;
		break;
	case 'd':
	case 'D':
		goal->up = false;
		break;
	default:
		return false;
	}
	goal->restart = letter == 'r' || letter == 'R';
	goal->ready = letter == 'U' || letter == 'D' || letter == 'R';
	return true;
}

static void subscribe(struct watch *w)
{
	int r;

	w->dirfd = slot_open(w->path);
	r = w->dirfd;
	if (r >= 0) {
		/* Compat: a missing event directory is made, and failing to is no error yet. */
		(void)fifodir_make(w->dirfd, "event", getegid(), 03730);
		r = listen_to(w->dirfd, "event", &w->sub);
	}
	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to subscribe to events for %s", w->path);
}

static void read_status(struct watch *w)
{
	struct svstatus st;
	int r = svstatus_read(w->dirfd, &st);

	if (r < 0)
		msg_die(EXIT_SYSTEM, r, "unable to s6_svstatus_read");
	w->up = svstatus_is_up(&st);
	w->ready = st.ready;
}

void watch_begin(struct watch_set *set, char *const *paths, unsigned int n)
{
	set->failed = 0;
	set->n = n;
	set->watch = calloc(n ? n : 1, sizeof(*set->watch));
	if (!set->watch)
		msg_die(EXIT_SYSTEM, errno, "unable to allocate memory");
	for (unsigned int i = 0; i < n; i++)
		set->watch[i].path = paths[i];
	/* All subscriptions come before the first status: what changes in between is an event. */
	for (unsigned int i = 0; i < n; i++)
		subscribe(&set->watch[i]);
	for (unsigned int i = 0; i < n; i++)
		read_status(&set->watch[i]);
}

static bool is_there(const struct watch *w, const struct watch_goal *goal)
{
	return w->settled || (w->up == goal->up && (!goal->ready || w->ready));
}

static bool is_met(const struct watch_set *set, const struct watch_goal *goal)
{
	unsigned int there = 0;

	for (unsigned int i = 0; i < set->n; i++)
		there += is_there(&set->watch[i], goal);
	return goal->any && set->n ? there > 0 : there == set->n;
}

static void settle(struct watch_set *set, struct watch *w)
{
	set->failed++;
	w->settled = true;
}

static void take_event(struct watch_set *set, struct watch *w, char event, const struct watch_goal *goal)
{
	if (w->settled)
		return;
	switch (event) {
	case 'd':
	case 'D':
	case 'u':
	case 'U':
		w->up = event == 'u' || event == 'U';
		w->ready = event == 'U' || event == 'D';
		break;
	case 'O':
		if (goal->up)
			settle(set, w);
		break;
	case 'x':
		/* Compat: the ready bit must be equal here, not only set where it is wanted. */
		if (w->up != goal->up || w->ready != goal->ready)
			set->failed++;
		w->settled = true;
		break;
	default:
		break;
	}
}

/* Reads byte by byte, because bytes after the one that meets the goal belong to the next phase. */
static bool drain(struct watch_set *set, struct watch *w, const struct watch_goal *goal)
{
	char event;
	ssize_t n;

	for (;;) {
		n = read(w->sub->fd, &event, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		take_event(set, w, event, goal);
		if (is_met(set, goal))
			return true;
	}
}

/* One phase: until all (or any) services are at the goal. */
static void wait_phase(struct watch_set *set, const struct watch_goal *goal, int64_t deadline)
{
	struct pollfd *fds = calloc(set->n ? set->n : 1, sizeof(*fds));
	int r;

	if (!fds)
		msg_die(EXIT_SYSTEM, errno, "unable to allocate memory");
	for (unsigned int i = 0; i < set->n; i++)
		fds[i] = (struct pollfd){ .fd = set->watch[i].sub->fd, .events = POLLIN };
	while (!is_met(set, goal)) {
		r = listen_wait(fds, set->n, deadline);
		if (r == -ETIMEDOUT)
			msg_die(EXIT_TIMEOUT, 0, "timed out");
		if (r < 0)
			msg_die(EXIT_SYSTEM, r, "unable to poll");
		for (unsigned int i = 0; i < set->n; i++)
			if (fds[i].revents && drain(set, &set->watch[i], goal))
				break;
	}
	free(fds);
}

unsigned int watch_until(struct watch_set *set, const struct watch_goal *goal, bool listen, int64_t deadline)
{
	struct watch_goal phase = { .ready = listen };

	if (goal->restart)
		wait_phase(set, &phase, deadline);
	phase = *goal;
	phase.any = goal->any && !(listen && goal->restart);
	wait_phase(set, &phase, deadline);
	return set->failed;
}

int watch_finish(struct watch_set *set, const struct watch_goal *goal, bool listen, int64_t deadline)
{
	unsigned int failed = watch_until(set, goal, listen, deadline);

	if (failed)
		msg_error(0, "some services reported permanent failure or their supervisor died");
	return failed > 255 ? 255 : (int)failed;
}
