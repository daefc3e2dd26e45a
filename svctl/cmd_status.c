/* svctl status: the table, or JSON. That a service is down is no failure of the command. */
#include "client.h"
#include "cmd.h"
#include "output.h"

int cmd_status(const struct svctl_request *rq)
{
	struct client c = CLIENT_INIT;
	struct services list = { NULL, 0 };
	int code = client_open(&c, rq->scandir, rq->timeout_ms);

	if (code == 0) {
		code = services_load(&c, rq->argv, (size_t)rq->argc, &list);
		if (rq->given & OPT_JSON)
			output_json(c.scandir, c.sock >= 0 ? "hexad" : "s6", &list);
		else if (list.n > 0 || code == 0)
			output_table(stdout, &list, output_columns(), output_colour(), time(NULL));
	}
	services_finish(&list);
	client_close(&c);
	return output_end(code);
}
