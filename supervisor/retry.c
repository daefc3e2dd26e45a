#include "retry.h"

#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>

#include "backoff.h"
#include "config.h"
#include "service.h"

#define MS INT64_C(1000000)

static bool is_profile(const struct service *s)
{
	const struct config *c = s->sv->config;

	return c->profiles_enabled && strncmp(s->id->name, c->slot_prefix, strlen(c->slot_prefix)) == 0;
}

void retry_count(struct service *s, int64_t ns)
{
	s->d->run_ns = ns;
	if (ns >= s->sv->config->steady_ms * MS || !s->d->m.want_up || s->d->bounced)
		s->d->short_runs = 0;
	else if (s->d->short_runs < UINT32_MAX)
		s->d->short_runs++;
}

void retry_note(struct service *s, enum sv_event ev)
{
	switch (ev) {
	case EV_UP:
	case EV_UP_FILE:
	case EV_ONCE:
		s->d->short_runs = 0;
		break;
	case EV_TERM:
	case EV_RESTART:
	case EV_KILL:
	case EV_INT:
	case EV_QUIT:
	case EV_HUP:
	case EV_KILL_GROUP:
		s->d->bounced = s->d->m.state == SV_UP;
		break;
	default:
		break;
	}
}

static void say_given_up(struct service *s)
{
	int st = s->d->wstat;

	if (WIFSIGNALED(st))
		service_note(s, "gave up after %u short runs, the last one was killed by signal %d: start it to try again",
			s->d->short_runs, WTERMSIG(st));
	else
		service_note(s, "gave up after %u short runs, the last one ended with exit code %d: start it to try again",
			s->d->short_runs, WEXITSTATUS(st));
}

/* Without randomness all wait the same: no reason not to wait. */
static uint32_t some_number(void)
{
	uint32_t n = UINT32_MAX / 2;

	(void)!getrandom(&n, sizeof(n), GRND_NONBLOCK);
	return n;
}

/* A logger is never given up: what it reads from would come to a stop. */
bool retry_is_given_up(const struct service *s)
{
	uint32_t after = s->sv->config->give_up_after;

	return is_profile(s) && !s->id->is_log && after && s->d->short_runs >= after;
}

int64_t retry_due(struct service *s, int64_t now)
{
	const struct config *c = s->sv->config;

	if (!is_profile(s) || s->d->short_runs < 2)
		return 0;
	if (retry_is_given_up(s)) {
		say_given_up(s);
		return -1;
	}
	if (c->backoff_max_ms < BACKOFF_FIRST_MS)
		return 0;
	return now + backoff_pause_ms(s->d->short_runs, c->backoff_max_ms, some_number()) * MS;
}

bool retry_no_stop(const struct service *s)
{
	int st = s->d->wstat;

	if (!is_profile(s) || s->id->is_log || !s->d->m.want_up || !WIFEXITED(st) || WEXITSTATUS(st) != 0)
		return false;
	return s->d->bounced || s->d->run_ns < s->sv->config->startup_ms * MS;
}
