/*
 * The main program's holder: a small forked process titled "rc.init top WORDS..." between PID 1 and the
 * main program. Session leader and owner of the terminal; ends with the main program's code (128+n).
 */
#ifndef HEXAD_HOLDER_H
#define HEXAD_HOLDER_H

#include <stdbool.h>

#define HOLDER_COMM "rc.init"

struct holder_arg {
	const char *prefix;     /* S6_CMD_ARG0: words before argv's, or NULL */
	char *const *argv;      /* of the main program */
	char *const *envp;
	bool use_terminal;      /* S6_CMD_USE_TERMINAL: its output goes to the terminal that is its stdin */
	/*
	 * S6_CMD_RECEIVE_SIGNALS: signals that PID 1 sends to the holder go on to the main program, which ignores
	 * SIGINT and SIGQUIT unless it does something about them, and whose pid is in /run/s6/cmdpid.
	 */
	bool receive_signals;
};

/* For child_spec.main_fn, with keep_mask. */
int holder_main(void *arg, int out_fd);

/* In PID 1, before the holder is started: gives up the controlling terminal, if it has one. */
void holder_yield_terminal(void);

#endif
