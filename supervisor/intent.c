#include "intent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "below.h"
#include "fdio.h"
#include "msg.h"
#include "plan.h"
#include "sys.h"

#define KEY_DESIRED "desired_state"
#define KEY_STAMP "updated_at_ms"
#define STOPPED "stopped"

void intent_of(const struct state_doc *doc, struct intent *ret)
{
	state_get(doc, KEY_DESIRED, &ret->desired);
	if (ret->desired.kind != VALUE_TEXT || !state_get_integer(doc, KEY_STAMP, &ret->ms))
		*ret = (struct intent){ .desired = { .kind = VALUE_NONE } };
}

bool intent_is_older(const struct intent *in, const struct state_value *desired, bool has_stamp, int64_t stamp)
{
	if (desired->kind != VALUE_TEXT || !has_stamp)
		return false;
	return stamp > in->ms / 1000;
}

/* The profile's own directory; its own link is followed, as it is when the profiles are read. */
static int open_profile(const struct intent_input *in)
{
	int home = fdio_open(AT_FDCWD, in->home, O_PATH | O_DIRECTORY, 0);
	int dir, fd;

	if (home < 0 || strcmp(in->profile, in->config->reserved) == 0)
		return home;
	dir = below_open(home, in->config->profiles_dir, false);
	fdio_close(&home);
	if (dir < 0)
		return dir;
	fd = fdio_open(dir, in->profile, O_PATH | O_DIRECTORY, 0);
	fdio_close(&dir);
	return fd;
}

static int replace(int dirfd, const char *name, const char *text, bool sync)
{
	char tmp[256];

	snprintf(tmp, sizeof(tmp), "%s.tmp", name);
	return fdio_replace(dirfd, name, tmp, text, strlen(text), 0644, sync);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static int record(const struct intent_input *in, int dirfd)
{
	char word[CONFIG_LINE_MAX + 1] = STOPPED;
	const char *file = in->config->intent_file;
	struct stat st;
	char *text;
	int r;

	if (in->only_if_there && sys.fstatat(dirfd, file, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (in->up)
		plan_running_word(in->config, word, sizeof(word));
	text = state_intent_text(KEY_DESIRED, word, KEY_STAMP, now_ms());
	r = text ? replace(dirfd, file, text, true) : -ENOMEM;
	free(text);
	return r;
}

/* Field 22 of /proc/PID/stat; the name in field 2 may hold anything. */
static unsigned long long start_time(pid_t pid)
{
	char path[32], text[1024];
	unsigned long long ticks = 0;
	ssize_t n;
	char *at;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	n = fdio_read_file(AT_FDCWD, path, text, sizeof(text) - 1);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at && sscanf(at, " %llu", &ticks) == 1 ? ticks : 0;
}

static int mark(const struct intent_input *in, int dirfd)
{
	char text[256], stamp[40];
	time_t now = time(NULL);
	struct tm tm;

	memset(&tm, 0, sizeof(tm));
	gmtime_r(&now, &tm);
	if (!strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S+00:00", &tm))
		return -EOVERFLOW;
	snprintf(text, sizeof(text), "{\"target_pid\": %d, \"target_start_time\": %llu, \"stopper_pid\": %d, "
		"\"written_at\": \"%s\"}\n", (int)in->pid, start_time(in->pid), (int)in->stopper, stamp);
	return replace(dirfd, in->config->planned_stop_file, text, false);
}

static int forget(const struct intent_input *in, int dirfd)
{
	return sys.unlinkat(dirfd, in->config->intent_file, 0) < 0 && errno != ENOENT ? -errno : 0;
}

int intent_child(void *arg, int out_fd)
{
	static const char *const what[] = { "mark the planned stop", "record what is wanted", "forget what was wanted" };
	const struct intent_input *in = arg;
	int r, fd = open_profile(in);

	(void)out_fd;
	(void)umask(022);
	if (fd == -ENOENT || fd == -ENOTDIR)
		return 0;
	if (fd < 0)
		r = fd;
	else if (in->what == INTENT_MARK)
		r = mark(in, fd);
	else
		r = in->what == INTENT_RECORD ? record(in, fd) : forget(in, fd);
	fdio_close(&fd);
	if (r < 0)
		msg_warn(r, "profile '%s': unable to %s", in->profile, what[in->what]);
	return r < 0;
}
