/*
 * The main program's holder: a small forked process titled "rc.init top WORDS..." between PID 1 and the
 * main program. Session leader and owner of the terminal; ends with the main program's code (128+n).
 */
#ifndef HEXAD_HOLDER_H
#define HEXAD_HOLDER_H

#define HOLDER_COMM "rc.init"

struct holder_arg {
	char *const *argv;  /* of the main program */
	char *const *envp;
};

/* For child_spec.main_fn. */
int holder_main(void *arg, int out_fd);

/* In PID 1, before the holder is started: gives up the controlling terminal, if it has one. */
void holder_yield_terminal(void);

#endif
