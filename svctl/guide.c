#include "guide.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "manager.h"
#include "msg.h"
#include "output.h"

#define GUIDE_LINES 12

struct guide {
	size_t n;
	char line[GUIDE_LINES][512];
};

static void add(struct guide *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct guide *g, const char *fmt, ...)
{
	va_list ap;

	if (g->n == GUIDE_LINES)
		return;
	va_start(ap, fmt);
	vsnprintf(g->line[g->n++], sizeof g->line[0], fmt, ap);
	va_end(ap);
}

static void s6_guide(struct guide *g, const struct svctl_request *rq, const char *name, bool install)
{
	add(g, "Services of this container belong to its supervisor: nothing is to be %s.",
		install ? "installed" : "uninstalled");
	if (install) {
		add(g, "  the service of a profile:  svctl register %s", name);
		add(g, "  any other service:         make %s/NAME/run, then s6-svscanctl -a %s", rq->scandir, rq->scandir);
		add(g, "  to start or stop it:       svctl start %s; svctl stop %s", name, name);
		add(g, "Profiles are found again at each start of the container; 'svctl reconcile --dry-run' shows how.");
	} else {
		add(g, "  the service of a profile:  svctl unregister %s", name);
		add(g, "  any other service:         svctl stop NAME, remove %s/NAME, then s6-svscanctl -an %s",
			rq->scandir, rq->scandir);
		add(g, "A profile that is still there is registered again at the next start of the container.");
	}
}

static void systemd_guide(struct guide *g, const char *name, bool install)
{
	if (install) {
		add(g, "Services of this machine belong to systemd:");
		add(g, "  write /etc/systemd/system/%s.service, or ~/.config/systemd/user/%s.service for yourself", name, name);
		add(g, "  systemctl daemon-reload");
		add(g, "  systemctl enable --now %s", name);
	} else {
		add(g, "Services of this machine belong to systemd:");
		add(g, "  systemctl disable --now %s", name);
		add(g, "  remove its unit file, then systemctl daemon-reload");
	}
	add(g, "For yourself alone say systemctl --user.");
}

int guide_print(const struct svctl_request *rq, bool install)
{
	struct guide g = { .n = 0 };
	struct manager_facts facts;
	enum manager_kind kind = manager_here(&facts);
	char name[128];
	json_t *o, *lines;

	msg_escape(name, sizeof name, rq->argc > 0 ? rq->argv[0] : "PROFILE",
		rq->argc > 0 ? strlen(rq->argv[0]) : 7);
	if (kind == MANAGER_S6 || !rq->default_scandir)
		s6_guide(&g, rq, name, install);
	else if (kind == MANAGER_SYSTEMD)
		systemd_guide(&g, name, install);
	else
		add(&g, "Nothing that svctl knows manages services here (%s): run programs in the foreground, "
			"or in a container with /init.", manager_name(kind));
	if (!(rq->given & OPT_JSON)) {
		for (size_t i = 0; i < g.n; i++)
			puts(g.line[i]);
		return output_end(0);
	}
	o = json_object();
	lines = json_array();
	for (size_t i = 0; i < g.n; i++)
		json_array_append_new(lines, output_text(g.line[i]));
	json_object_set_new(o, "command", json_string(rq->cmd->name));
	json_object_set_new(o, "changed", json_false());
	json_object_set_new(o, "manager", json_string(manager_name(kind)));
	json_object_set_new(o, "guidance", lines);
	output_dump(o);
	return output_end(0);
}
