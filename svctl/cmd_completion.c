/* svctl completion: the script for a shell, or the names that such a script asks for. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "completion.h"
#include "msg.h"
#include "output.h"
#include "services.h"

/* A name that a shell would split, or take for more than a name, is left out. */
static bool is_plain(const char *name)
{
	return name[0] != '-' && name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
		"._-+@:/%")] == '\0';
}

/* Those that are no name of a service. */
static int print_profiles(struct client *c, const struct services *but)
{
	static const char *const words[] = { "list", NULL };
	struct client_reply reply;
	int code = client_call(c, words, &reply);

	for (size_t i = 0; i < reply.nrows; i++) {
		const char *const *field = reply.row[i].frame.field;

		if (reply.row[i].frame.n > 2 && is_plain(field[2]) && !services_has(but, field[2]))
			puts(field[2]);
	}
	if (code != 0)
		client_failed(&reply);
	client_reply_finish(&reply);
	return code;
}

/* Services by their names, and by those of their profiles. */
static int print_names(struct client *c)
{
	struct services list = { NULL, 0 };
	int code = services_load(c, NULL, 0, &list);

	for (size_t i = 0; i < list.n; i++)
		if (is_plain(list.v[i].name))
			puts(list.v[i].name);
	if (code == 0 && c->sock >= 0)
		code = print_profiles(c, &list);
	services_finish(&list);
	return code;
}

int cmd_completion(const struct svctl_request *rq)
{
	static const struct services none = { NULL, 0 };
	struct client c = CLIENT_INIT;
	char shown[64];
	bool names = strcmp(rq->argv[0], "names") == 0;
	int code;

	if (!names && strcmp(rq->argv[0], "profiles") != 0) {
		if (completion_print(stdout, rq->argv[0]) == 0)
			return output_end(0);
		msg_error(0, "there is no completion for '%s': bash, zsh and fish are known",
			msg_escape(shown, sizeof shown, rq->argv[0], strlen(rq->argv[0])));
		return EXIT_USAGE;
	}
	code = client_open(&c, rq->scandir, rq->timeout_ms);
	if (code == 0 && !names && client_needs_hexad(&c, "completion profiles"))
		code = 1;
	if (code == 0)
		code = names ? print_names(&c) : print_profiles(&c, &none);
	client_close(&c);
	return output_end(code);
}
