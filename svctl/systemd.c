/* See systemd.h. A user who is not root means his own manager, as systemctl --user does. */
#include "systemd.h"

#include <errno.h>
#include <fcntl.h>
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
};

static void add(struct words *w, const char *word)
{
	if (w->n < WORDS)
		w->v[w->n++] = word;
	w->v[w->n] = NULL;
}

static struct words begin(const char *program)
{
	struct words w = { .n = 0 };

	add(&w, program);
	if (geteuid() != 0)
		add(&w, "--user");
	add(&w, "--no-pager");
	return w;
}

static void be_child(const struct words *w, int out)
{
	signal(SIGPIPE, SIG_DFL);
	if (out >= 0)
		dup2(out, STDOUT_FILENO);
	execvp(w->v[0], (char *const *)(size_t)w->v);
	msg_error(errno, "'%s' cannot be run", w->v[0]);
	_exit(errno == ENOENT ? EXIT_NOTFOUND : EXIT_NOEXEC);
}

/* Runs it, its output into buf (NULL: where ours goes). Exit code, or 128 and a signal; -errno. */
static int run(const struct words *w, char *buf, size_t cap)
{
	int fds[2] = { -1, -1 }, st;
	ssize_t n = 0;
	pid_t pid;

	fflush(stdout);
	if (buf != NULL && pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		be_child(w, fds[1]);
	fdio_close(&fds[1]);
	if (pid > 0 && buf != NULL)
		n = fdio_read_all(fds[0], buf, cap - 1);
	fdio_close(&fds[0]);
	if (buf != NULL)
		buf[n > 0 ? n : 0] = '\0';
	if (pid < 0)
		return -errno;
	while (waitpid(pid, &st, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
}

/* Ours for theirs. */
static int code_of(int r)
{
	if (r < 0 || r >= EXIT_NOEXEC)
		return EXIT_SYSTEM;
	return r == 0 ? 0 : r == NOT_LOADED ? 2 : 1;
}

static void change_one(struct change *ch, const struct verb *v, const char *sig, const char *name)
{
	struct words w = begin("systemctl");
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
	r = run(&w, NULL, 0);
	if (r == 0)
		snprintf(sentence, sizeof sentence, "%s %s", name, v->told);
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

static int show_one(const char *name, struct services *list)
{
	struct words w = begin("systemctl");
	char text[SHOW_MAX], shown[256];
	struct service *s;
	int code;

	add(&w, "show");
	add(&w, "--property=LoadState,ActiveState,SubState,UnitFileState,MainPID,ExecMainCode,ExecMainStatus,"
		"StateChangeTimestampMonotonic");
	add(&w, "--");
	add(&w, name);
	code = code_of(run(&w, text, sizeof text));
	if (code == 0 && is_property(text, "LoadState", "not-found"))
		code = 2;
	msg_escape(shown, sizeof shown, name, strlen(name));
	if (code == 2)
		msg_error(0, "no such service '%s'", shown);
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
		int r = show_one(rq->argv[i], &list);

		code = code != 0 ? code : r;
	}
	if (rq->given & OPT_JSON)
		output_json(NULL, "systemd", &list);
	else if (list.n > 0)
		output_table(stdout, &list, output_columns(), output_colour(), time(NULL));
	services_finish(&list);
	return output_end(code);
}

static int logs(const struct svctl_request *rq)
{
	struct words w = begin("journalctl");
	char lines[32];

	snprintf(lines, sizeof lines, "--lines=%u", rq->lines);
	add(&w, lines);
	if (rq->given & OPT_FOLLOW)
		add(&w, "--follow");
	if (rq->given & OPT_JSON)
		add(&w, "--output=json");
	add(&w, geteuid() == 0 ? "--unit" : "--user-unit");
	add(&w, rq->argv[0]);
	return code_of(run(&w, NULL, 0));
}

static int why(const struct svctl_request *rq)
{
	struct words w = begin("systemctl");
	int r;

	add(&w, "status");
	add(&w, "--");
	add(&w, rq->argv[0]);
	r = run(&w, NULL, 0);
	/* 3: it is not running, which is what was asked about; 4: no such unit. */
	return r == 3 ? 0 : r == 4 ? 2 : code_of(r);
}

static int version(const struct svctl_request *rq)
{
	struct words w = { .n = 0 };
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
