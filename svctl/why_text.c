/* The conclusions of why.h: pure, so that a test can ask for each. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "output.h"
#include "span.h"
#include "why.h"

static bool is_up(const struct why *w)
{
	return w->s.supervised && svstatus_is_up(&w->s.status);
}

static bool waits_for(const struct why *w, const char *what)
{
	return strcmp(w->waits, what) == 0;
}

const char *why_summary(const struct why *w, char *buf, size_t cap)
{
	const struct svstatus *st = &w->s.status;

	if (w->s.hidden)
		snprintf(buf, cap, "it cannot be seen how %s is", w->s.name);
	else if (!w->s.supervised || waits_for(w, "supervision"))
		snprintf(buf, cap, "%s is not supervised", w->s.name);
	else if (st->finishing)
		snprintf(buf, cap, "%s has ended and its finish script runs (pid %d); it is wanted %s", w->s.name,
			(int)st->pid, st->want_up ? "up" : "down");
	else if (!is_up(w))
		snprintf(buf, cap, "%s is down, %s", w->s.name,
			st->want_up ? "but wanted up" : "as it is wanted");
	else
		snprintf(buf, cap, "%s is %s (pid %d)%s", w->s.name, service_state(&w->s), (int)st->pid,
			st->want_up ? ", as it is wanted" : ", but wanted down");
	return buf;
}

const char *why_asked(const struct why *w, char *buf, size_t cap)
{
	const char *want = w->s.status.want_up ? "up" : "down";

	if (strcmp(w->asked_by, "socket") == 0)
		snprintf(buf, cap, "%s, by uid %ld (%s, pid %ld)", want, w->asked_uid, w->asked_comm, w->asked_pid);
	else if (strcmp(w->asked_by, "fifo") == 0)
		snprintf(buf, cap, "%s, by a writer of its control FIFO, which has no sender", want);
	else if (strcmp(w->asked_by, "directory") == 0)
		snprintf(buf, cap, "%s, since it had %s down file when supervision began", want,
			w->s.status.want_up ? "no" : "a");
	else if (strcmp(w->asked_by, "finish") == 0)
		snprintf(buf, cap, "%s, by its finish script with exit code 125", want);
	else if (strcmp(w->asked_by, "hexad") == 0)
		snprintf(buf, cap, "%s, by the supervisor itself", want);
	else
		snprintf(buf, cap, "%s", want);
	return buf;
}

const char *why_waits(const struct why *w, char *buf, size_t cap)
{
	static const struct { const char *word, *text; } words[] = {
		{ "supervision", "the next try to take it under supervision" },
		{ "predecessor", "the end of the process that its directory had before" },
		{ "restart", "the pause after a short run" },
		{ "retry", "the next try to start it" },
		{ "mending", "a change: its start was refused and is not tried again by itself" },
		{ "given-up", "somebody to start it: it was given up after too many short runs" },
		{ "exec", "its program to be executed" },
		{ "readiness", "it to say that it is ready" },
		{ "exit", "its process to end" },
		{ "finish", "its finish script to end" },
	};
	char in[SPAN_TEXT];

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (waits_for(w, words[i].word))
			snprintf(buf, cap, "%s", words[i].text);
	if (buf[0] == '\0' || w->due_ms < 0)
		return buf;
	snprintf(buf + strlen(buf), cap - strlen(buf), "%s in %s",
		waits_for(w, "exit") || waits_for(w, "finish") ? "; SIGKILL" : ",",
		span_format(in, (w->due_ms + 999) / 1000));
	return buf;
}

/* Has it ended at least three times within its last ten minutes of life? */
static bool is_flapping(const struct why *w)
{
	const struct dtally *last = w->ndeaths > 0 ? &w->death[w->ndeaths - 1] : NULL;

	return w->ndeaths >= 3 && last->stamp.tv_sec - w->death[w->ndeaths - 3].stamp.tv_sec < 600;
}

static bool notes(const struct why *w, const char *text)
{
	return strstr(w->s.note, text) != NULL;
}

/* A start that failed or was refused: what the errno asks for. */
static void advise_start(const struct why *w, char *buf, size_t cap)
{
	const char *n = w->s.name;

	if (notes(w, "No such file"))
		snprintf(buf, cap, "make %s/run, or the interpreter in its first line, exist; then 'svctl start %s'", n, n);
	else if (notes(w, "Permission denied"))
		snprintf(buf, cap, "make %s/run executable (chmod 755), on a file system mounted without noexec; "
			"then 'svctl start %s'", n, n);
	else if (notes(w, "Exec format"))
		snprintf(buf, cap, "give %s/run a first line '#!INTERPRETER', or a program for this machine; "
			"then 'svctl start %s'", n, n);
	else
		snprintf(buf, cap, "mend what the note says; then 'svctl start %s'", n);
}

static void advise_ended(const struct why *w, char *buf, size_t cap)
{
	int st = w->s.status.wstat;
	int code = WIFEXITED(st) ? WEXITSTATUS(st) : -1;
	const char *n = w->s.name;

	if (code == 127)
		snprintf(buf, cap, "its run script did not find a program: look at its PATH and at the log");
	else if (code == 126)
		snprintf(buf, cap, "its run script could not execute a program: look at that program's mode");
	else if (WIFSIGNALED(st) && WTERMSIG(st) == 9)
		snprintf(buf, cap, "something killed it: memory may be short ('svctl doctor' looks), or a grace time was over");
	else if (is_flapping(w))
		snprintf(buf, cap, "it ends again and again: its log says why; 'svctl stop %s' ends the restarts", n);
}

const char *why_advice(const struct why *w, char *buf, size_t cap)
{
	const struct svstatus *st = &w->s.status;
	const char *n = w->s.name;

	buf[0] = '\0';
	if (w->s.hidden)
		snprintf(buf, cap, "ask as root, or as whom its supervisor runs as");
	else if (!w->s.supervised)
		snprintf(buf, cap, "have the supervisor look: s6-svscanctl -a SCANDIR");
	else if (st->paused && is_up(w))
		snprintf(buf, cap, "'svctl cont %s' lets it go on", n);
	else if (strcmp(w->asked_by, "finish") == 0 && !is_up(w))
		snprintf(buf, cap, "its finish script says that it has failed for good: mend what its log says; "
			"then 'svctl start %s'", n);
	else if (waits_for(w, "exit") && w->due_ms < 0)
		snprintf(buf, cap, "it was told to end and has no timeout-kill: 'svctl signal KILL %s' ends it", n);
	else if (waits_for(w, "readiness"))
		snprintf(buf, cap, "it has not written a newline to its notification-fd yet: its log says how far it is");
	else if (waits_for(w, "given-up"))
		snprintf(buf, cap, "mend what its log says; then 'svctl start %s' tries again", n);
	else if (!is_up(w) && st->want_up && w->s.note[0] != '\0')
		advise_start(w, buf, cap);
	else if (!is_up(w) && !st->want_up && w->s.normally_up)
		snprintf(buf, cap, "'svctl start %s' starts it", n);
	else if (!is_up(w) && !st->want_up)
		snprintf(buf, cap, "it has a down file and waits to be told: 'svctl start %s' starts it", n);
	else if (is_flapping(w) || (!is_up(w) && st->want_up))
		advise_ended(w, buf, cap);
	if (buf[0] == '\0' && is_up(w) && is_flapping(w))
		snprintf(buf, cap, "it has ended again and again: its log says why");
	return buf;
}
