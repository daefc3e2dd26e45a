/*
 * What ends in a scan directory: services that the last scan did not see, and the tree as a whole. To each it is said
 * what s6-svscan says to a supervisor: stop, or (loggers) wait for the end of the input.
 */
#include <string.h>
#include <unistd.h>

#include "boot.h"
#include "scandir.h"
#include "service.h"

void scandir_dismiss(struct service *s, bool term_loggers)
{
	bool reads = s->id->is_log || service_is_catch_all(s);

	if (!s->d->begun)
		service_free(s);
	else
		service_feed(s, reads && !term_loggers ? EV_SUP_HUP : EV_SUP_TERM);
}

void scandir_prune(struct supervisor *sv, bool term_loggers)
{
	for (uint32_t i = 0; i < sv->services_max; i++)
		if (sv->services[i] && !sv->services[i]->d->active)
			scandir_dismiss(sv->services[i], term_loggers);
}

/* The one that logs for all, or its own logger. */
static bool is_of_catch_all(const struct service *s)
{
	return service_is_catch_all(s) || strcmp(s->id->name, "s6-svscan-log/log") == 0;
}

void scandir_let_go_of_output(struct supervisor *sv, bool logged)
{
	int fd = sv->head->consolefd >= 0 ? sv->head->consolefd : sv->head->nullfd;

	if (!logged && sv->head->consolefd < 0)
		return;
	(void)dup2(fd, STDERR_FILENO);
	(void)dup2(fd, STDOUT_FILENO);
	for (struct service *s = service_next(sv, NULL); s; s = service_next(sv, s))
		service_bound_last_read(s);
}

void scandir_leave(struct supervisor *sv, char how)
{
	if (sv->mode == MODE_INIT) {
		boot_shutdown(sv, false);
		return;
	}
	/* Asked again, everything that is still there is told again. */
	sv->head->leaving = true;
	sv->head->leave_how = how;
	pool_commit_head(sv->pool);
	if (how == 'b') {
		scandir_let_go_of_output(sv, service_find(sv, "s6-svscan-log") != NULL);
		supervisor_quit(sv, 0);
		return;
	}
	for (uint32_t i = 0; i < sv->services_max; i++)
		if (sv->services[i])
			scandir_dismiss(sv->services[i], how == 'q');
	scandir_service_left(sv);
}

void scandir_service_left(struct supervisor *sv)
{
	struct service *s = service_next(sv, NULL);

	if (sv->mode == MODE_INIT) {
		boot_service_left(sv);
		return;
	}
	if (!sv->head->leaving)
		return;
	while (s && is_of_catch_all(s))
		s = service_next(sv, s);
	if (s)
		return;
	scandir_let_go_of_output(sv, service_next(sv, NULL) != NULL);
	if (!service_next(sv, NULL))
		supervisor_quit(sv, 0);
}
