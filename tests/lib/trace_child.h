/*
 * run and finish of the services that trace.c supervises: one program that says hello to the driver over the
 * socket $TRACE_SOCK, reports every signal it gets, and does what it is told.
 */
#ifndef TESTS_TRACE_CHILD_H
#define TESTS_TRACE_CHILD_H

#define TRACE_NOTIFY_FD 3
#define TRACE_HANG "hang" /* where this file is, finish hangs without a word */

enum trace_order {
	ORDER_EXIT = 'E',       /* with the code that follows */
	ORDER_SIGNALED = 'S',   /* by the signal that follows */
	ORDER_READY = 'R',      /* newline among other bytes */
	ORDER_READY_EXIT = 'X', /* the same, then exit with the code that follows */
	ORDER_UNREADY = 'U',    /* close the notification fd */
};

/* argv[0] tells which of the two. Does not return. */
_Noreturn void trace_child(int argc, char **argv);

#endif
