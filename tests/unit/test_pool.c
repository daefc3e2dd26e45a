/*
 * The pool that outlives a fault. What a fault leaves behind is made by hand: bytes of the memfd are
 * changed through a mapping of our own, found by patterns in the records and not by their layout.
 */
#include "pool.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sys.h"

#define MAX 4

static struct pool *make(uint32_t max)
{
	int err = 0;
	struct pool *p = pool_create(max, &err);

	cr_assert_not_null(p, "%d", err);
	pool_commit_head(p);
	return p;
}

static uint32_t take(struct pool *p, const char *name)
{
	uint32_t idx = POOL_NONE;

	cr_assert_eq(pool_take(p, &idx), 0);
	strcpy(pool_ident(p, idx)->name, name);
	return idx;
}

/* A new image of the program: the old mapping is gone, the descriptor stays. */
static struct pool *reopen(const struct pool *p, int *err)
{
	int fd = dup(pool_fd(p));

	cr_assert_geq(fd, 0);
	*err = 0;
	return pool_open(fd, err);
}

static struct pool *reopened(const struct pool *p)
{
	int err;
	struct pool *q = reopen(p, &err);

	cr_assert_not_null(q, "%d", err);
	return q;
}

/* The bytes of a memfd, through a mapping of the test's own. */
struct image {
	char *at;
	size_t len;
};

static struct image map(int fd)
{
	struct stat st;
	struct image im;

	cr_assert_eq(fstat(fd, &st), 0);
	im.len = (size_t)st.st_size;
	im.at = mmap(NULL, im.len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	cr_assert_neq(im.at, MAP_FAILED);
	return im;
}

/* The nth place, from 0, that holds text. Of a committed record the first is the live half, the second the saved. */
static char *nth(const struct image *im, const char *text, int n)
{
	char *p = im->at;
	size_t left = im->len;

	while ((p = memmem(p, left, text, strlen(text))) && n-- > 0) {
		p++;
		left = im->len - (size_t)(p - im->at);
	}
	cr_assert_not_null(p, "'%s'", text);
	return p;
}

/* The note is the pattern: one of its bytes differs from what the checksum is about. */
static void damage(const struct pool *p, const char *note, int n)
{
	struct image im = map(pool_fd(p));

	*nth(&im, note, n) ^= 1;
	munmap(im.at, im.len);
}

static uint32_t take_noted(struct pool *p, const char *name, const char *note)
{
	uint32_t idx = take(p, name);

	strcpy(pool_data(p, idx)->note, note);
	pool_commit(p, idx);
	return idx;
}

Test(pool, gives_every_record_once_and_then_says_that_it_is_full)
{
	struct pool *p = make(MAX);
	uint32_t idx, seen = 0;

	cr_assert_eq(pool_max(p), MAX);
	for (uint32_t i = 0; i < MAX; i++) {
		cr_assert_eq(pool_take(p, &idx), 0);
		cr_assert_lt(idx, MAX);
		cr_assert_eq(seen & 1u << idx, 0);
		seen |= 1u << idx;
		cr_assert_eq(pool_used(p), i + 1);
	}
	idx = 77;
	cr_assert_eq(pool_take(p, &idx), -ENOSPC);
	cr_assert_eq(idx, 77);
	pool_destroy(p);
}

Test(pool, gives_a_released_record_again_clean_and_in_its_next_life)
{
	struct pool *p = make(MAX);
	uint32_t a = take_noted(p, "web", "broken"), b = take(p, "db"), c;
	uint32_t gen = pool_data(p, a)->gen;

	pool_data(p, a)->pid = 4711;
	pool_release(p, a);
	cr_assert_null(pool_data(p, a));
	cr_assert_null(pool_ident(p, a));
	pool_release(p, a);
	cr_assert_eq(pool_used(p), 1);
	cr_assert_eq(pool_take(p, &c), 0);
	cr_assert_eq(c, a);
	cr_assert_eq(pool_data(p, c)->gen, gen + 1);
	cr_assert_eq(pool_data(p, c)->pid, 0);
	cr_assert_str_empty(pool_data(p, c)->note);
	cr_assert_str_empty(pool_ident(p, c)->name);
	cr_assert_str_eq(pool_ident(p, b)->name, "db");
	pool_destroy(p);
}

Test(pool, begins_a_record_with_nothing_open_and_nobody_beside_it)
{
	struct pool *p = make(1);
	const struct slot_data *d = pool_data(p, take(p, "web"));

	cr_assert_eq(d->dirfd, -1);
	cr_assert_eq(d->lockfd, -1);
	cr_assert_eq(d->ctlfd, -1);
	cr_assert_eq(d->notifyfd, -1);
	cr_assert_eq(d->execfd, -1);
	cr_assert_eq(d->pipe_r, -1);
	cr_assert_eq(d->pipe_w, -1);
	cr_assert_eq(d->partner, POOL_NONE);
	cr_assert_eq(d->successor_of, POOL_NONE);
	pool_destroy(p);
}

Test(pool, has_nothing_behind_an_index_that_was_never_taken)
{
	struct pool *p = make(MAX);

	cr_assert_null(pool_data(p, 0));
	take(p, "web");
	cr_assert_null(pool_data(p, 1));
	cr_assert_null(pool_data(p, MAX));
	cr_assert_null(pool_data(p, POOL_NONE));
	cr_assert_null(pool_ident(p, POOL_NONE));
	pool_release(p, POOL_NONE);
	cr_assert_eq(pool_used(p), 1);
	pool_destroy(p);
}

static int no_space(int fd, int mode, off_t off, off_t len)
{
	(void)fd;
	(void)mode;
	(void)off;
	(void)len;
	errno = ENOSPC;
	return -1;
}

Test(pool, says_no_memory_where_a_page_cannot_be_had_and_goes_on_later)
{
	struct pool *p = make(MAX);
	int (*real)(int, int, off_t, off_t) = sys.fallocate;
	uint32_t idx;

	sys.fallocate = no_space;
	cr_assert_eq(pool_take(p, &idx), -ENOMEM);
	cr_assert_eq(pool_used(p), 0);
	sys.fallocate = real;
	cr_assert_eq(pool_take(p, &idx), 0);
	pool_destroy(p);
}

Test(pool, cannot_shrink_or_grow_under_its_mapping)
{
	struct pool *p = make(MAX);
	struct stat st;
	int fd = pool_fd(p);

	cr_assert_eq(fcntl(fd, F_GET_SEALS) & (F_SEAL_SHRINK | F_SEAL_GROW), F_SEAL_SHRINK | F_SEAL_GROW);
	cr_assert_eq(fstat(fd, &st), 0);
	cr_assert_eq(ftruncate(fd, 0), -1);
	cr_assert_eq(errno, EPERM);
	cr_assert_eq(ftruncate(fd, st.st_size + 1), -1);
	cr_assert_eq(errno, EPERM);
	cr_assert_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	pool_destroy(p);
}

Test(pool, carries_everything_committed_into_a_new_image)
{
	struct pool *p = make(MAX), *q;
	uint32_t a = take(p, "web"), b = take(p, "db"), gone = take(p, "gone"), c = take(p, "web/log");

	pool_data(p, a)->pid = 17;
	pool_data(p, a)->m = (struct sv_machine){.state = SV_UP, .want_up = true};
	pool_commit(p, a);
	pool_ident(p, b)->ino = 99;
	pool_release(p, gone);
	pool_head(p)->owner_pid = 42;
	pool_head(p)->boot[511] = 7;
	pool_commit_head(p);

	q = reopened(p);
	cr_assert_eq(pool_max(q), MAX);
	cr_assert_eq(pool_used(q), 3);
	cr_assert_str_eq(pool_ident(q, a)->name, "web");
	cr_assert_eq(pool_data(q, a)->pid, 17);
	cr_assert_eq(pool_data(q, a)->m.state, SV_UP);
	cr_assert(pool_data(q, a)->m.want_up);
	cr_assert_eq(pool_ident(q, b)->ino, 99);
	cr_assert_null(pool_data(q, gone));
	cr_assert_str_eq(pool_ident(q, c)->name, "web/log");
	cr_assert_eq(pool_head(q)->owner_pid, 42);
	cr_assert_eq(pool_head(q)->boot[511], 7);
	cr_assert_eq(fcntl(pool_fd(q), F_GETFD), FD_CLOEXEC);
	pool_destroy(q);
	pool_destroy(p);
}

Test(pool, takes_the_next_free_record_after_a_new_image_too)
{
	struct pool *p = make(MAX), *q;
	uint32_t a = take(p, "web"), idx;

	take(p, "db");
	pool_release(p, a);
	q = reopened(p);
	cr_assert_eq(take(q, "new"), a);
	cr_assert_eq(take(q, "more"), 2);
	cr_assert_eq(take(q, "last"), 3);
	cr_assert_eq(pool_take(q, &idx), -ENOSPC);
	pool_destroy(q);
	pool_destroy(p);
}

Test(pool, goes_back_to_what_was_committed_when_live_was_half_written)
{
	struct pool *p = make(MAX), *q;
	uint32_t a = take_noted(p, "web", "committed");
	struct slot_data *d = pool_data(p, a);

	d->pid = 17;
	d->m.state = SV_UP;
	pool_commit(p, a);
	d->pid = 18;
	d->m.state = SV_FINISH;
	strcpy(d->note, "never committed");

	q = reopened(p);
	cr_assert_eq(pool_data(q, a)->pid, 17);
	cr_assert_eq(pool_data(q, a)->m.state, SV_UP);
	cr_assert_str_eq(pool_data(q, a)->note, "committed");
	pool_destroy(q);
	pool_destroy(p);
}

Test(pool, takes_the_live_half_when_saved_was_half_written)
{
	struct pool *p = make(MAX), *q;
	uint32_t a = take_noted(p, "web", "both halves"), b = take_noted(p, "db", "untouched");

	pool_data(p, a)->pid = 17;
	pool_commit(p, a);
	damage(p, "both halves", 1);

	q = reopened(p);
	cr_assert_eq(pool_used(q), 2);
	cr_assert_eq(pool_data(q, a)->pid, 17);
	cr_assert_str_eq(pool_data(q, a)->note, "both halves");
	cr_assert_str_eq(pool_data(q, b)->note, "untouched");
	pool_destroy(q);
	pool_destroy(p);
}

Test(pool, takes_the_saved_half_when_live_was_damaged)
{
	struct pool *p = make(MAX), *q;
	uint32_t a = take_noted(p, "web", "both halves");

	damage(p, "both halves", 0);
	q = reopened(p);
	cr_assert_str_eq(pool_data(q, a)->note, "both halves");
	pool_destroy(q);
	pool_destroy(p);
}

Test(pool, gives_up_one_record_of_which_neither_half_is_whole)
{
	struct pool *p = make(MAX), *q;
	uint32_t a = take_noted(p, "web", "both halves"), b = take_noted(p, "db", "untouched");

	damage(p, "both halves", 1);
	damage(p, "both halves", 0);
	q = reopened(p);
	cr_assert_eq(pool_used(q), 1);
	cr_assert_null(pool_data(q, a));
	cr_assert_str_eq(pool_data(q, b)->note, "untouched");
	cr_assert_eq(take(q, "new"), a);
	pool_destroy(q);
	pool_destroy(p);
}

/* One byte anywhere in the halves: the record is recovered or given up, never taken as it is. */
Test(pool, notices_any_changed_byte_of_a_record)
{
	struct pool *p = make(1);
	uint32_t a = take_noted(p, "web", "both halves");
	struct image im = map(pool_fd(p));
	char *saved = nth(&im, "both halves", 1) - offsetof(struct slot_data, note);

	for (size_t i = 0; i < sizeof(struct slot_data); i++) {
		struct pool *q;

		saved[i] ^= 0x10;
		q = reopened(p);
		saved[i] ^= 0x10;
		cr_assert_eq(pool_used(q), 1, "byte %zu", i);
		cr_assert_eq(memcmp(pool_data(q, a), saved, sizeof(struct slot_data)), 0, "byte %zu", i);
		pool_destroy(q);
	}
	munmap(im.at, im.len);
	pool_destroy(p);
}

/* What the last commit cannot know is taken from the live half, whichever the rest comes from. */
Test(pool, keeps_a_child_and_descriptors_that_came_after_the_commit)
{
	struct pool *p = make(MAX), *q;
	uint32_t a = take_noted(p, "web", "committed");
	struct slot_data *d = pool_data(p, a);

	d->spawned = 4711;
	d->spawned_finish = true;
	d->dirfd = 20;
	d->lockfd = 21;
	d->ctlfd = 22;
	d->notifyfd = 23;
	d->execfd = 24;
	d->pipe_r = 25;
	d->pipe_w = 26;

	q = reopened(p);
	d = pool_data(q, a);
	cr_assert_eq(d->spawned, 4711);
	cr_assert(d->spawned_finish);
	cr_assert_eq(d->dirfd, 20);
	cr_assert_eq(d->lockfd, 21);
	cr_assert_eq(d->ctlfd, 22);
	cr_assert_eq(d->notifyfd, 23);
	cr_assert_eq(d->execfd, 24);
	cr_assert_eq(d->pipe_r, 25);
	cr_assert_eq(d->pipe_w, 26);
	pool_destroy(q);
	pool_destroy(p);
}

/* The fault handler counts without committing; a second fault must find the count of the first. */
Test(pool, keeps_the_count_of_faults_through_every_new_image)
{
	struct pool *p = make(1), *q, *r;

	strcpy((char *)pool_head(p)->boot, "boot record");
	pool_commit_head(p);
	pool_head(p)->faults = 3;
	pool_head(p)->fault_signal = 11;
	pool_head(p)->fault_ns[2] = 123456789;
	strcpy((char *)pool_head(p)->boot, "half written");

	q = reopened(p);
	cr_assert_eq(pool_head(q)->faults, 3);
	cr_assert_eq(pool_head(q)->fault_signal, 11);
	cr_assert_eq(pool_head(q)->fault_ns[2], 123456789);
	cr_assert_str_eq((char *)pool_head(q)->boot, "boot record");

	pool_head(q)->faults = 4;
	r = reopened(q);
	cr_assert_eq(pool_head(r)->faults, 4);
	cr_assert_str_eq((char *)pool_head(r)->boot, "boot record");
	pool_destroy(r);
	pool_destroy(q);
	pool_destroy(p);
}

Test(pool, takes_the_live_head_when_the_saved_one_was_half_written)
{
	struct pool *p = make(1), *q;

	strcpy((char *)pool_head(p)->boot, "boot record");
	pool_commit_head(p);
	damage(p, "boot record", 1);
	q = reopened(p);
	cr_assert_str_eq((char *)pool_head(q)->boot, "boot record");
	pool_destroy(q);
	pool_destroy(p);
}

static void refuses(const struct pool *p, const char *what)
{
	int err;

	cr_expect_null(reopen(p, &err), "%s", what);
	cr_expect_eq(err, -EBADMSG, "%s", what);
}

Test(pool, refuses_a_head_of_which_neither_half_is_whole)
{
	struct pool *p = make(1);

	strcpy((char *)pool_head(p)->boot, "boot record");
	pool_commit_head(p);
	damage(p, "boot record", 1);
	damage(p, "boot record", 0);
	refuses(p, "both halves");
	pool_destroy(p);
}

/* The first words of the file: what it is, sizes of its records, how many. */
Test(pool, refuses_what_another_program_or_version_made)
{
	static const char *const words[] = {"magic", "layout", "max"};
	struct pool *p = make(MAX);
	struct image im = map(pool_fd(p));

	take(p, "web");
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		uint32_t *word = (uint32_t *)(void *)im.at + i, was = *word;

		*word = was + 1;
		refuses(p, words[i]);
		*word = was - 1;
		refuses(p, words[i]);
		*word = was;
	}
	pool_destroy(reopened(p));
	munmap(im.at, im.len);
	pool_destroy(p);
}

/* Fewer records than were taken, with a size that fits: indices would lead out of the mapping. */
Test(pool, refuses_more_records_in_use_than_there_are)
{
	struct pool *p = make(MAX);
	struct image im = map(pool_fd(p));
	uint32_t *high = (uint32_t *)(void *)im.at + 3;

	take(p, "web");
	cr_assert_eq(*high, 1);
	*high = MAX;
	pool_destroy(reopened(p));
	*high = MAX + 1;
	refuses(p, "high");
	munmap(im.at, im.len);
	pool_destroy(p);
}

static int copy_of(const struct image *im, size_t len)
{
	int fd = memfd_create("copy", MFD_CLOEXEC);

	cr_assert_geq(fd, 0);
	cr_assert_eq(ftruncate(fd, (off_t)len), 0);
	cr_assert_eq(pwrite(fd, im->at, len < im->len ? len : im->len, 0), (ssize_t)(len < im->len ? len : im->len));
	return fd;
}

Test(pool, refuses_a_file_of_another_size)
{
	struct pool *p = make(MAX), *q;
	struct image im = map(pool_fd(p));
	size_t sizes[] = {0, 1, 16, im.len / 2, im.len - 1, im.len + 1};
	int fd, err;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		fd = copy_of(&im, sizes[i]);
		err = 0;
		cr_expect_null(pool_open(fd, &err), "%zu bytes", sizes[i]);
		cr_expect_eq(err, -EBADMSG, "%zu bytes", sizes[i]);
		close(fd);
	}
	fd = copy_of(&im, im.len);
	q = pool_open(fd, &err);
	cr_assert_not_null(q);
	pool_destroy(q);
	munmap(im.at, im.len);
	pool_destroy(p);
}

Test(pool, refuses_what_is_no_file_in_memory)
{
	int fds[2], err = 0;

	cr_assert_eq(pipe(fds), 0);
	cr_assert_null(pool_open(fds[0], &err));
	cr_assert_eq(err, -EBADMSG);
	err = 0;
	cr_assert_null(pool_open(-1, &err));
	cr_assert_eq(err, -EBADMSG);
	close(fds[0]);
	close(fds[1]);
}

/* The name is no part of the halves: a fault while a rename is noted must not lead out of its field. */
Test(pool, ends_every_name_within_its_field)
{
	struct pool *p = make(1), *q;
	uint32_t a = take(p, "web");

	memset(pool_ident(p, a)->name, 'x', sizeof(pool_ident(p, a)->name));
	q = reopened(p);
	cr_assert_eq(strlen(pool_ident(q, a)->name), SV_NAME_FULL);
	pool_destroy(q);
	pool_destroy(p);
}

Test(pool, destroys_nothing_for_null)
{
	pool_destroy(NULL);
}
