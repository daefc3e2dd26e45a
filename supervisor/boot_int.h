/* What the parts of boot share: boot.c (phases), boot_prepare.c, boot_script.c, boot_stop.c. */
#ifndef HEXAD_BOOT_INT_H
#define HEXAD_BOOT_INT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "boot.h"
#include "child.h"
#include "ids.h"
#include "supervisor.h"

#define BOOT_RESULTS "/run/s6-linux-init-container-results"
#define BOOT_ENVDIR "/run/s6/container_environment"
#define BOOT_PROFILE_MAX 1024 /* bytes of S6_RUNTIME_PROFILE */
#define BOOT_ATTIC ".hexad-old." /* what a former life left in /run waits under this prefix for its removal */

/* PREPARE: the service graph is read. UP: it is brought up, what belongs to its bundle "base" by the steps below. */
enum boot_phase { BOOT_VOLUME, BOOT_HOOK, BOOT_PREPARE, BOOT_UP, BOOT_MAIN, BOOT_RUNNING, BOOT_STOPPING };

/* legacy-cont-init of the graph, up and (FINISH) down; the scripts go on when the time of UP is over. */
enum boot_base { BASE_IDLE, BASE_CONT_INIT, BASE_RECONCILE, BASE_LOGGING, BASE_SCAN, BASE_OVER, BASE_FINISH };

enum script_kind { SCRIPT_CONT_INIT, SCRIPT_HOOK, SCRIPT_FIX_ATTRS, SCRIPT_CONT_FINISH };

/*
 * DOWN: services of the graph in their order, cont-finish.d among them; all else that is ours is told already. OURS:
 * other services, the main program, a running script. REST: loggers and whatever else is left.
 */
enum stop_stage { STOP_DOWN, STOP_OURS, STOP_REST, STOP_KILL, STOP_END };

/* What a fault must not lose; copied to pool_head.boot by boot_commit. Pids are 0 when there is none. */
struct boot_record {
	uint8_t phase;          /* enum boot_phase */
	uint8_t base;           /* enum boot_base */
	uint8_t stage;          /* enum stop_stage, while stopping */
	uint8_t signals;        /* that asked for the shutdown so far */
	bool script_failed;
	bool asked;             /* everybody was told to end */
	bool finish_alone;      /* cont-finish.d runs, and no graph that waits for it */
	bool divert;            /* signals go to the main program while it lives */
	char how;               /* HALT_*, once stopping */
	char due_how;           /* the same of the request that waits for its time */
	int64_t due_ns;         /* that time, 0: none waits */
	int64_t grace_ms;       /* from the request; -1: as configured */
	uint8_t kind;           /* enum script_kind: what script is, or was last */
	pid_t script;           /* the running hook, script or fix-attrs */
	int64_t script_ns;      /* when it is killed, 0: never */
	pid_t reader;           /* reconcile's reading child */
	pid_t logger;           /* the boot log's writer */
	pid_t holder;
	pid_t prefixer;         /* names the lines of services */
	pid_t reader_of_all;    /* stands in for s6-svscan-log at the end */
	int64_t prefixer_ns;    /* since when */
	int32_t code;           /* the container's, unless somebody else wrote the exitcode file */
	int32_t written;        /* what we wrote into that file last; -1: it could not be written */
	int64_t started_ns;     /* of the shutdown */
	int64_t deadline_ns;    /* of the stage */
	char name[NAME_MAX + 1]; /* the script begun last */
};

struct boot {
	struct boot_record rec;
	char **env;             /* the container's, PATH completed */
	char *path_only[2];     /* "PATH=..." */
	int stdinfd, cwdfd;
	char workdir[PATH_MAX]; /* of the container */
	pid_t *told;            /* processes that were sent SIGTERM already */
	size_t ntold;
	int rest_fd;            /* pidfd of a process that is waited for, or -1 */
	uv_poll_t rest;         /* on it */
	uv_timer_t timer;       /* the stage's deadline, or the next kill */
	uv_timer_t home;        /* how long reconcile and its log may keep the boot waiting */
	uv_timer_t turn;        /* look again in the next turn */
	uv_timer_t script_timer; /* rec.script's time limit */
	uv_timer_t due;         /* a shutdown asked for with a delay */
	bool open;              /* handles are */
	bool dumped;            /* the environment directory is there */
	bool mended;            /* s6-svscan-log was stood in for */
	bool catchall;          /* our output goes through s6-svscan-log */
	bool attics;            /* there is something to remove */
	bool up_begun;          /* rc_up was called in phase UP */
	bool bare;              /* there is no service graph: the steps of base alone */
};

void boot_commit(struct supervisor *sv);

/*
 * For the start of a child whose number is to be *pid, in the record: from its fork on it is in the pool, as one that is
 * begun (the first gives child_spec's note), then in the record, which the second commits; *pid is 0 where r is an
 * error. What a fault in between needs to know about it must have been committed before.
 */
volatile pid_t *boot_begin(struct supervisor *sv, const pid_t *pid);
void boot_begun(struct supervisor *sv, pid_t *pid, pid_t r);

/* Both, around child_start. prefix: the name that lines get for [log] prefix, NULL: they get none. */
pid_t boot_child(struct supervisor *sv, pid_t *pid, const char *prefix, struct child_spec *spec, child_done_fn *done);
void boot_enter(struct supervisor *sv, enum boot_phase phase);
void boot_base_enter(struct supervisor *sv, enum boot_base step);

/*
 * boot_home.c: the steps of the base that are about the home. True: the next one can begin. logging: the writer of the
 * boot log runs; without one (a fault came in between) the plan is made again.
 */
void boot_home_open(struct supervisor *sv);
bool boot_home_reconcile(struct supervisor *sv);
bool boot_home_volume(struct supervisor *sv); /* a phase of its own, before all others */
bool boot_home_logging(struct supervisor *sv);
void boot_home_logged(struct supervisor *sv, int wstatus);

/* After a fault, and when the child is gone that it took the ear from: then its step is done again. */
void boot_home_resume(struct supervisor *sv);
void boot_home_reader_gone(struct supervisor *sv);

/*
 * boot_vars.c: the container's variable as a number; fallback if it is unset or no number, which is said once. LATE
 * ones (boot_vars.def) are what the environment directory says now.
 */
unsigned int boot_number(const struct supervisor *sv, const char *name, unsigned int fallback);

/* The same as text, read now; NULL if it is unset. buf may be used for it; what does not fit is said, and not set. */
const char *boot_value(const struct supervisor *sv, const char *name, char *buf, size_t cap);

/* The same; NULL if it is unset or empty. */
const char *boot_text(const struct supervisor *sv, const char *name, char *buf, size_t cap);

/* Decimal digits only; what does not fit is the largest number. */
bool boot_var_parse(const char *text, unsigned int *ret);

/* Says which variables have values that cannot be. */
void boot_vars_check(struct supervisor *sv);

/*
 * What s6-overlay says about a boot by S6_VERBOSITY, we do: level 1 is a warning, 2 an info (err is not shown then). What
 * cannot be done or is lost, and faults of ours, are no such matter: msg_warn and msg_error show them always.
 */
void boot_say(const struct supervisor *sv, unsigned int level, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
bool boot_talks(const struct supervisor *sv, unsigned int level);

/* boot_run.c: what /run is, and what can be done about it. */
void boot_check_run(struct supervisor *sv);
void boot_link_commands(void);

/* hexad-shim beside our own program, or where it is in an image. */
void boot_shim_path(char *buf, size_t cap);

/* boot_catchall.c: S6_LOGGING. The service and the FIFO, if they are wanted; ends the program for an unknown user. */
void boot_catchall_make(struct supervisor *sv);
void boot_catchall_resume(struct supervisor *sv);

/* In the first turn: its logger starts. */
void boot_catchall_start(struct supervisor *sv);

/* While stopping: a logger that has gone too early, or was not there just then, is stood in for, once. */
void boot_catchall_mend(struct supervisor *sv);
void boot_catchall_reader_ended(struct supervisor *sv);

/* Nobody else writes any more: the logger gets to its end. Idempotent. */
void boot_catchall_end(struct supervisor *sv);

/* boot.c: the child that names lines has gone. */
void boot_prefix_ended(struct supervisor *sv);

/* One that ends by the end of what it reads, and so last: a service's logger, or that of all. */
struct service;
bool boot_is_logger(const struct service *s);

/* Does somebody hold the lock of this scan directory? */
bool boot_other_runs(const struct supervisor *sv);

/*
 * boot_prepare.c: renames dirfd/name (dir is its directory's name) into the attic, which is made when the first one
 * needs it; attic is "" before the first call. Removed at once where it cannot be renamed.
 */
void boot_set_aside(int dirfd, const char *dir, const char *name, char attic[64]);

/* Goes on with the phases after something has ended. */
void boot_advance(struct supervisor *sv);

/* The directory of that name in /etc, or in the runtime profile's. */
void boot_dir(const struct supervisor *sv, const char *name, char *buf, size_t cap);

/*
 * boot_script.c. Starts the next script of cont-init.d or cont-finish.d; boot_advance follows when it has ended. False:
 * there is none left.
 */
bool boot_script_next(struct supervisor *sv, enum script_kind kind);

/* False: there is nothing to do. True: boot_hook_over or boot_fix_attrs_over is called, at once or later. */
bool boot_hook_start(struct supervisor *sv);
bool boot_fix_attrs_start(struct supervisor *sv);

/* What rec.script was has ended. */
void boot_script_ended(struct supervisor *sv, int wstatus);

/*
 * The time of a stop is over: a script of cont-finish.d is named and killed, if a signal asked for the stop and so
 * somebody outside may count the seconds; else it has all the time it wants.
 */
void boot_script_late(struct supervisor *sv);

/* In the first turn: goes on with the time limit of a script. */
void boot_script_open(struct supervisor *sv);

/* boot.c: code as of a program. */
void boot_hook_over(struct supervisor *sv, int code);
void boot_fix_attrs_over(struct supervisor *sv, int code);

/* boot_prepare.c: removes what boot_prepare renamed aside, in a child. */
void boot_clean_attic(struct supervisor *sv);

/* The scan directory's owner per configuration, if it is another than who we are. False: nobody else. */
bool boot_scandir_ids(const struct supervisor *sv, struct ids *ret);

/* Records the code the container is to end with, in the exitcode file too. */
void boot_set_code(struct supervisor *sv, int code);

/* What the exitcode file says now, by s6-overlay's rules; -1 if it cannot be read. */
int boot_read_code(void);

/* boot_stop.c */
void boot_stop_main_ended(struct supervisor *sv, int code);
void boot_stop_again(struct supervisor *sv);
void boot_stop_resume(struct supervisor *sv);
void boot_stop_down_over(struct supervisor *sv);

/* boot_halt.c: in the first turn. */
void boot_halt_open(struct supervisor *sv);

/* All have gone: ends the namespace where that was asked for, else (and where it fails) gives the exit code. */
int boot_halt_end(struct supervisor *sv, int code);

struct proc;

/* Leaders of sessions, by pid in order. pid is to be freed. */
struct leaders {
	pid_t *pid;
	size_t n;
};

/* boot_others.c: those of our loggers; unless only_loggers those of all services, scripts and the main program. */
struct leaders boot_leaders(struct supervisor *sv, bool only_loggers);
bool boot_led_by(const struct leaders *l, const struct proc *p);

/* SIGTERM, once each, to processes nobody here supervises: docker exec's, orphans, helpers of dead services. */
void boot_term_strangers(struct supervisor *sv, bool only_loggers_stay);

/* True the first time it is asked for a pid. */
bool boot_first_told(struct boot *b, pid_t pid);

/* One line for each process but those; what says what became of it. */
void boot_name_them(struct supervisor *sv, const struct proc *p, size_t n, const struct leaders *but,
	const char *what);
void boot_kill_group(pid_t leader, int sig);

/* Without a /proc of ours: kills everybody, or those whose number we know; is anybody left? */
void boot_kill_blindly(struct supervisor *sv);
bool boot_blind_left(struct supervisor *sv);

#endif
