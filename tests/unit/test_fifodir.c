/* event/ directories from both ends, and what strangers may have put into one. */
#include "fifodir.h"

#include "scratch.h"
#include "sys.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#define LISTENER "event/ftrig1:@400000006b048c3f0c118423:abcdef"
#define LIMIT 1000

static struct scratch s;

static void make_event(void)
{
	signal(SIGPIPE, SIG_IGN);
	s = scratch_make();
	cr_assert_eq(fifodir_make(s.fd, "event", (gid_t)-1, 0700), 0);
}

static void remove_event(void)
{
	scratch_remove(&s);
}

/* What a descriptor has for us now, as text; "" if there is nothing. */
static const char *pending(int fd)
{
	static char buf[64];
	ssize_t n = read(fd, buf, sizeof(buf) - 1);

	cr_assert(n >= 0 || errno == EAGAIN);
	buf[n < 0 ? 0 : n] = '\0';
	return buf;
}

TestSuite(fifodir, .init = make_event, .fini = remove_event);

Test(fifodir, makes_the_directory_with_its_mode_whatever_the_umask)
{
	struct stat st;
	mode_t old = umask(077);

	cr_assert_eq(fifodir_make(s.fd, "other", getegid(), 03730), 0);
	umask(old);
	cr_assert_eq(fstatat(s.fd, "other", &st, 0), 0);
	cr_assert_eq(st.st_mode & 07777, 03730);
	cr_assert_eq(st.st_gid, getegid());
}

Test(fifodir, leaves_an_existing_directory_alone)
{
	cr_assert_eq(fifodir_make(s.fd, "event", getegid(), 03730), -EEXIST);
	cr_assert_eq(scratch_mode(&s, "event"), 0700);
	cr_assert_eq(symlinkat("nowhere", s.fd, "link"), 0);
	cr_assert_eq(fifodir_make(s.fd, "link", getegid(), 03730), -EEXIST);
	cr_assert_not(scratch_has(&s, "nowhere"));
}

Test(fifodir, tells_every_listener_in_order)
{
	struct fifodir_sub a = FIFODIR_SUB_INIT, b = FIFODIR_SUB_INIT;

	cr_assert_eq(fifodir_notify(s.fd, "event", "s", 1, LIMIT), 0);
	cr_assert_eq(fifodir_subscribe(s.fd, "event", &a), 0);
	cr_assert_eq(fifodir_subscribe(s.fd, "event", &b), 0);
	cr_assert_str_eq(pending(a.fd), "");
	cr_assert_eq(fifodir_notify(s.fd, "event", "u", 1, LIMIT), 0);
	cr_assert_eq(fifodir_notify(s.fd, "event", "dD", 2, LIMIT), 0);
	cr_assert_str_eq(pending(a.fd), "udD");
	cr_assert_str_eq(pending(b.fd), "udD");
	fifodir_unsubscribe(&a);
	cr_assert_eq(fifodir_notify(s.fd, "event", "x", 1, LIMIT), 0);
	cr_assert_str_eq(pending(b.fd), "x");
	fifodir_unsubscribe(&b);
}

Test(fifodir, subscribes_under_the_name_and_mode_that_s6_knows)
{
	struct fifodir_sub sub = FIFODIR_SUB_INIT;
	char path[64];
	mode_t old = umask(077);

	cr_assert_eq(fifodir_subscribe(s.fd, "event", &sub), 0);
	umask(old);
	cr_assert_eq(strlen(sub.name), 39);
	cr_assert_eq(strncmp(sub.name, "ftrig1:@4000000", 15), 0);
	cr_assert_eq(strspn(sub.name + 8, "0123456789abcdef"), 24);
	cr_assert_eq(sub.name[32], ':');
	(void)snprintf(path, sizeof(path), "event/%s", sub.name);
	cr_assert_eq(scratch_mode(&s, path), 0622);
	(void)snprintf(path, sizeof(path), "event/.%s", sub.name);
	cr_assert_not(scratch_has(&s, path));
	cr_assert_eq(fcntl(sub.fd, F_GETFD), FD_CLOEXEC);
	cr_assert_eq(fcntl(sub.hold, F_GETFD), FD_CLOEXEC);
	fifodir_unsubscribe(&sub);
	cr_assert(sub.fd == -1 && sub.hold == -1 && sub.dirfd == -1);
	fifodir_unsubscribe(&sub);
	cr_assert_eq(unlinkat(s.fd, "event", AT_REMOVEDIR), 0);
}

Test(fifodir, subscribes_where_only_writing_and_searching_is_allowed)
{
	struct fifodir_sub sub = FIFODIR_SUB_INIT;

	cr_assert_eq(fchmodat(s.fd, "event", 0300, 0), 0);
	cr_assert_eq(fifodir_subscribe(s.fd, "event", &sub), 0);
	fifodir_unsubscribe(&sub);
}

Test(fifodir, cannot_subscribe_where_there_is_no_event_directory)
{
	struct fifodir_sub sub = FIFODIR_SUB_INIT;

	cr_assert_eq(fifodir_subscribe(s.fd, "none", &sub), -ENOENT);
	scratch_text(&s, "file", "");
	cr_assert_eq(fifodir_subscribe(s.fd, "file", &sub), -ENOTDIR);
	cr_assert(sub.fd == -1 && sub.hold == -1 && sub.dirfd == -1);
}

Test(fifodir, removes_a_listener_that_nobody_reads)
{
	cr_assert_eq(mkfifoat(s.fd, LISTENER, 0622), 0);
	cr_assert_eq(fifodir_notify(s.fd, "event", "u", 1, LIMIT), 0);
	cr_assert_not(scratch_has(&s, LISTENER));
}

Test(fifodir, cleans_without_saying_anything)
{
	struct fifodir_sub sub = FIFODIR_SUB_INIT;
	char path[64];

	cr_assert_eq(mkfifoat(s.fd, LISTENER, 0622), 0);
	cr_assert_eq(fifodir_subscribe(s.fd, "event", &sub), 0);
	cr_assert_eq(fifodir_clean(s.fd, "event", LIMIT), 0);
	cr_assert_not(scratch_has(&s, LISTENER));
	(void)snprintf(path, sizeof(path), "event/%s", sub.name);
	cr_assert(scratch_has(&s, path));
	cr_assert_str_eq(pending(sub.fd), "");
	fifodir_unsubscribe(&sub);
}

Test(fifodir, does_not_touch_entries_with_other_names)
{
	static const char *const others[] = {
		"event/ftrig1:@400000006b048c3f0c118423:abcde",   /* 38 */
		"event/ftrig1:@400000006b048c3f0c118423:abcdefg", /* 40 */
		"event/.ftrig1:@400000006b048c3f0c118423:abcdef",
		"event/ftrig2:@400000006b048c3f0c118423:abcdef",
		"event/ftrig1:400000006b048c3f0c118423:abcdefg",
		"event/x",
	};
	size_t i;

	cr_assert_eq(strlen(others[0]) - strlen("event/"), 38);
	cr_assert_eq(strlen(others[1]) - strlen("event/"), 40);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		cr_assert_eq(mkfifoat(s.fd, others[i], 0666), 0);
	cr_assert_eq(fifodir_notify(s.fd, "event", "u", 1, LIMIT), 0);
	cr_assert_eq(fifodir_clean(s.fd, "event", LIMIT), 0);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		cr_expect(scratch_has(&s, others[i]), "%s", others[i]);
}

Test(fifodir, does_not_write_to_a_file_under_a_listener_name)
{
	scratch_text(&s, LISTENER, "precious");
	cr_assert_eq(fifodir_notify(s.fd, "event", "u", 1, LIMIT), 0);
	cr_assert_eq(fifodir_clean(s.fd, "event", LIMIT), 0);
	cr_assert(scratch_is(&s, LISTENER, "precious"));
}

Test(fifodir, does_not_follow_a_link_under_a_listener_name)
{
	int fd;

	scratch_text(&s, "victim", "precious");
	cr_assert_eq(symlinkat("../victim", s.fd, LISTENER), 0);
	cr_assert_eq(fifodir_notify(s.fd, "event", "u", 1, LIMIT), 0);
	cr_assert(scratch_is(&s, "victim", "precious"));
	cr_assert_eq(unlinkat(s.fd, LISTENER, 0), 0);
	/* Nor to a FIFO that somebody else reads. */
	cr_assert_eq(mkfifoat(s.fd, "control", 0600), 0);
	fd = openat(s.fd, "control", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	cr_assert_eq(symlinkat("../control", s.fd, LISTENER), 0);
	cr_assert_eq(fifodir_notify(s.fd, "event", "u", 1, LIMIT), 0);
	cr_assert_eq(fifodir_clean(s.fd, "event", LIMIT), 0);
	cr_assert_str_eq(pending(fd), "");
	cr_assert(scratch_has(&s, LISTENER));
	close(fd);
}

Test(fifodir, leaves_a_socket_under_a_listener_name_alone)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/" LISTENER, s.path);
	cr_assert_eq(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	cr_assert_eq(fifodir_notify(s.fd, "event", "u", 1, LIMIT), 0);
	cr_assert(scratch_has(&s, LISTENER));
	close(fd);
}

Test(fifodir, does_not_follow_a_link_in_place_of_the_directory)
{
	cr_assert_eq(mkfifoat(s.fd, LISTENER, 0622), 0);
	cr_assert_eq(symlinkat("event", s.fd, "link"), 0);
	cr_assert_eq(fifodir_notify(s.fd, "link", "u", 1, LIMIT), -ENOTDIR);
	cr_assert(scratch_has(&s, LISTENER));
	cr_assert_eq(fifodir_notify(s.fd, "none", "u", 1, LIMIT), -ENOENT);
}

Test(fifodir, loses_the_message_for_a_listener_whose_pipe_is_full)
{
	struct fifodir_sub full = FIFODIR_SUB_INIT, other = FIFODIR_SUB_INIT;
	char junk[4096];
	char path[64];

	memset(junk, 'j', sizeof(junk));
	cr_assert_eq(fifodir_subscribe(s.fd, "event", &full), 0);
	cr_assert_eq(fifodir_subscribe(s.fd, "event", &other), 0);
	while (write(full.hold, junk, sizeof(junk)) > 0)
		;
	cr_assert_eq(errno, EAGAIN);
	cr_assert_eq(fifodir_notify(s.fd, "event", "u", 1, LIMIT), 0);
	cr_assert_str_eq(pending(other.fd), "u");
	(void)snprintf(path, sizeof(path), "event/%s", full.name);
	cr_assert(scratch_has(&s, path));
	fifodir_unsubscribe(&full);
	fifodir_unsubscribe(&other);
}

Test(fifodir, serves_no_more_listeners_than_the_limit)
{
	char name[64];
	int i;
	int left = 0;

	for (i = 0; i < 20; i++) {
		(void)snprintf(
			name, sizeof(name), "event/ftrig1:@400000006b048c3f0c118423:%06d", i);
		cr_assert_eq(mkfifoat(s.fd, name, 0622), 0);
	}
	cr_assert_eq(fifodir_clean(s.fd, "event", 5), 0);
	for (i = 0; i < 20; i++) {
		(void)snprintf(
			name, sizeof(name), "event/ftrig1:@400000006b048c3f0c118423:%06d", i);
		left += scratch_has(&s, name);
	}
	cr_assert_eq(left, 15);
	cr_assert_eq(fifodir_clean(s.fd, "event", 0), 0);
}

static struct sys real;
static int reads;

static ssize_t counted_getdents(int fd, void *buf, size_t len)
{
	reads++;
	return real.getdents(fd, buf, len);
}

Test(fifodir, passes_over_a_bounded_number_of_strangers_files)
{
	char name[64];
	int i;

	for (i = 0; i < 5000; i++) {
		(void)snprintf(name, sizeof(name), "event/stranger-%d", i);
		scratch_text(&s, name, "");
	}
	real = sys;
	sys.getdents = counted_getdents;
	cr_assert_eq(fifodir_notify(s.fd, "event", "u", 1, LIMIT), 0);
	sys = real;
	/* 4096 bytes hold a hundred such entries at most, and all of them are 5000. */
	cr_assert(reads > 0 && reads < 10, "%d reads", reads);
}

Test(fifodir, notifies_through_a_held_event_directory)
{
	struct fifodir_sub sub = FIFODIR_SUB_INIT;
	int event = openat(s.fd, "event", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	cr_assert_eq(fifodir_subscribe(s.fd, "event", &sub), 0);
	cr_assert_eq(fifodir_notify(event, ".", "u", 1, LIMIT), 0);
	cr_assert_str_eq(pending(sub.fd), "u");
	fifodir_unsubscribe(&sub);
	close(event);
}
