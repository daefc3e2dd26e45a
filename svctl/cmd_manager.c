/* svctl manager: the kind, and the line that users see. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "manager.h"
#include "output.h"

static void print_json(enum manager_kind kind, const struct manager_facts *f)
{
	json_t *o = json_object();
	char text[64];

	snprintf(text, sizeof text, "Manager: %s", manager_text(kind));
	json_object_set_new(o, "kind", json_string(manager_name(kind)));
	json_object_set_new(o, "text", json_string(text));
	json_object_set_new(o, "init", f->comm[0] != '\0' ? output_text(f->comm) : json_null());
	json_object_set_new(o, "init_error", f->comm_error != 0 ? json_string(strerror(f->comm_error)) : json_null());
	json_object_set_new(o, "basedir", json_boolean(f->basedir));
	output_dump(o);
}

int cmd_manager(const struct svctl_request *rq)
{
	struct manager_facts f;
	enum manager_kind kind = manager_here(&f);

	if (rq->given & OPT_JSON)
		print_json(kind, &f);
	else
		printf("%s\nManager: %s\n", manager_name(kind), manager_text(kind));
	return output_end(0);
}
