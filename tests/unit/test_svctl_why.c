/* What svctl why concludes: for each situation a sentence, and what to do. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "why.h"

static char buf[WHY_ADVICE];

static struct why base(void)
{
	struct why w = { .s = { .name = "web", .supervised = true, .normally_up = true }, .due_ms = -1,
		.asked_uid = -1, .asked_pid = -1 };

	return w;
}

static struct why up(void)
{
	struct why w = base();

	w.s.status.pid = 77;
	w.s.status.want_up = true;
	return w;
}

static struct why wanted_up(const char *waits, const char *note)
{
	struct why w = base();

	w.s.status.want_up = true;
	snprintf(w.waits, sizeof w.waits, "%s", waits);
	snprintf(w.s.note, sizeof w.s.note, "%s", note);
	return w;
}

Test(svctl_why, says_how_it_is_and_whether_that_is_wanted)
{
	struct why w = up();

	cr_assert_str_eq(why_summary(&w, buf, sizeof buf), "web is up (pid 77), as it is wanted");
	w.s.status.ready = true;
	cr_assert_str_eq(why_summary(&w, buf, sizeof buf), "web is ready (pid 77), as it is wanted");
	w.s.status.want_up = false;
	cr_assert_str_eq(why_summary(&w, buf, sizeof buf), "web is ready (pid 77), but wanted down");
	w = base();
	cr_assert_str_eq(why_summary(&w, buf, sizeof buf), "web is down, as it is wanted");
	w.s.status.want_up = true;
	cr_assert_str_eq(why_summary(&w, buf, sizeof buf), "web is down, but wanted up");
	w.s.status.pid = 78;
	w.s.status.finishing = true;
	cr_assert_str_eq(why_summary(&w, buf, sizeof buf),
		"web has ended and its finish script runs (pid 78); it is wanted up");
	w.s.supervised = false;
	cr_assert_str_eq(why_summary(&w, buf, sizeof buf), "web is not supervised");
}

Test(svctl_why, says_who_asked)
{
	struct why w = up();

	snprintf(w.asked_by, sizeof w.asked_by, "socket");
	snprintf(w.asked_comm, sizeof w.asked_comm, "svctl");
	w.asked_uid = 10000;
	w.asked_pid = 7;
	cr_assert_str_eq(why_asked(&w, buf, sizeof buf), "up, by uid 10000 (svctl, pid 7)");
	snprintf(w.asked_by, sizeof w.asked_by, "fifo");
	cr_assert_str_eq(why_asked(&w, buf, sizeof buf), "up, by a writer of its control FIFO, which has no sender");
	snprintf(w.asked_by, sizeof w.asked_by, "directory");
	cr_assert_str_eq(why_asked(&w, buf, sizeof buf), "up, since it had no down file when supervision began");
	w.s.status.want_up = false;
	cr_assert_str_eq(why_asked(&w, buf, sizeof buf), "down, since it had a down file when supervision began");
	snprintf(w.asked_by, sizeof w.asked_by, "finish");
	cr_assert_str_eq(why_asked(&w, buf, sizeof buf), "down, by its finish script with exit code 125");
	snprintf(w.asked_by, sizeof w.asked_by, "hexad");
	cr_assert_str_eq(why_asked(&w, buf, sizeof buf), "down, by the supervisor itself");
	w.asked_by[0] = '\0';
	cr_assert_str_eq(why_asked(&w, buf, sizeof buf), "down");
}

Test(svctl_why, says_what_it_waits_for_and_until_when)
{
	struct why w = wanted_up("retry", "x");

	cr_assert_str_eq(why_waits(&w, buf, sizeof buf), "the next try to start it");
	w.due_ms = 41001;
	cr_assert_str_eq(why_waits(&w, buf, sizeof buf), "the next try to start it, in 42s");
	w = wanted_up("finish", "");
	w.due_ms = 5000;
	cr_assert_str_eq(why_waits(&w, buf, sizeof buf), "its finish script to end; SIGKILL in 5s");
	w = up();
	cr_assert_str_eq(why_waits(&w, buf, sizeof buf), "");
}

/* Every word of the protocol has a sentence. */
Test(svctl_why, knows_everything_that_can_be_waited_for)
{
	static const char *const words[] = { "supervision", "predecessor", "restart", "retry", "mending", "given-up", "exec",
		"readiness", "exit", "finish" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		struct why w = wanted_up(words[i], "");

		cr_assert_str_neq(why_waits(&w, buf, sizeof buf), "", "%s", words[i]);
	}
}

Test(svctl_why, says_what_to_do_about_a_start_that_fails)
{
	static const struct { const char *note, *advice; } rows[] = {
		{ "unable to spawn ./run (waiting 60 seconds): No such file or directory", "make web/run, or the interpreter" },
		{ "unable to spawn ./run (waiting 60 seconds): Permission denied", "make web/run executable (chmod 755)" },
		{ "unable to spawn ./run (waiting 60 seconds): Exec format error", "give web/run a first line" },
		{ "refused: run belongs to somebody else", "mend what the note says" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct why w = wanted_up("retry", rows[i].note);

		why_advice(&w, buf, sizeof buf);
		cr_assert(strncmp(buf, rows[i].advice, strlen(rows[i].advice)) == 0, "%s: %s", rows[i].note, buf);
		cr_assert(strstr(buf, "'svctl start web'") != NULL, "%s", buf);
	}
}

static void died(struct why *w, time_t at, uint8_t code)
{
	w->death[w->ndeaths++] = (struct dtally){ .stamp.tv_sec = at, .exitcode = code };
	w->s.status.wstat = (uint16_t)(code << 8);
}

Test(svctl_why, says_what_to_do_about_one_that_ends)
{
	struct why w = wanted_up("restart", "");

	died(&w, 1000, 127);
	cr_assert(strstr(why_advice(&w, buf, sizeof buf), "did not find a program") != NULL, "%s", buf);
	w = wanted_up("restart", "");
	died(&w, 1000, 126);
	cr_assert(strstr(why_advice(&w, buf, sizeof buf), "could not execute") != NULL, "%s", buf);
	w = wanted_up("restart", "");
	died(&w, 1000, 1);
	died(&w, 1001, 1);
	cr_assert_str_eq(why_advice(&w, buf, sizeof buf), "", "twice is no pattern");
	died(&w, 1002, 1);
	cr_assert(strstr(why_advice(&w, buf, sizeof buf), "again and again") != NULL, "%s", buf);
	w = wanted_up("restart", "");
	w.s.status.wstat = 9;
	cr_assert(strstr(why_advice(&w, buf, sizeof buf), "something killed it") != NULL, "%s", buf);
}

Test(svctl_why, says_what_to_do_about_the_rest)
{
	struct why w = up();

	cr_assert_str_eq(why_advice(&w, buf, sizeof buf), "", "all is well");
	w.s.status.paused = true;
	cr_assert_str_eq(why_advice(&w, buf, sizeof buf), "'svctl cont web' lets it go on");
	w = base();
	cr_assert_str_eq(why_advice(&w, buf, sizeof buf), "'svctl start web' starts it");
	w.s.normally_up = false;
	cr_assert_str_eq(why_advice(&w, buf, sizeof buf),
		"it has a down file and waits to be told: 'svctl start web' starts it");
	snprintf(w.asked_by, sizeof w.asked_by, "finish");
	cr_assert(strstr(why_advice(&w, buf, sizeof buf), "failed for good") != NULL, "%s", buf);
	w = wanted_up("given-up", "gave up after 5 short runs");
	cr_assert_str_eq(why_advice(&w, buf, sizeof buf), "mend what its log says; then 'svctl start web' tries again");
	w = up();
	snprintf(w.waits, sizeof w.waits, "exit");
	w.s.status.want_up = false;
	cr_assert(strstr(why_advice(&w, buf, sizeof buf), "'svctl signal KILL web'") != NULL, "%s", buf);
	snprintf(w.waits, sizeof w.waits, "readiness");
	cr_assert(strstr(why_advice(&w, buf, sizeof buf), "notification-fd") != NULL, "%s", buf);
}
