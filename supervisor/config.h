/*
 * The configuration: one INI file (default /etc/hexad.ini, else what HEXAD_CONFIG names), read once at
 * start through inih into one struct by a table of typed rows (config.def). A missing default file
 * means the defaults; a missing named file is an error. Every unknown section or key, bad value, double key
 * and over-long line is an error that names file and line, and nothing starts with an error.
 */
#ifndef HEXAD_CONFIG_H
#define HEXAD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CONFIG_FILE "/etc/hexad.ini"
#define CONFIG_LINE_MAX 198 /* bytes of one line: inih's INI_MAX_LINE as Debian builds it, less newline and NUL */

#define CONFIG_OPTIONS_MAX 128

enum config_run_as { RUN_AS_OWNER, RUN_AS_SUPERVISOR };
enum config_throttle { THROTTLE_HEXAD, THROTTLE_S6 };
enum config_owner { SCANDIR_ROOT, SCANDIR_APP };

/* Strings are never NULL once config_load returned; they live as long as the struct. */
struct config {
	/* [app] */
	char *app_user;        /* name or number; empty: no application user, profiles are off */
	char *app_group;       /* empty: it is called as the user */
	char *app_uid_env, *app_gid_env; /* variables that give him other numbers at boot (remap.h) */
	char *app_home_env;    /* variable that names the home */
	char *app_home;        /* used where that variable is unset or empty */
	char *app_login_home;  /* HOME given to services */

	/* [supervisor] */
	char *scandir;                  /* of /init */
	enum config_owner scandir_owner;
	uint32_t slots_max;             /* loggers counted separately */
	enum config_run_as run_as;
	enum config_throttle throttle;  /* restart-throttle */
	bool slow_directories;          /* slots on file systems that may stop answering (slowdir.h) are taken all the same */

	/* [access] */
	char *access_group;    /* group that may write the control FIFOs; empty: none */
	char *access_observe, *access_operate, *access_register, *access_admin; /* rows of access.h */
	char *env_allow;       /* variables that anybody who may register may give to a slot */

	/* [shutdown] */
	uint32_t grace_ms;     /* upper bound from the first SIGTERM to SIGKILL */

	/* [log] */
	bool log_prefix;       /* the service's name before its lines */

	/* [profiles] */
	bool profiles_enabled;
	char *lock_file;                 /* volume.h; empty: no lock */
	uint32_t read_ms;                /* the boot waits so long for the home */
	uint32_t watch_ms;               /* changes of the profiles directory are gathered so long; 0: not watched */
	char *profiles_dir, *marker, *reserved, *slot_prefix;
	char *command, *command_default; /* %p: the profile; split on blanks, no shell */
	bool command_shell;              /* one line each for /bin/sh instead */
	char *env;                       /* NAME=value words for the services */
	char *port_env;                  /* variable for the profile's port (port.h); empty: none */
	uint32_t port_base, port_count;
	char *park_exit_codes;           /* comma separated: not restarted after these */
	uint32_t startup_ms;             /* exit code 0 before that is no wish to stay down */
	uint32_t steady_ms;              /* a run shorter than that is a short one (retry.h) */
	uint32_t backoff_max_ms, give_up_after;
	char *state_file, *desired_key, *runtime_key, *autostart, *transient;
	char *lifecycle_file, *lifecycle_key;
	char *intent_file;               /* intent.h; empty: none is kept */
	char *planned_stop_file;         /* written before an operator's stop; empty: none is */
	char *stale_files;               /* comma separated, deleted at boot */
	char *boot_log;                  /* below the home */
	uint32_t boot_log_rotate;        /* bytes */
	char *log_dir, *log_script;      /* log_dir below the home, %p */
	char *multiplex_env, *bootstrap_env, *skip_when_command;
	char *legacy_command, *no_supervise_option, *no_supervise_env;

	/* [volume], prepare.h */
	char *volume_mkdir, *volume_own_tree, *volume_own_file, *volume_seed;
	bool refuse_symlinks, only_if_wrong;
	uint32_t volume_wait_ms;

	/* [main] */
	char *main_wrapper;    /* the user's own words begin after this argument of /init */

	/* where values come from: the line of file that gave the nth option of the table, 0: the default */
	char *file;            /* that was read, empty: none */
	uint16_t lines[CONFIG_OPTIONS_MAX];
};

/*
 * Fills *ret with the defaults, then with the file at path (NULL: HEXAD_CONFIG or the default). Errors
 * are printed to err, one line each ("FILE:LINE: sentence"). Returns 0, or -EINVAL if any was printed,
 * or another -errno. config_finish may be called after either.
 */
int config_load(struct config *ret, const char *path, FILE *err);
void config_finish(struct config *c);

/* Is it the name of an environment variable that a shell can hold? */
bool config_is_variable(const char *text, size_t len);

/* Prints every row as "section.key = value", in the order of the table. */
void config_print(const struct config *c, FILE *out);

#endif
