/* The newest records of a death tally. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fdio.h"
#include "tally.h"

int tally_read(int fd, uint8_t buf[TALLY_BYTES], unsigned int max)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode) || st.st_size % DTALLY_RECORD)
		return -EINVAL;
	if (max > DTALLY_MAX)
		max = DTALLY_MAX;
	if (max > st.st_size / DTALLY_RECORD)
		max = (unsigned int)(st.st_size / DTALLY_RECORD);
	if (lseek(fd, st.st_size - (off_t)max * DTALLY_RECORD, SEEK_SET) < 0)
		return -errno;
	n = fdio_read_all(fd, buf, (size_t)max * DTALLY_RECORD);
	return n < 0 ? (int)n : (int)(n / DTALLY_RECORD);
}
