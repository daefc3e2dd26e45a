/*
 * The service of the benchmark: tells when it began and does nothing more. With BENCH_FIFO in its
 * environment it writes one struct bench_stamp there first; a write that short is atomic.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

int main(void)
{
	const char *fifo = getenv(BENCH_FIFO);
	struct bench_stamp s = { .pid = getpid() };
	struct timespec now;
	int fd;

	clock_gettime(CLOCK_MONOTONIC, &now);
	s.ns = now.tv_sec * 1000000000LL + now.tv_nsec;
	if (fifo) {
		fd = open(fifo, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, &s, sizeof s) != sizeof s)
			return 111;
		close(fd);
	}
	for (;;)
		pause();
}
