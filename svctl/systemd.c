/* See systemd.h. A user who is not root means his own manager, as systemctl --user does. */
#include "systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "change.h"
#include "fdio.h"
#include "manager.h"
#include "msg.h"
#include "output.h"
#include "services.h"
#include "signame.h"

#define WORDS 16
#define SHOW_MAX 16384
#define LIST_MAX 262144
#define SUFFIX ".service"
#define NOT_LOADED 5 /* systemctl's exit code for a unit that is not there */

/* A command that is one of systemctl's, and what is said when it has worked. */
static const struct verb {
	const char *name, *systemctl, *told;
} verbs[] = {
	{ "cont", "thaw", "goes on" },
	{ "pause", "freeze", "is paused" },
	{ "reload", "reload", "was reloaded" },
	{ "restart", "restart", "is up" },
	{ "signal", "kill", "was sent the signal" },
	{ "start", "start", "is up" },
	{ "stop", "stop", "is down" },
};

/* Those that ask nobody. */
static bool is_our_own(const struct svctl_request *rq)
{
	static svctl_fn *const own[] = { cmd_completion, cmd_help, cmd_install, cmd_manager, cmd_uninstall };

	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (rq->cmd->fn == own[i])
			return true;
	return false;
}

bool systemd_is_here(const struct svctl_request *rq)
{
	struct manager_facts f;

	return rq->default_scandir && !is_our_own(rq) && !manager_has_dir(rq->scandir)
		&& manager_here(&f) == MANAGER_SYSTEMD;
}

struct words {
	const char *v[WORDS + 1];
	size_t n;
	int64_t end_ms; /* when it is not waited for any longer, monotonic; 0: never */
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t end_of(const struct svctl_request *rq)
{
	return now_ms() + rq->timeout_ms;
}

/* Milliseconds, as poll takes them. */
static int left(const struct words *w)
{
	int64_t ms = w->end_ms - now_ms();

	return w->end_ms == 0 ? -1 : ms > 0 ? (int)ms : 0;
}

static void add(struct words *w, const char *word)
{
	if (w->n < WORDS)
		w->v[w->n++] = word;
	w->v[w->n] = NULL;
}

static struct words begin(const char *program, int64_t end_ms)
{
	struct words w = { .end_ms = end_ms };

	add(&w, program);
	if (geteuid() != 0)
		add(&w, "--user");
	add(&w, "--no-pager");
	return w;
}

static void be_child(const struct words *w, int out, const sigset_t *mask)
{
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	if (out >= 0)
		dup2(out, STDOUT_FILENO);
	execvp(w->v[0], (char *const *)(size_t)w->v);
	msg_error(errno, "'%s' cannot be run", w->v[0]);
	_exit(errno == ENOENT ? EXIT_NOTFOUND : EXIT_NOEXEC);
}

/* What comes until the end, until buf is full, or until the time is over. */
static void collect(const struct words *w, int fd, char *buf, size_t cap)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	ssize_t n = 1;

	while (n > 0 && len < cap - 1) {
		n = poll(&p, 1, left(w));
		if (n > 0)
			n = read(fd, buf + len, cap - 1 - len);
		if (n > 0)
			len += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	buf[len] = '\0';
}

/* Its wait status, or -ETIMEDOUT: then it is ended, which does not take back what it has asked for. SIGCHLD is blocked. */
static int await_child(const struct words *w, pid_t pid, int *st)
{
	struct timespec t;
	sigset_t chld;
	pid_t r;
	int ms;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	while ((r = waitpid(pid, st, w->end_ms == 0 ? 0 : WNOHANG)) != pid) {
		if (r < 0 && errno != EINTR)
			return -errno;
		ms = left(w);
		if (r == 0 && ms == 0) {
			kill(pid, SIGTERM);
			while (waitpid(pid, st, 0) < 0 && errno == EINTR)
				continue;
			return -ETIMEDOUT;
		}
		t = (struct timespec){ ms / 1000, ms % 1000 * 1000000L };
		if (r == 0)
			(void)sigtimedwait(&chld, NULL, &t);
	}
	return 0;
}

/* Runs it, its output into buf (NULL: where ours goes). Exit code, or 128 and a signal; -errno. */
static int run(const struct words *w, char *buf, size_t cap)
{
	int fds[2] = { -1, -1 }, st = 0, r;
	sigset_t chld, mask;
	pid_t pid;

	fflush(stdout);
	if (buf != NULL && pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, &mask);
	pid = fork();
	if (pid == 0)
		be_child(w, fds[1], &mask);
	r = pid < 0 ? -errno : 0;
	fdio_close(&fds[1]);
	if (buf != NULL)
		collect(w, fds[0], buf, cap);
	fdio_close(&fds[0]);
	if (r == 0)
		r = await_child(w, pid, &st);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return r < 0 ? r : WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
}

/* Ours for theirs. */
static int code_of(int r)
{
	if (r == -ETIMEDOUT)
		return EXIT_TIMEOUT;
	if (r < 0 || r >= EXIT_NOEXEC)
		return EXIT_SYSTEM;
	return r == 0 ? 0 : r == NOT_LOADED ? 2 : 1;
}

/* systemctl takes a pattern for all units that match, and nothing for the manager. */
static bool is_one_unit(const char *name)
{
	return name[0] != '\0' && strpbrk(name, "*?[") == NULL;
}

static bool has_suffix(const char *name)
{
	size_t len = strlen(name);

	return len > sizeof SUFFIX - 1 && strcmp(name + len - (sizeof SUFFIX - 1), SUFFIX) == 0;
}

/* The first word of each line, in place, without what goes without saying; how many. */
static size_t take_units(char *text, bool with_suffix, const char **names, size_t max)
{
	size_t n = 0;

	for (char *line = text, *next; *line != '\0' && n < max; line = next) {
		next = line + strcspn(line, "\n");
		next += *next != '\0';
		line[strcspn(line, " \n")] = '\0';
		if (!with_suffix && has_suffix(line))
			line[strlen(line) - (sizeof SUFFIX - 1)] = '\0';
		if (line[0] != '\0')
			names[n++] = line;
	}
	return n;
}

/* "no such service", with the unit that may have been meant. */
static void unknown_text(const char *name, int64_t end_ms, char *buf, size_t cap)
{
	struct words w = begin("systemctl", end_ms);
	char *text = malloc(LIST_MAX);
	const char **names = calloc(LIST_MAX / 8, sizeof *names);
	size_t n = 0;

	add(&w, "list-unit-files");
	add(&w, "--type=service");
	add(&w, "--no-legend");
	if (text != NULL && names != NULL && run(&w, text, LIST_MAX) == 0)
		n = take_units(text, has_suffix(name), names, LIST_MAX / 8);
	services_no_such("service", name, names, n, buf, cap);
	free(names);
	free(text);
}

static int unknown(const struct svctl_request *rq, const char *name)
{
	char sentence[SENTENCE_MAX], shown[2 * SENTENCE_MAX];

	unknown_text(name, end_of(rq), sentence, sizeof sentence);
	msg_error(0, "%s", msg_escape(shown, sizeof shown, sentence, strlen(sentence)));
	return 2;
}

static void change_one(struct change *ch, const struct verb *v, const char *sig, const char *name)
{
	struct words w = begin("systemctl", end_of(ch->rq));
	char sentence[SENTENCE_MAX];
	int r;

	add(&w, v->systemctl);
	if (sig != NULL) {
		add(&w, "--kill-who=main");
		add(&w, "-s");
		add(&w, sig);
	}
	add(&w, "--");
	add(&w, name);
	r = is_one_unit(name) ? run(&w, NULL, 0) : NOT_LOADED;
	if (r == 0)
		snprintf(sentence, sizeof sentence, "%s %s", name, v->told);
	else if (r == NOT_LOADED)
		unknown_text(name, end_of(ch->rq), sentence, sizeof sentence);
	else if (r == -ETIMEDOUT)
		snprintf(sentence, sizeof sentence, "%s '%s': no answer within %d ms; what was asked for goes on", v->name, name,
			ch->rq->timeout_ms);
	else
		snprintf(sentence, sizeof sentence, "'systemctl %s %s' ended with exit code %d", v->systemctl, name, r);
	change_add(ch, name, code_of(r), sentence);
}

static int change(const struct svctl_request *rq, const struct verb *v)
{
	struct change ch = { .rq = rq, .c = CLIENT_INIT };
	bool is_signal = strcmp(v->name, "signal") == 0;
	int sig = is_signal ? signame_parse(rq->argv[0], strlen(rq->argv[0])) : 0;
	char number[12], shown[64];

	if (is_signal && (sig < 1 || sig > SIGRTMAX)) {
		msg_error(0, "no such signal '%s'", msg_escape(shown, sizeof shown, rq->argv[0],
			strlen(rq->argv[0])));
		return EXIT_USAGE;
	}
	if (rq->given & OPT_JSON)
		ch.results = json_array();
	snprintf(number, sizeof number, "%d", sig);
	for (int i = is_signal; i < rq->argc; i++)
		change_one(&ch, v, is_signal ? number : NULL, rq->argv[i]);
	return change_end(&ch);
}

/* The value of a property in the output of show, in a buffer of its own. */
static const char *property(const char *text, const char *key)
{
	static char value[256];
	size_t len = strlen(key);

	value[0] = '\0';
	for (const char *at = text; at != NULL && *at != '\0'; at = strchr(at, '\n'), at += at != NULL) {
		if (strncmp(at, key, len) != 0 || at[len] != '=')
			continue;
		at += len + 1;
		snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\n"), at);
		break;
	}
	return value;
}

static bool is_property(const char *text, const char *key, const char *value)
{
	return strcmp(property(text, key), value) == 0;
}

/* A unit as a service. */
static void fill(struct service *s, const char *name, const char *text)
{
	struct timespec mono, now;
	long long since = atoll(property(text, "StateChangeTimestampMonotonic"));
	int status = atoi(property(text, "ExecMainStatus"));

	snprintf(s->name, sizeof s->name, "%s", name);
	s->supervised = true;
	s->owner = geteuid();
	s->normally_up = is_property(text, "UnitFileState", "enabled");
	s->status.pid = (pid_t)atoi(property(text, "MainPID"));
	s->status.ready = is_property(text, "ActiveState", "active");
	s->status.want_up = s->status.ready || is_property(text, "ActiveState", "activating")
		|| is_property(text, "ActiveState", "reloading");
	s->status.finishing = is_property(text, "ActiveState", "deactivating");
	/* ExecMainCode is the kernel's CLD_EXITED (1), or how a signal ended it. */
	s->status.wstat = (uint16_t)(is_property(text, "ExecMainCode", "1") ? (status & 255) << 8 : status & 127);
	snprintf(s->note, sizeof s->note, "%s", property(text, "SubState"));
	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &now);
	if (since > 0)
		s->status.stamp.tv_sec = now.tv_sec - (mono.tv_sec - (time_t)(since / 1000000));
}

static int show_one(const struct svctl_request *rq, const char *name, struct services *list)
{
	struct words w = begin("systemctl", end_of(rq));
	char text[SHOW_MAX], shown[256];
	struct service *s;
	int code;

	add(&w, "show");
	add(&w, "--property=LoadState,ActiveState,SubState,UnitFileState,MainPID,ExecMainCode,ExecMainStatus,"
		"StateChangeTimestampMonotonic");
	add(&w, "--");
	add(&w, name);
	code = is_one_unit(name) ? code_of(run(&w, text, sizeof text)) : 2;
	if (code == 0 && is_property(text, "LoadState", "not-found"))
		code = 2;
	msg_escape(shown, sizeof shown, name, strlen(name));
	if (code == 2)
		unknown(rq, name);
	else if (code == EXIT_TIMEOUT)
		msg_error(0, "status '%s': no answer within %d ms", shown, rq->timeout_ms);
	else if (code != 0)
		msg_error(0, "systemctl does not show '%s'", shown);
	s = code == 0 ? services_add(list) : NULL;
	if (s != NULL)
		fill(s, name, text);
	return code;
}

static int status(const struct svctl_request *rq)
{
	struct services list = { NULL, 0 };
	int code = 0;

	if (rq->argc == 0) {
		msg_error(0, "under systemd 'status' needs the name of a unit; 'systemctl list-units' lists them");
		return EXIT_USAGE;
	}
	for (int i = 0; i < rq->argc; i++) {
		int r = show_one(rq, rq->argv[i], &list);

		code = code != 0 ? code : r;
	}
	if (rq->given & OPT_JSON)
		output_json(NULL, "systemd", &list);
	else if (list.n > 0)
		output_table(stdout, &list, output_columns(), output_colour(), time(NULL));
	services_finish(&list);
	return output_end(code);
}

/* The exit code of a command that has told everything itself, but for one thing. */
static int told(const struct svctl_request *rq, int r)
{
	if (r == -ETIMEDOUT)
		msg_error(0, "%s: no answer within %d ms", rq->cmd->name, rq->timeout_ms);
	return code_of(r);
}

static int logs(const struct svctl_request *rq)
{
	struct words w = begin("journalctl", rq->given & OPT_FOLLOW ? 0 : end_of(rq));
	char lines[32];

	if (!is_one_unit(rq->argv[0]))
		return unknown(rq, rq->argv[0]);
	snprintf(lines, sizeof lines, "--lines=%u", rq->lines);
	add(&w, lines);
	if (rq->given & OPT_FOLLOW)
		add(&w, "--follow");
	if (rq->given & OPT_JSON)
		add(&w, "--output=json");
	add(&w, geteuid() == 0 ? "--unit" : "--user-unit");
	add(&w, rq->argv[0]);
	return told(rq, run(&w, NULL, 0));
}

static int why(const struct svctl_request *rq)
{
	struct words w = begin("systemctl", end_of(rq));
	int r;

	if (!is_one_unit(rq->argv[0]))
		return unknown(rq, rq->argv[0]);
	add(&w, "status");
	add(&w, "--");
	add(&w, rq->argv[0]);
	r = run(&w, NULL, 0);
	/* 3: it is not running, which is what was asked about; 4: no such unit. */
	return r == 3 ? 0 : r == 4 ? 2 : told(rq, r);
}

static int version(const struct svctl_request *rq)
{
	struct words w = { .end_ms = end_of(rq) };
	char text[1024];
	json_t *o;
	int code;

	add(&w, "systemctl");
	add(&w, "--version");
	code = code_of(run(&w, text, sizeof text));
	text[strcspn(text, "\n")] = '\0';
	if (rq->given & OPT_JSON) {
		o = json_object();
		json_object_set_new(o, "svctl", json_string(HEXAD_VERSION));
		json_object_set_new(o, "supervisor", code == 0 ? output_text(text) : json_null());
		output_dump(o);
	} else {
		printf("svctl %s\n%s%s", HEXAD_VERSION, text, code == 0 ? "\n" : "");
	}
	return output_end(code);
}

int systemd_run(const struct svctl_request *rq)
{
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(verbs[i].name, rq->cmd->name) == 0)
			return change(rq, &verbs[i]);
	if (rq->cmd->fn == cmd_status)
		return status(rq);
	if (rq->cmd->fn == cmd_logs && rq->dir == NULL)
		return logs(rq);
	if (rq->cmd->fn == cmd_logs)
		return cmd_logs(rq);
	if (rq->cmd->fn == cmd_why && !(rq->given & OPT_JSON))
		return why(rq);
	if (rq->cmd->fn == cmd_version)
		return version(rq);
	msg_error(0, "'%s' is not supported by this manager (systemd)", rq->cmd->name);
	return 1;
}
