/*
 * Profiles: PURE plan (what was found -> what to do), the reading half that runs in a child as the
 * application user, and the boot log. PID 1 parses no JSON: the child writes the plan as lines, PID 1
 * reads those with plan_parse and treats them as untrusted.
 */
#ifndef HEXAD_RECONCILE_H
#define HEXAD_RECONCILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "config.h"
#include "ids.h"
#include "slot_text.h"
#include "svcdir.h"

#define PLAN_MAX 4096       /* profiles in one plan */
#define PLAN_STATE_MAX 64   /* bytes of a state word that are shown */
#define PLAN_WHY_MAX 119
#define PLAN_LINE_MAX 512   /* one op as a line */

enum plan_action { PLAN_STARTED, PLAN_REGISTERED, PLAN_SKIPPED, PLAN_REMOVED /* in no plan that is read */ };
enum plan_exit { PRIOR_UNKNOWN, PRIOR_CLEAN, PRIOR_UNCLEAN };

/*
 * One profile and what becomes of it. All text is escaped. A profile that is no valid name is SKIPPED;
 * one with a '/' (the profiles directory, or the reserved name in it) has a warning and no line in the log.
 */
struct plan_op {
	char profile[SV_NAME_MAX + 1];
	char prior_state[PLAN_STATE_MAX + 1]; /* empty: none */
	enum plan_action action;
	enum plan_exit prior_exit;
	char why[PLAN_WHY_MAX + 1];           /* a warning to print, or empty */
};

struct plan {
	struct plan_op *op;
	size_t n;
};
void plan_finish(struct plan *p);

/* Everything the reading half needs to know; strings are borrowed. */
struct reconcile_input {
	const struct config *config;
	const char *home;
	char *const *argv;      /* of /init, for the legacy and dashboard rules */
	char *const *environ;   /* the container's environment */
	bool dry_run;           /* change nothing on disk but the lock's file */
	bool held;              /* the volume's lock is held already */
	int watchfd;            /* an inotify descriptor, for changes of the profiles; 0: none */
	int sock;               /* where a struct volume_word is told; 0: nowhere, and no lock is asked for */
};

/*
 * The reading half, for child_spec.main_fn: arg is a struct reconcile_input. Walks the home with
 * O_NOFOLLOW below it, decides (contract, section 7), deletes stale files and seeds state unless
 * dry_run, and writes the plan to out_fd, one line an op. Exit code 0; 1: the home cannot be read at all.
 */
int reconcile_child(void *arg, int out_fd);

/* The lines of reconcile_child. 0, -EBADMSG for a line that is none, -ENOMEM. */
int plan_parse(struct plan *ret, const char *text, size_t len);

/* Does the container's command say that this container reconciles nothing ([profiles] skip_when_command)? */
bool reconcile_skipped(const struct config *c, char *const *argv);

/* The home: the environment's, else the configured one. */
const char *reconcile_home(const struct config *c, char *const *environ);

/* Appends the ops to the boot log (rotating it) and prints "reconcile: ..." lines: for child_spec.main_fn,
 * arg is a struct boot_log_input. */
struct boot_log_input {
	const struct config *config;
	const char *home;
	const struct plan *plan;
};
int boot_log_child(void *arg, int out_fd);

/*
 * A slot for a profile: renders run, log/run, type (and down) into a staging directory ".NAME.new" of
 * scandir_fd and renames it into place; everything is made as owner (fsid.h), who also owns it. Where
 * hexad is not root, it is the owner itself.
 * 0; -EEXIST: the slot is there; -EINVAL: no name of a profile; -ENAMETOOLONG; -ENOTEMPTY: a staging
 * directory holds what hexad did not put there; -EPERM: the scan directory is neither the owner's nor one
 * that root alone writes; or another -errno. After a failure nothing is left behind. *ret_made (unless NULL)
 * tells which directory was made. PID 1 calls this: it
 * touches the scan directory only, and a bounded number of names in it.
 */
#define SLOT_NAME_MAX 250 /* so that the staging directory's name is one too */
/* Not ".NAME.tmp": that is what clients call theirs, who may be at work on the same slot. */
#define SLOT_STAGING ".new"

struct slot_spec {
	const struct config *config;
	const char *profile;
	bool down;
	const struct ids *owner;
	struct slot_env extra;
};
int slot_create(int scandir_fd, const struct slot_spec *spec, struct stat *ret_made);

/* Name of the slot for a profile into buf (slot_prefix + profile, at most SLOT_NAME_MAX). -ENAMETOOLONG. */
int slot_name(const struct config *c, const char *profile, char *buf, size_t cap);

#endif
