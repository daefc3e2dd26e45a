/*
 * deadfuse DIR [never|open]: mounts a file system on DIR in which there is one executable file, "run", and
 * everybody who opens it waits for ever. never: nothing at all is answered but the mount. Needs root; ends with SIGTERM,
 * and the mount with it. Says "mounted" and, at each request that is left unanswered, "waiting".
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define RUN_INODE 2

static int dev;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "deadfuse: fatal: %s: %s\n", what, strerror(errno));
	exit(111);
}

static void say(const char *what)
{
	puts(what);
	fflush(stdout);
}

static void answer(uint64_t unique, int error, const void *body, size_t len)
{
	char buf[512];
	struct fuse_out_header out = { .len = (uint32_t)(sizeof(out) + len), .error = -error, .unique = unique };

	memcpy(buf, &out, sizeof(out));
	if (len > 0)
		memcpy(buf + sizeof(out), body, len);
	/* Whoever asked may be gone. */
	(void)!write(dev, buf, out.len);
}

static struct fuse_attr attributes(uint64_t ino)
{
	return (struct fuse_attr){
		.ino = ino, .size = ino == RUN_INODE ? 4096 : 0, .nlink = 1, .blksize = 4096,
		.mode = ino == RUN_INODE ? S_IFREG | 0755 : S_IFDIR | 0755,
	};
}

static void answer_init(const struct fuse_in_header *in, const char *body)
{
	const struct fuse_init_in *want = (const struct fuse_init_in *)(const void *)body;
	struct fuse_init_out out = { .major = FUSE_KERNEL_VERSION, .minor = want->minor, .max_write = 4096 };

	answer(in->unique, 0, &out, sizeof(out));
}

static void answer_lookup(const struct fuse_in_header *in, const char *name)
{
	struct fuse_entry_out out = { .nodeid = RUN_INODE, .attr_valid = 3600, .entry_valid = 3600,
		.attr = attributes(RUN_INODE) };

	if (strcmp(name, "run") == 0)
		answer(in->unique, 0, &out, sizeof(out));
	else
		answer(in->unique, ENOENT, NULL, 0);
}

static void handle(const struct fuse_in_header *in, const char *body, bool never)
{
	struct fuse_attr_out attr = { .attr_valid = 3600, .attr = attributes(in->nodeid) };

	if (in->opcode == FUSE_INIT) {
		answer_init(in, body);
		say("mounted");
	} else if (in->opcode == FUSE_FORGET || in->opcode == FUSE_BATCH_FORGET || in->opcode == FUSE_INTERRUPT) {
		return; /* to which there is no answer */
	} else if (!never && in->opcode == FUSE_LOOKUP) {
		answer_lookup(in, body);
	} else if (!never && in->opcode == FUSE_GETATTR) {
		answer(in->unique, 0, &attr, sizeof(attr));
	} else if (!never && in->opcode != FUSE_OPEN && in->opcode != FUSE_READ) {
		answer(in->unique, ENOSYS, NULL, 0);
	} else {
		say("waiting");
	}
}

int main(int argc, char **argv)
{
	static char buf[FUSE_MIN_READ_BUFFER + 65536] __attribute__((aligned(__alignof__(struct fuse_in_header))));
	char options[128];
	ssize_t n;

	if (argc < 2)
		return 100;
	dev = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (dev < 0)
		die("/dev/fuse");
	snprintf(options, sizeof(options), "fd=%d,rootmode=40755,user_id=0,group_id=0,allow_other", dev);
	if (mount("deadfuse", argv[1], "fuse", MS_NODEV | MS_NOSUID, options) < 0)
		die(argv[1]);
	while ((n = read(dev, buf, sizeof(buf))) > 0 || errno == EINTR || errno == ENOENT)
		if (n >= (ssize_t)sizeof(struct fuse_in_header))
			handle((const struct fuse_in_header *)(const void *)buf, buf + sizeof(struct fuse_in_header),
				argc > 2 && strcmp(argv[2], "never") == 0);
	return 0;
}
