/* What the parts of boot share: boot.c (phases), boot_prepare.c, boot_script.c, boot_stop.c. */
#ifndef HEXAD_BOOT_INT_H
#define HEXAD_BOOT_INT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "boot.h"
#include "ids.h"
#include "supervisor.h"

#define BOOT_RESULTS "/run/s6-linux-init-container-results"
#define BOOT_ENVDIR "/run/s6/container_environment"
#define BOOT_ATTIC ".hexad-old." /* what a former life left in /run waits under this prefix for its removal */

/* PREPARE: the service graph is read. UP: it is brought up, what belongs to its bundle "base" by the steps below. */
enum boot_phase { BOOT_PREPARE, BOOT_UP, BOOT_MAIN, BOOT_RUNNING, BOOT_STOPPING };

/* legacy-cont-init of the graph; the scripts go on when the time of UP is over. */
enum boot_base { BASE_IDLE, BASE_CONT_INIT, BASE_RECONCILE, BASE_LOGGING, BASE_SCAN, BASE_OVER };

/*
 * DOWN: services of the graph in their order, all else that is ours is told already. OURS: other services, the main
 * program, a running script. REST: loggers and whatever else is left.
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
	pid_t script;           /* running cont-init script */
	pid_t reader;           /* reconcile's reading child */
	pid_t logger;           /* the boot log's writer */
	pid_t holder;
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
	pid_t *told;            /* processes that were sent SIGTERM already */
	size_t ntold;
	int rest_fd;            /* pidfd of a process that is waited for, or -1 */
	uv_poll_t rest;         /* on it */
	uv_timer_t timer;       /* the stage's deadline, or the next kill */
	uv_timer_t turn;        /* look again in the next turn */
	bool open;              /* handles are */
	bool attics;            /* there is something to remove */
	bool up_begun;          /* rc_up was called in phase UP */
	bool bare;              /* there is no service graph: the steps of base alone */
};

void boot_commit(struct supervisor *sv);

/* The container's variable as a number; fallback if it is unset or no number. */
unsigned int boot_number(const struct supervisor *sv, const char *name, unsigned int fallback);

/* Goes on with the phases after something has ended. */
void boot_advance(struct supervisor *sv);

/* boot_script.c: starts the next cont-init script. False: there is none left. */
bool boot_script_next(struct supervisor *sv);
void boot_script_ended(struct supervisor *sv, int wstatus);

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
