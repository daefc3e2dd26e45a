/*
 * The boot log: one line a profile, saying what became of it and why. Runs in a child as the
 * application user, since the log is in his home. The lines go to standard output too, and are written
 * there even if the log cannot be.
 */
#include "reconcile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "below.h"
#include "fdio.h"
#include "msg.h"
#include "plan.h"
#include "sys.h"

/* "2026-05-24T11:02:33+0000" */
static void stamp_now(char *buf, size_t cap)
{
	time_t now = time(NULL);
	struct tm tm;

	memset(&tm, 0, sizeof(tm));
	localtime_r(&now, &tm);
	if (!strftime(buf, cap, "%Y-%m-%dT%H:%M:%S%z", &tm))
		*buf = '\0';
}

static const char *state_shown(const struct plan_op *op)
{
	return *op->prior_state ? op->prior_state : "None";
}

/* A path with a warning is not a profile. */
static bool has_line(const struct plan_op *op)
{
	return !strchr(op->profile, '/');
}

static void log_lines(FILE *f, const struct plan *plan)
{
	char stamp[64];

	stamp_now(stamp, sizeof(stamp));
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_op *op = &plan->op[i];

		if (has_line(op))
			fprintf(f, "%s profile=%s prior_state=%s action=%s prior_exit=%s\n", stamp, op->profile,
				state_shown(op), plan_action_name(op->action), plan_exit_name(op->prior_exit));
	}
}

static void stdout_lines(FILE *f, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_op *op = &plan->op[i];

		if (has_line(op))
			fprintf(f, "reconcile: profile=%s prior_state=%s action=%s\n", op->profile, state_shown(op),
				plan_action_name(op->action));
	}
}

static void warnings(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		if (*plan->op[i].why)
			msg_warn(0, "profile '%s': %s", plan->op[i].profile, plan->op[i].why);
}

/* Puts the lines that fn prints into fresh memory; NULL if there is none. */
static char *lines_of(void (*fn)(FILE *, const struct plan *), const struct plan *plan, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	if (!f)
		return NULL;
	fn(f, plan);
	if (fclose(f) == 0)
		return text;
	free(text);
	return NULL;
}

/* A log that cannot be put aside goes on growing: better than a boot without one. */
static void rotate(int dirfd, const char *leaf, uint32_t limit)
{
	char old[256 + 2];
	struct stat st;

	if (sys.fstatat(dirfd, leaf, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode) ||
		st.st_size < (off_t)limit)
		return;
	snprintf(old, sizeof(old), "%s.1", leaf);
	if (sys.renameat(dirfd, leaf, dirfd, old) < 0)
		msg_warn(errno, "unable to rotate the boot log, appending to it");
}

static int append_to(int dirfd, const char *leaf, const char *text, size_t len)
{
	struct stat st;
	int err = 0;
	int fd = fdio_open(dirfd, leaf, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0644);

	if (fd < 0)
		return fd;
	if (sys.fstat(fd, &st) < 0)
		err = -errno;
	else if (!S_ISREG(st.st_mode))
		err = -EINVAL;
	else
		err = fdio_write_all(fd, text, len);
	fdio_close(&fd);
	return err;
}

static int write_log(const struct boot_log_input *in, const char *text, size_t len)
{
	const char *leaf;
	int homefd = fdio_open(AT_FDCWD, in->home, O_PATH | O_DIRECTORY, 0);
	int dirfd, err;

	if (homefd < 0)
		return homefd;
	dirfd = below_open_parent(homefd, in->config->boot_log, true, &leaf);
	fdio_close(&homefd);
	if (dirfd < 0)
		return dirfd;
	rotate(dirfd, leaf, in->config->boot_log_rotate);
	err = append_to(dirfd, leaf, text, len);
	fdio_close(&dirfd);
	return err;
}

int boot_log_child(void *arg, int out_fd)
{
	const struct boot_log_input *in = arg;
	size_t len = 0, outlen = 0;
	char *text = lines_of(log_lines, in->plan, &len);
	char *out = lines_of(stdout_lines, in->plan, &outlen);
	int err = text && out ? 0 : -ENOMEM;

	(void)out_fd;
	(void)umask(022);
	warnings(in->plan);
	if (!err)
		err = write_log(in, text, len);
	if (err)
		msg_warn(err, "unable to write the boot log '%s' in '%s'", in->config->boot_log, in->home);
	/* Who reads the container's output may have gone away; the log is what counts. */
	if (out)
		(void)fdio_write_all(STDOUT_FILENO, out, outlen);
	free(text);
	free(out);
	return err ? 1 : 0;
}
