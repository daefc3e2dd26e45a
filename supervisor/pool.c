/*
 * The memfd pool. Layout: one head, then max records. Owns the mapping and the memfd; knows nothing of
 * what the records mean but which of their fields must be taken from the live half after a fault.
 */
#include "pool.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "fdio.h"
#include "sys.h"

#define POOL_MAGIC 0x68657861u
#define POOL_LAYOUT ((uint32_t)(sizeof(struct record) << 16 | (sizeof(struct top) & 0xffff)))

/* live is changed in place; saved is the last committed one. live_sum counts only while saved is being written. */
struct record {
	uint32_t used;
	uint32_t live_sum, saved_sum;
	struct slot_ident ident;
	struct slot_data live;
	struct slot_data saved;
};

struct top {
	uint32_t magic, layout, max, high; /* high: records ever taken are below it */
	uint32_t live_sum, saved_sum;
	struct pool_head live;
	struct pool_head saved;
};

#define BACKING 16384 /* bytes of the memfd that are had at once */

struct pool {
	int fd;
	uint32_t used;
	size_t backed; /* what lies below it has its pages */
	struct top *top;
	struct record *rec;
};

static size_t head_size(void)
{
	return (sizeof(struct top) + 4095) & ~(size_t)4095;
}

static size_t map_size(uint32_t max)
{
	return head_size() + (size_t)max * sizeof(struct record);
}

/* FNV-1a over words: it must notice a half-written record, nobody attacks it. Padding is zero from the start. */
static uint32_t sum_of(const void *data, size_t len)
{
	const char *p = data;
	uint64_t h = UINT64_C(14695981039346656037), word;

	for (; len >= sizeof(word); p += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		h = (h ^ word) * UINT64_C(1099511628211);
		h ^= h >> 32; /* the product carries upwards only */
	}
	word = 0;
	memcpy(&word, p, len);
	h = (h ^ word) * UINT64_C(1099511628211);
	return (uint32_t)(h ^ h >> 32);
}

/* Of the head without what is written between two commits: the handler's counts, and a child that was just made. */
static uint32_t head_sum(const struct pool_head *head)
{
	struct pool_head h;

	memcpy(&h, head, sizeof(h)); /* with its padding */
	h.faults = 0;
	h.fault_signal = 0;
	memset(h.fault_ns, 0, sizeof(h.fault_ns));
	h.begun = 0;
	h.begun_at = 0;
	return sum_of(&h, sizeof(h));
}

static struct pool *pool_map(int fd, uint32_t max, int *err)
{
	struct pool *p = sys.calloc(1, sizeof(*p));
	void *map;

	if (!p) {
		*err = -ENOMEM;
		return NULL;
	}
	map = mmap(NULL, map_size(max), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		*err = -errno;
		free(p);
		return NULL;
	}
	p->fd = fd;
	p->top = map;
	p->rec = (struct record *)((char *)map + head_size());
	return p;
}

struct pool *pool_create(uint32_t max, int *err)
{
	struct pool *p = NULL;
	int fd = memfd_create("hexad-services", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0) {
		*err = -errno;
		return NULL;
	}
	if (ftruncate(fd, (off_t)map_size(max)) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) < 0 ||
	    fallocate(fd, 0, 0, (off_t)head_size()) < 0)
		*err = -errno;
	else
		p = pool_map(fd, max, err);
	if (!p) {
		fdio_close(&fd);
		return NULL;
	}
	p->top->magic = POOL_MAGIC;
	p->top->layout = POOL_LAYOUT;
	p->top->max = max;
	return p;
}

/* What a committed half cannot know: a child that was just made, and descriptors just opened or closed. */
static void keep_live(struct slot_data *to, const struct slot_data *live)
{
	to->spawned = live->spawned;
	to->spawned_finish = live->spawned_finish;
	to->said_ready = live->said_ready;
	to->dirfd = live->dirfd;
	to->lockfd = live->lockfd;
	to->ctlfd = live->ctlfd;
	to->notifyfd = live->notifyfd;
	to->execfd = live->execfd;
	to->pipe_r = live->pipe_r;
	to->pipe_w = live->pipe_w;
}

/* Makes live whole again. False: neither half is. */
static bool record_recover(struct record *r)
{
	struct slot_data data;

	/* A rename that was being noted costs a name's end at most, never the service. */
	r->ident.name[SV_NAME_FULL] = '\0';
	if (r->saved_sum == sum_of(&r->saved, sizeof(r->saved)))
		data = r->saved;
	else if (r->live_sum == sum_of(&r->live, sizeof(r->live)))
		data = r->live;
	else
		return false;
	keep_live(&data, &r->live);
	r->live = data;
	return true;
}

static bool head_recover(struct top *t)
{
	struct pool_head h = t->saved;

	if (t->saved_sum != head_sum(&t->saved)) {
		if (t->live_sum != head_sum(&t->live))
			return false;
		h = t->live;
	}
	/* These are written in the live half alone. The saved one stays whole for the next fault. */
	h.begun = t->live.begun;
	h.begun_at = t->live.begun_at;
	h.faults = t->live.faults;
	h.fault_signal = t->live.fault_signal;
	memcpy(h.fault_ns, t->live.fault_ns, sizeof(h.fault_ns));
	t->live = h;
	return true;
}

struct pool *pool_open(int fd, int *err)
{
	struct top probe;
	struct stat st;
	struct pool *p;

	if (fstat(fd, &st) < 0 || pread(fd, &probe, sizeof(probe), 0) != (ssize_t)sizeof(probe) ||
	    probe.magic != POOL_MAGIC || probe.layout != POOL_LAYOUT || probe.high > probe.max ||
	    st.st_size != (off_t)map_size(probe.max)) {
		*err = -EBADMSG;
		return NULL;
	}
	p = pool_map(fd, probe.max, err);
	if (!p)
		return NULL;
	if (!head_recover(p->top)) {
		munmap(p->top, map_size(probe.max));
		free(p);
		*err = -EBADMSG;
		return NULL;
	}
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	for (uint32_t i = 0; i < p->top->high; i++) {
		if (!p->rec[i].used)
			continue;
		if (record_recover(&p->rec[i]))
			p->used++;
		else
			p->rec[i].used = 0;
	}
	return p;
}

void pool_destroy(struct pool *p)
{
	if (!p)
		return;
	munmap(p->top, map_size(p->top->max));
	fdio_close(&p->fd);
	free(p);
}

int pool_fd(const struct pool *p)
{
	return p->fd;
}

uint32_t pool_max(const struct pool *p)
{
	return p->top->max;
}

uint32_t pool_used(const struct pool *p)
{
	return p->used;
}

static uint32_t find_free(const struct pool *p)
{
	uint32_t i = p->top->high;

	if (p->used < p->top->high)
		for (i = 0; i < p->top->high && p->rec[i].used; i++)
			;
	return i;
}

/* A page that cannot be had must be an error here and not a SIGBUS later. */
static int back(struct pool *p, size_t end)
{
	size_t want = (end + BACKING - 1) / BACKING * BACKING;

	if (end <= p->backed)
		return 0;
	if (want > map_size(p->top->max))
		want = map_size(p->top->max);
	if (sys.fallocate(p->fd, 0, (off_t)p->backed, (off_t)(want - p->backed)) < 0)
		return -ENOMEM;
	p->backed = want;
	return 0;
}

int pool_take(struct pool *p, uint32_t *ret_idx)
{
	uint32_t i = find_free(p);
	struct record *r;
	uint32_t gen;

	if (i >= p->top->max)
		return -ENOSPC;
	r = &p->rec[i];
	if (back(p, (size_t)((char *)(r + 1) - (char *)p->top)) < 0)
		return -ENOMEM;
	gen = r->live.gen;
	memset(r, 0, sizeof(*r));
	r->live.gen = gen + 1;
	r->live.dirfd = r->live.lockfd = r->live.ctlfd = r->live.notifyfd = r->live.execfd = -1;
	r->live.pipe_r = r->live.pipe_w = -1;
	r->live.partner = r->live.successor_of = POOL_NONE;
	r->used = 1;
	if (i >= p->top->high)
		p->top->high = i + 1;
	p->used++;
	pool_commit(p, i);
	*ret_idx = i;
	return 0;
}

void pool_release(struct pool *p, uint32_t idx)
{
	if (idx < p->top->high && p->rec[idx].used) {
		p->rec[idx].used = 0;
		p->used--;
	}
}

struct slot_ident *pool_ident(struct pool *p, uint32_t idx)
{
	return idx < p->top->high && p->rec[idx].used ? &p->rec[idx].ident : NULL;
}

struct slot_data *pool_data(struct pool *p, uint32_t idx)
{
	return idx < p->top->high && p->rec[idx].used ? &p->rec[idx].live : NULL;
}

void pool_commit(struct pool *p, uint32_t idx)
{
	struct record *r = &p->rec[idx];

	r->live_sum = sum_of(&r->live, sizeof(r->live));
	atomic_signal_fence(memory_order_seq_cst);
	memcpy(&r->saved, &r->live, sizeof(r->saved)); /* with its padding: the sum counts it */
	atomic_signal_fence(memory_order_seq_cst);
	r->saved_sum = r->live_sum;
}

struct pool_head *pool_head(struct pool *p)
{
	return &p->top->live;
}

void pool_commit_head(struct pool *p)
{
	struct top *t = p->top;

	t->live_sum = head_sum(&t->live);
	atomic_signal_fence(memory_order_seq_cst);
	memcpy(&t->saved, &t->live, sizeof(t->saved));
	atomic_signal_fence(memory_order_seq_cst);
	t->saved_sum = t->live_sum;
}
