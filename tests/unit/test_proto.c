/* Frames of the control socket, malformed ones too, and the client's end against a real socket. */
#include "proto.h"

#include "scratch.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

Test(proto, encodes_fields_each_with_its_nul)
{
	static const char *const fields[] = {"1", "start", "", "web"};
	char buf[PROTO_FRAME];

	cr_assert_eq(proto_encode(buf, sizeof(buf), fields, 4), 13);
	cr_assert_arr_eq(buf, "1\0start\0\0web", 13);
}

Test(proto, decodes_what_it_encoded)
{
	static const char *const fields[] = {"row", "web/log", "", "two\nlines", ""};
	char buf[PROTO_FRAME];
	struct proto_frame f;
	int len = proto_encode(buf, sizeof(buf), fields, 5);
	unsigned int i;

	cr_assert_eq(proto_decode(buf, (size_t)len, &f), 0);
	cr_assert_eq(f.n, 5);
	for (i = 0; i < 5; i++)
		cr_expect_str_eq(f.field[i], fields[i]);
}

Test(proto, refuses_to_encode_what_no_frame_can_hold)
{
	const char *fields[PROTO_FIELDS + 1];
	static char text[PROTO_FRAME + 1];
	char buf[PROTO_FRAME + 100];
	const char *one = text;
	unsigned int i;

	for (i = 0; i <= PROTO_FIELDS; i++)
		fields[i] = "x";
	cr_assert_eq(proto_encode(buf, sizeof(buf), fields, PROTO_FIELDS), 2 * PROTO_FIELDS);
	cr_assert_eq(proto_encode(buf, sizeof(buf), fields, PROTO_FIELDS + 1), -EINVAL);
	cr_assert_eq(proto_encode(buf, sizeof(buf), fields, 0), -EINVAL);
	cr_assert_eq(proto_encode(buf, 5, fields, 3), -EMSGSIZE);
	cr_assert_eq(proto_encode(buf, 6, fields, 3), 6);
	cr_assert_eq(proto_encode(buf, 0, fields, 1), -EMSGSIZE);
	memset(text, 'x', PROTO_FRAME);
	cr_assert_eq(proto_encode(buf, sizeof(buf), &one, 1), -EMSGSIZE);
	text[PROTO_FRAME - 1] = '\0';
	cr_assert_eq(proto_encode(buf, sizeof(buf), &one, 1), PROTO_FRAME);
}

Test(proto, refuses_malformed_frames)
{
	static const char many[PROTO_FIELDS + 1];
	static char big[PROTO_FRAME + 1];
	struct proto_frame f;

	cr_assert_eq(proto_decode("", 0, &f), -EBADMSG);
	cr_assert_eq(proto_decode("ok", 2, &f), -EBADMSG);
	cr_assert_eq(proto_decode("ok\0x", 4, &f), -EBADMSG);
	cr_assert_eq(proto_decode(many, PROTO_FIELDS, &f), 0);
	cr_assert_eq(f.n, PROTO_FIELDS);
	cr_assert_eq(proto_decode(many, PROTO_FIELDS + 1, &f), -EBADMSG);
	memset(big, 'x', sizeof(big) - 1);
	cr_assert_eq(proto_decode(big, sizeof(big), &f), -EBADMSG);
	cr_assert_eq(proto_decode(big + 1, sizeof(big) - 1, &f), 0);
	cr_assert_eq(f.n, 1);
}

Test(proto, takes_a_cut_frame_only_where_it_ends_a_field)
{
	static const char whole[] = "1\0start\0web";
	struct proto_frame f;
	size_t len;

	for (len = 0; len <= sizeof(whole); len++) {
		int want = len > 0 && len <= sizeof(whole) && whole[len - 1] == '\0' ? 0 : -EBADMSG;

		if (len <= sizeof(whole))
			cr_expect_eq(proto_decode(whole, len, &f), want, "%zu bytes", len);
	}
}

/* A listening socket at dir/name, made through a short path whatever the length of the long one. */
static int listen_at(const char *dir, const char *name)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int dirfd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	cr_assert(dirfd >= 0 && fd >= 0);
	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "/proc/self/fd/%d/%s", dirfd, name);
	cr_assert_eq(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	cr_assert_eq(listen(fd, 5), 0);
	close(dirfd);
	return fd;
}

/* Connects to path, where listener listens, and sends a request and an answer through. */
static void expect_talk(const char *path, int listener)
{
	static const char *const request[] = {PROTO_VERSION, "sync"};
	char buf[PROTO_FRAME];
	struct proto_frame f;
	int server;
	int fd = proto_connect(path, getuid());

	cr_assert_geq(fd, 0, "connect gives %d", fd);
	cr_assert_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	server = accept(listener, NULL, NULL);
	cr_assert_eq(proto_send(fd, request, 2), 0);
	cr_assert_eq(proto_receive(server, buf, &f, -1), 0);
	cr_assert_eq(f.n, 2);
	cr_assert_str_eq(f.field[1], "sync");
	close(server);
	cr_assert_eq(proto_receive(fd, buf, &f, -1), -EPIPE);
	cr_assert_eq(proto_send(fd, request, 2), -EPIPE);
	close(fd);
}

Test(proto, talks_over_a_socket)
{
	struct scratch s = scratch_make();
	char path[64];
	int listener = listen_at(s.path, "hexad");

	(void)snprintf(path, sizeof(path), "%s/hexad", s.path);
	expect_talk(path, listener);
	close(listener);
	cr_assert_eq(proto_connect(path, getuid()), -ECONNREFUSED);
	scratch_remove(&s);
}

Test(proto, reaches_a_socket_whose_path_is_too_long_for_an_address)
{
	struct scratch s = scratch_make();
	char path[600];
	size_t len = (size_t)snprintf(path, sizeof(path), "%s", s.path);
	int listener;

	while (len < 400) {
		len += (size_t)snprintf(path + len, sizeof(path) - len, "/%040d", 7);
		cr_assert_eq(mkdir(path, 0755), 0);
	}
	listener = listen_at(path, "hexad");
	(void)snprintf(path + len, sizeof(path) - len, "/hexad");
	expect_talk(path, listener);
	close(listener);
	scratch_remove(&s);
}

Test(proto, connects_to_sockets_only_and_never_through_a_link)
{
	struct scratch s = scratch_make();
	char path[64];
	int listener = listen_at(s.path, "hexad");

	(void)snprintf(path, sizeof(path), "%s/none", s.path);
	cr_assert_eq(proto_connect(path, getuid()), -ENOENT);
	scratch_text(&s, "none", "");
	cr_assert_eq(proto_connect(path, getuid()), -ENOTSOCK);
	(void)snprintf(path, sizeof(path), "%s/link", s.path);
	cr_assert_eq(symlinkat("hexad", s.fd, "link"), 0);
	cr_assert_eq(proto_connect(path, getuid()), -ENOTSOCK);
	close(listener);
	scratch_remove(&s);
}

Test(proto, does_not_talk_to_a_stranger)
{
	struct scratch s = scratch_make();
	char path[64];
	int listener = listen_at(s.path, "hexad");

	(void)snprintf(path, sizeof(path), "%s/hexad", s.path);
	if (getuid() != 0)
		cr_assert_eq(proto_connect(path, getuid() + 1), -EPERM);
	else if (fchownat(s.fd, "hexad", 12345, (gid_t)-1, 0) == 0)
		cr_assert_eq(proto_connect(path, 12346), -EPERM);
	close(listener);
	scratch_remove(&s);
}

Test(proto, gives_up_when_nothing_comes)
{
	char buf[PROTO_FRAME];
	struct proto_frame f;
	int fds[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	cr_assert_eq(proto_receive(fds[0], buf, &f, 0), -ETIMEDOUT);
	cr_assert_eq(proto_receive(fds[0], buf, &f, 20), -ETIMEDOUT);
}

Test(proto, receives_frame_by_frame_and_refuses_bad_ones)
{
	static char big[PROTO_FRAME + 1];
	char buf[PROTO_FRAME];
	struct proto_frame f;
	int fds[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	cr_assert_eq(send(fds[1], "row\0a", 6, 0), 6);
	cr_assert_eq(send(fds[1], "bad", 3, 0), 3);
	memset(big, 'x', PROTO_FRAME);
	big[PROTO_FRAME - 1] = '\0';
	cr_assert_eq(send(fds[1], big, PROTO_FRAME + 1, 0), PROTO_FRAME + 1);
	cr_assert_eq(send(fds[1], big, PROTO_FRAME, 0), PROTO_FRAME);
	cr_assert_eq(send(fds[1], "ok\0", 4, 0), 4);
	cr_assert_eq(proto_receive(fds[0], buf, &f, 0), 0);
	cr_assert_str_eq(f.field[1], "a");
	cr_assert_eq(proto_receive(fds[0], buf, &f, 0), -EBADMSG);
	cr_assert_eq(proto_receive(fds[0], buf, &f, 0), -EBADMSG);
	cr_assert_eq(proto_receive(fds[0], buf, &f, 0), 0);
	cr_assert_eq(strlen(f.field[0]), PROTO_FRAME - 1);
	cr_assert_eq(proto_receive(fds[0], buf, &f, 0), 0);
	cr_assert(f.n == 2 && f.field[1][0] == '\0');
}
