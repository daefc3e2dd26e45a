/*
 * How the container is asked to end: halt, power off or restart, at once or later. Owns which of them it is (the
 * first request decides), the haltcode file and what happens after the last process has gone.
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "boot_int.h"
#include "fdio.h"
#include "msg.h"
#include "sys.h"
#include "sysboot.h"

#define NS_MS 1000000LL

/* Compat: overlay-shutdown 6. For scripts that want to know; nobody here reads it. */
static void write_haltcode(char how)
{
	const char text[] = { how, '\n' };
	int dir = fdio_open(AT_FDCWD, BOOT_RESULTS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);

	if (dir < 0)
		return;
	(void)fdio_replace(dir, "haltcode", ".haltcode.tmp", text, sizeof(text), 0644, false);
	fdio_close(&dir);
}

void boot_halt(struct supervisor *sv, char how, bool from_signal)
{
	struct boot_record *rec = &sv->boot->rec;

	if (!boot_stopping(sv)) {
		rec->how = how;
		write_haltcode(how);
	}
	boot_shutdown(sv, from_signal);
}

static void on_due(uv_timer_t *t)
{
	struct supervisor *sv = t->data;

	sv->boot->rec.due_ns = 0;
	boot_halt(sv, sv->boot->rec.due_how, false);
}

static void arm(struct supervisor *sv)
{
	int64_t ns = sv->boot->rec.due_ns - mono_ns();

	uv_update_time(&sv->loop);
	(void)uv_timer_start(&sv->boot->due, on_due, ns > 0 ? (uint64_t)(ns / NS_MS) + 1 : 0, 0);
}

void boot_halt_later(struct supervisor *sv, char how, int64_t grace_ms, uint64_t delay_ms)
{
	struct boot_record *rec = &sv->boot->rec;

	if (boot_stopping(sv))
		return;
	rec->grace_ms = grace_ms;
	if (delay_ms == 0) {
		boot_halt(sv, how, false);
		return;
	}
	rec->due_how = how;
	rec->due_ns = mono_ns() + (int64_t)delay_ms * NS_MS;
	boot_commit(sv);
	arm(sv);
}

bool boot_halt_cancel(struct supervisor *sv)
{
	bool was = sv->boot->rec.due_ns != 0;

	sv->boot->rec.due_ns = 0;
	boot_commit(sv);
	(void)uv_timer_stop(&sv->boot->due);
	return was;
}

void boot_halt_open(struct supervisor *sv)
{
	(void)uv_timer_init(&sv->loop, &sv->boot->due);
	sv->boot->due.data = sv;
	if (sv->boot->rec.due_ns)
		arm(sv);
}

int boot_halt_end(struct supervisor *sv, int code)
{
	char how = sv->boot->rec.how;
	int r;

	if (how != HALT_POWEROFF && how != HALT_REBOOT)
		return code;
	/* Only process 1 may ask: for anybody else's namespace it is not ours to end. */
	r = sv->pid1 ? sysboot(how) : -EPERM;
	msg_warn(r, "unable to %s, the container exits %d instead", how == HALT_REBOOT ? "reboot" : "power off",
		EXIT_SYSTEM);
	return EXIT_SYSTEM;
}
