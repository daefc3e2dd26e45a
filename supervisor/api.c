/*
 * The control socket's listeners: opens or takes them over, accepts, gives clients a place, lets
 * go of all. It never waits and never ends the supervisor: without a descriptor or a place a
 * client is told so.
 */
#include "api.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "api_client.h"
#include "fdio.h"
#include "msg.h"
#include "sys.h"

#define PAUSE_MS 1000
#define INIT_SOCKET_DIR "run/hexad"
#define INIT_SOCKET_NAME "control"
#define SOCKET_DIR ".s6-svscan"
#define SOCKET_NAME "hexad"

static void listeners_poll(struct api *api);

void api_handle_gone(struct api *api)
{
	if (--api->handles == 0 && api->closing)
		free(api);
}

static void on_handle_closed(uv_handle_t *handle)
{
	api_handle_gone(handle->data);
}

static void take_spare(struct api *api)
{
	int fd;

	if (api->sparefd >= 0)
		return;
	fd = sys.fcntl(*api->listener[0].fd >= 0 ? *api->listener[0].fd : *api->listener[1].fd,
		F_DUPFD_CLOEXEC, 3);
	if (fd >= 0)
		api->sparefd = fd;
}

static void on_pause_over(uv_timer_t *timer)
{
	struct api *api = timer->data;

	api->paused = false;
	take_spare(api);
	listeners_poll(api);
}

/* A level-triggered listener that cannot be served would turn the loop into a spin. */
static void pause_listeners(struct api *api)
{
	api->paused = true;
	for (size_t i = 0; i < 2; i++)
		if (api->listener[i].on)
			uv_poll_stop(&api->listener[i].poll);
	uv_timer_start(&api->pause, on_pause_over, PAUSE_MS, 0);
}

/* Descriptors are used up: the spare one is given up for as long as it takes to say so. */
static void accept_without_fds(struct api *api, int listenfd)
{
	int fd;

	if (api->sparefd >= 0) {
		fdio_close(&api->sparefd);
		fd = accept4(listenfd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			api_part_prepare(fd);
			api_turn_away(api, fd, EXIT_SYSTEM,
				"the supervisor has no file descriptor left");
		}
		take_spare(api);
	}
	if (api->sparefd < 0)
		pause_listeners(api);
}

static struct api_client *free_place(struct api *api)
{
	for (size_t i = 0; i < API_PLACES; i++)
		if (!api->client[i].in_use)
			return &api->client[i];
	return NULL;
}

/* The place for a client of uid, made by asking an idle one to leave if need be. */
static struct api_client *seat_for(struct api *api, uid_t uid)
{
	struct api_seat seats[API_PLACES];
	int seat;

	for (size_t i = 0; i < API_PLACES; i++) {
		const struct api_client *c = &api->client[i];

		seats[i] = (struct api_seat){ .used = c->fd >= 0, .busy = c->busy, .uid = c->uid,
			.since = c->since };
	}
	seat = api_rule_seat(seats, API_PLACES, uid, api->sv->scandir_uid);
	if (seat == API_SEAT_NONE)
		return NULL;
	if (seat >= 0)
		api_client_close(&api->client[seat]);
	return free_place(api);
}

static void take_client(struct api *api, int fd)
{
	struct ucred cred;
	socklen_t len = sizeof cred;
	struct api_client *c = NULL;
	bool known = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0;

	if (!known || api_is_stranger(cred.uid))
		api_part_prepare(fd);
	if (known)
		c = seat_for(api, cred.uid);
	if (c == NULL) {
		api_turn_away(api, fd, 1, "too many clients are waiting for an answer; try again");
		return;
	}
	api_client_start(c, fd, &cred);
}

static void on_connection(uv_poll_t *poll, int status, int events)
{
	struct api_listener *l = poll->data;
	int fd;

	(void)events;
	if (status < 0) {
		pause_listeners(l->api);
		return;
	}
	for (int i = 0; i < API_ACCEPTS_TURN && !l->api->paused; i++) {
		if (api_part_is_full(l->api)) {
			pause_listeners(l->api);
			return;
		}
		fd = accept4(*l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0)
			take_client(l->api, fd);
		else if (errno == EMFILE || errno == ENFILE)
			accept_without_fds(l->api, *l->fd);
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR && errno != ECONNABORTED)
			pause_listeners(l->api);
	}
}

static void listeners_poll(struct api *api)
{
	for (size_t i = 0; i < 2; i++)
		if (api->listener[i].on)
			uv_poll_start(&api->listener[i].poll, UV_READABLE, on_connection);
}

/* The former image's listener, with those who wait in its queue. */
static bool take_over(const struct supervisor *sv, int fd)
{
	int on = 0;
	socklen_t len = sizeof on;

	return sv->resumed && fd >= 0 && sys.fcntl(fd, F_SETFD, FD_CLOEXEC) == 0
		&& getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 && on;
}

static int open_dir(const struct supervisor *sv, const struct api_place *p)
{
	if (p->base[0] == '\0')
		return fdio_open(AT_FDCWD, "/" INIT_SOCKET_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
			0);
	return fdio_open(sv->head->scandirfd, p->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
}

static int listen_at(const struct supervisor *sv, const struct api_place *p)
{
	int r, dirfd = open_dir(sv, p);

	if (dirfd < 0)
		return dirfd;
	r = api_listen(dirfd, p);
	fdio_close(&dirfd);
	return r;
}

static void listener_open(struct api_listener *l)
{
	struct api *api = l->api;
	const struct api_place *p = &l->place;
	int r;

	if (!take_over(api->sv, *l->fd)) {
		*l->fd = r = listen_at(api->sv, p);
		if (r < 0) {
			*l->fd = -1;
			msg_warn(r, "unable to make the control socket '%s/%s/%s'", p->base, p->dir,
				p->name);
			return;
		}
	}
	r = uv_poll_init(&api->sv->loop, &l->poll, *l->fd);
	if (r < 0) {
		msg_warn(r, "unable to watch the control socket '%s/%s/%s'", p->base, p->dir,
			p->name);
		fdio_close(l->fd);
		return;
	}
	l->poll.data = l;
	l->on = true;
	api->handles++;
}

static void timers_init(struct api *api)
{
	uv_timer_init(&api->sv->loop, &api->pause);
	api->pause.data = api;
	uv_timer_init(&api->sv->loop, &api->wake);
	api->wake.data = api;
	uv_timer_init(&api->sv->loop, &api->burial);
	api->burial.data = api;
	uv_timer_init(&api->sv->loop, &api->again);
	api->again.data = api;
	for (size_t i = 0; i < API_PLACES_JOBS; i++) {
		api->job[i].api = api;
		uv_timer_init(&api->sv->loop, &api->job[i].timer);
		api->job[i].timer.data = &api->job[i];
	}
	api->handles = 4 + API_PLACES_JOBS;
}

static struct api *api_create(struct supervisor *sv)
{
	struct api *api = sys.calloc(1, sizeof *api);

	if (api == NULL)
		return NULL;
	api->sv = sv;
	api->sparefd = -1;
	api->listener[0].fd = &sv->head->listenfd;
	api->listener[1].fd = &sv->head->listenfd2;
	api->listener[0].place = (struct api_place){ sv->scandir, SOCKET_DIR, SOCKET_NAME };
	api->listener[1].place = (struct api_place){ "", INIT_SOCKET_DIR, INIT_SOCKET_NAME };
	for (size_t i = 0; i < 2; i++)
		api->listener[i].api = api;
	for (size_t i = 0; i < API_PLACES; i++) {
		api->client[i].api = api;
		api->client[i].in = api->in[i];
		api->client[i].fd = -1;
		for (size_t k = 0; k < 3; k++)
			api->client[i].passed[k] = -1;
	}
	timers_init(api);
	return api;
}

int api_open(struct supervisor *sv)
{
	struct api *api;

	if (!sv->resumed)
		sv->head->listenfd = sv->head->listenfd2 = -1;
	if (sv->mode == MODE_SINGLE)
		return 0;
	api = sv->api = api_create(sv);
	if (api == NULL) {
		msg_warn(ENOMEM, "no control socket");
		return 0;
	}
	listener_open(&api->listener[0]);
	if (sv->mode == MODE_INIT) {
		sys.mkdirat(AT_FDCWD, "/" INIT_SOCKET_DIR, 0755);
		listener_open(&api->listener[1]);
	}
	pool_commit_head(sv->pool);
	take_spare(api);
	listeners_poll(api);
	api_job_sweep(api);
	return 0;
}

/* Nobody should find a socket that is not answered any more. */
static void listener_close(struct api_listener *l)
{
	int dirfd;

	if (!l->on)
		return;
	l->on = false;
	l->poll.data = l->api;
	uv_close((uv_handle_t *)&l->poll, on_handle_closed);
	api_part_listener(l->api, l->fd);
	*l->fd = -1;
	dirfd = open_dir(l->api->sv, &l->place);
	if (dirfd < 0)
		return;
	api_unlisten(dirfd, l->place.name);
	fdio_close(&dirfd);
}

void api_close(struct supervisor *sv)
{
	struct api *api = sv->api;

	if (api == NULL)
		return;
	sv->api = NULL;
	api->closing = true;
	for (size_t i = 0; i < API_PLACES; i++)
		api_client_close(&api->client[i]);
	listener_close(&api->listener[0]);
	listener_close(&api->listener[1]);
	api_part_last(api);
	pool_commit_head(sv->pool);
	fdio_close(&api->sparefd);
	for (size_t i = 0; i < API_PLACES_JOBS; i++) {
		api->job[i].client = NULL;
		api->job[i].timer.data = api;
		uv_close((uv_handle_t *)&api->job[i].timer, on_handle_closed);
	}
	uv_close((uv_handle_t *)&api->again, on_handle_closed);
	uv_close((uv_handle_t *)&api->burial, on_handle_closed);
	uv_close((uv_handle_t *)&api->wake, on_handle_closed);
	uv_close((uv_handle_t *)&api->pause, on_handle_closed);
}

void api_service_changed(struct supervisor *sv, struct service *s)
{
	struct api *api = sv->api;

	if (api == NULL)
		return;
	for (size_t i = 0; i < API_PLACES && api->waiting > 0; i++)
		if (api->client[i].wait != WAIT_NONE && api->client[i].ref.idx == s->idx)
			api_wait_check(&api->client[i]);
	for (size_t i = 0; i < API_PLACES_JOBS && api->jobs_used > 0; i++)
		api_job_check(&api->job[i]);
	if (s->intent_due != 0)
		api_intent_due(s);
}

void api_service_gone(struct supervisor *sv, const char *name)
{
	struct api *api = sv->api;

	(void)name;
	if (api == NULL)
		return;
	for (size_t i = 0; i < API_PLACES && api->waiting > 0; i++)
		if (api->client[i].wait != WAIT_NONE)
			api_wait_check(&api->client[i]);
	for (size_t i = 0; i < API_PLACES_JOBS && api->jobs_used > 0; i++)
		api_job_check(&api->job[i]);
}
