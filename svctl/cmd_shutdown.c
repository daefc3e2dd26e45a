/* svctl shutdown: done when the supervisor has ended; in a container nobody may be left to say so. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "msg.h"

/* The connection ends with the supervisor. */
static bool has_ended(const struct client *c)
{
	struct pollfd p = { .fd = c->sock, .events = POLLRDHUP };
	int r;

	do
		r = poll(&p, 1, client_left(c));
	while (r < 0 && errno == EINTR);
	return r > 0;
}

static void ask_hexad(struct change *ch)
{
	static const char *const words[] = { "shutdown", NULL };
	struct client_reply reply;
	char sentence[SENTENCE_MAX];

	client_call(&ch->c, words, &reply);
	if (reply.code != 0) {
		change_add_reply(ch, NULL, &reply);
	} else if (has_ended(&ch->c)) {
		change_add(ch, NULL, 0, "the supervisor has ended");
	} else {
		snprintf(sentence, sizeof sentence, "shutdown: not done within %d ms; it goes on",
			ch->c.timeout_ms);
		change_add(ch, NULL, EXIT_TIMEOUT, sentence);
	}
	client_reply_finish(&reply);
}

/* Compat: to s6-svscan it is one letter, and there is nothing to wait for. */
static void ask_s6(struct change *ch)
{
	int r = s6tree_write(ch->c.dirfd, ".s6-svscan/control", "t");

	if (r == 0)
		change_add(ch, NULL, 0, "s6-svscan was told to stop everything");
	else if (r == -EACCES || r == -EPERM)
		change_add(ch, NULL, 1, "refused: you may not write the control FIFO of the scan directory");
	else
		change_add(ch, NULL, EXIT_SYSTEM, strerror(-r));
}

int cmd_shutdown(const struct svctl_request *rq)
{
	struct change ch;

	if (change_begin(&ch, rq) != 0)
		return change_end(&ch);
	if (ch.c.sock >= 0)
		ask_hexad(&ch);
	else
		ask_s6(&ch);
	return change_end(&ch);
}
