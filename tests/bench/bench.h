/* What idle.c writes into the FIFO named by BENCH_FIFO, and measure.c reads. */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <stdint.h>
#include <sys/types.h>

#define BENCH_FIFO "BENCH_FIFO"

struct bench_stamp {
	int64_t ns; /* CLOCK_MONOTONIC when it began */
	pid_t pid;
};

#endif
