/*
 * Parting with connections. What a stranger has sent may hold descriptors, and whoever closes a descriptor last may have to
 * wait for it: a TCP socket lingers for as long as its owner has said. So a frame is looked at before it is taken, and a
 * connection that has such a one in its queue is left to a child that is killed: a process that ends lingers nowhere.
 */
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "api_client.h"
#include "fdio.h"
#include "spawn.h"
#include "sys.h"

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif

#define LOOKS 4            /* an error of the connection is told once, and what was sent before it is still there */
#define BURIAL_MS 20       /* so that one child serves many */
#define BURIAL_AGAIN_MS 1000
#define CHILD_S 10         /* of the child, should its parent not come to kill it */

bool api_is_stranger(uid_t uid)
{
	return uid != 0 && uid != geteuid();
}

void api_part_prepare(int fd)
{
	const int on = 1, off = 0;

	/* Every frame comes with credentials then: an empty one is told from the end. */
	(void)setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
	/* Newer kernels refuse descriptors to their sender; those that came before this line are found below. */
	(void)setsockopt(fd, SOL_SOCKET, SO_PASSRIGHTS, &off, sizeof off);
}

enum api_next api_look(int fd)
{
	/* Room for the credentials and not for descriptors, which stay where they are: the kernel says that there are some. */
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };

	for (unsigned int i = 0; i < LOOKS; i++) {
		struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf,
			.msg_controllen = sizeof control.buf };

		if (recvmsg(fd, &m, MSG_PEEK | MSG_DONTWAIT) >= 0) {
			if (m.msg_controllen == 0)
				return NEXT_END;
			return m.msg_flags & MSG_CTRUNC ? NEXT_LADEN : NEXT_FRAME;
		}
		if (errno == EAGAIN)
			return NEXT_NONE;
	}
	return NEXT_LADEN;
}

/* Its sleep is the parent's time to close what they share; the parent's signal is the usual end. */
static void __attribute__((noreturn)) hold(void)
{
	const struct timespec patience = { .tv_sec = CHILD_S };

	(void)nanosleep(&patience, NULL);
	_exit(0);
}

/* False: no process can be had now. */
static bool bury(struct api *api)
{
	sigset_t old;
	pid_t pid;

	spawn_hold_faults(&old);
	pid = sys.fork();
	if (pid == 0)
		hold();
	spawn_release_faults(&old);
	if (pid < 0)
		return false;
	while (api->nparked > 0)
		fdio_close(&api->parked[--api->nparked]);
	(void)sys.kill(pid, SIGKILL);
	return true;
}

static void on_burial(uv_timer_t *timer)
{
	if (!bury(timer->data))
		uv_timer_start(timer, on_burial, BURIAL_AGAIN_MS, 0);
}

static void park(struct api *api, int *fd)
{
	api->parked[api->nparked++] = *fd;
	*fd = -1;
	if (!api->closing && !uv_is_active((uv_handle_t *)&api->burial))
		uv_timer_start(&api->burial, on_burial, BURIAL_MS, 0);
}

bool api_part_is_full(struct api *api)
{
	return api->nparked >= API_PARKED_NEW && !bury(api);
}

void api_part(struct api *api, int *fd)
{
	enum api_next next;
	char byte;

	/* Nothing comes after this, so that what is seen is all. */
	(void)shutdown(*fd, SHUT_RD);
	while ((next = api_look(*fd)) == NEXT_FRAME)
		(void)!recv(*fd, &byte, 1, MSG_DONTWAIT);
	if (next == NEXT_LADEN)
		park(api, fd);
	else
		fdio_close(fd);
}

void api_part_listener(struct api *api, int *fd)
{
	int conn;

	(void)shutdown(*fd, SHUT_RD);
	while ((conn = accept4(*fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		if (api_part_is_full(api)) {
			/* Neither can be closed: they go with this process, which is about to end. */
			*fd = -1;
			return;
		}
		api_part_prepare(conn);
		api_part(api, &conn);
	}
	fdio_close(fd);
}

void api_part_last(struct api *api)
{
	/* The same for what is left without a child. */
	if (api->nparked > 0)
		(void)bury(api);
}
