/* Each service: can its program be started, is it as it is wanted, and may the caller control it? */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor.h"
#include "fdio.h"
#include "msg.h"
#include "s6tree.h"

#define LINE_MAX_SHEBANG 256

/* The interpreter of a script into buf; false if the file names none. */
static bool interpreter_of(int dirfd, char *buf, size_t cap)
{
	char line[LINE_MAX_SHEBANG + 1];
	ssize_t n = fdio_read_file(dirfd, "run", line, sizeof line - 1);
	const char *at;
	size_t len;

	if (n < 3 || line[0] != '#' || line[1] != '!')
		return false;
	line[n] = '\0';
	at = line + 2 + strspn(line + 2, " \t");
	len = strcspn(at, " \t\r\n");
	if (len == 0 || len >= cap)
		return false;
	memcpy(buf, at, len);
	buf[len] = '\0';
	return true;
}

static void look_at_program(struct findings *f, int dirfd, const char *name, const char *about)
{
	char interpreter[LINE_MAX_SHEBANG + 1];
	struct stat st;

	if (fstatat(dirfd, "run", &st, 0) < 0) {
		if (errno == ENOENT)
			doctor_mend(doctor_add(f, FINDING_BAD, about, "it has no run: it cannot be started"),
				"make %s/run", name);
		return;
	}
	if (!S_ISREG(st.st_mode) || !(st.st_mode & 0111)) {
		doctor_mend(doctor_add(f, FINDING_BAD, about, "its run is not executable"), "chmod 755 %s/run", name);
		return;
	}
	if (interpreter_of(dirfd, interpreter, sizeof interpreter) && interpreter[0] == '/'
			&& faccessat(AT_FDCWD, interpreter, X_OK, AT_EACCESS) < 0 && errno == ENOENT)
		doctor_mend(doctor_add(f, FINDING_BAD, about, "the interpreter of its run, %s, does not exist", interpreter),
			"install it, or name another one in the first line of %s/run", name);
}

/* A directory that its group or others can write runs as whoever writes it. */
static void look_at_owner(struct findings *f, int dirfd, const char *name, const char *about)
{
	struct stat st;

	if (fstat(dirfd, &st) == 0 && (st.st_mode & 0002) && !(st.st_mode & S_ISVTX))
		doctor_mend(doctor_add(f, FINDING_BAD, about,
			"everybody can write its directory, and so replace its program"), "chmod o-w %s", name);
}

static void look_at_state(struct findings *f, const struct client *c, const struct service *s, const char *name,
	const char *about)
{
	char note[4 * SERVICE_NOTE];

	msg_escape(note, sizeof note, s->note, strlen(s->note));
	if (s->hidden)
		doctor_mend(doctor_add(f, FINDING_NOTE, about, "%s", note),
			"ask as root, or as whom its supervisor runs as");
	else if (!s->supervised)
		doctor_mend(doctor_add(f, FINDING_WARNING, about, "%s", note[0] != '\0' ? note : "it is not supervised"),
			"s6-svscanctl -a %s has the supervisor look", c->scandir);
	else if (s->status.want_up && !svstatus_is_up(&s->status) && !s->status.finishing)
		doctor_mend(doctor_add(f, FINDING_WARNING, about, "it is wanted up and down%s%s",
			note[0] != '\0' ? ": " : "", note), "'svctl why %s' says more", name);
	else if (s->status.paused && svstatus_is_up(&s->status))
		doctor_mend(doctor_add(f, FINDING_NOTE, about, "it is paused"), "svctl cont %s", name);
}

/* Who asks the socket is judged there; under s6 the FIFO's mode decides. */
static bool may_control(const struct client *c, const struct service *s, int dirfd)
{
	if (c->sock < 0)
		return faccessat(dirfd, "supervise/control", W_OK, AT_EACCESS) == 0;
	return geteuid() == 0 || geteuid() == c->owner || geteuid() == s->owner;
}

static bool look_at_one(struct findings *f, const struct client *c, const struct service *s)
{
	char about[64], name[64];
	int fd = s6tree_open(c, s->name);
	bool may;

	msg_escape(name, sizeof name - 10, s->name, strlen(s->name));
	snprintf(about, sizeof about, "service %.54s", name);
	look_at_state(f, c, s, name, about);
	if (fd < 0) {
		doctor_add(f, FINDING_NOTE, about, "its directory cannot be looked into: %s", strerror(-fd));
		return false;
	}
	look_at_program(f, fd, name, about);
	look_at_owner(f, fd, name, about);
	may = may_control(c, s, fd);
	fdio_close(&fd);
	return may;
}

void doctor_services(struct findings *f, struct client *c, const struct services *list)
{
	size_t mine = 0, before = f->n;

	for (size_t i = 0; i < list->n; i++)
		mine += look_at_one(f, c, &list->v[i]);
	if (f->n == before)
		doctor_add(f, FINDING_FINE, "services", "%zu, nothing wrong with any", list->n);
	if (mine == list->n)
		return;
	if (c->sock >= 0)
		doctor_mend(doctor_add(f, FINDING_NOTE, "rights",
			"as uid %u you are the owner of %zu of %zu services; the others need a rule", (unsigned int)geteuid(),
			mine, list->n), "be root, the owner of '%s' or of the service, or have section access allow it",
			c->scandir);
	else
		doctor_mend(doctor_add(f, FINDING_WARNING, "rights",
			"as uid %u you may control %zu of %zu services", (unsigned int)geteuid(), mine, list->n),
			"s6 gives its control FIFOs to root; hexad gives them to the owner of the directory");
}
