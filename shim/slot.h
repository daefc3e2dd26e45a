/*
 * What a client does with a supervised directory: is somebody there, and give him commands. No
 * function here blocks, whatever stands where the FIFO is expected.
 */
#ifndef SV_SLOT_H
#define SV_SLOT_H

#include <stddef.h>

/* The service directory as a place to look from. Needs no read permission. Descriptor or -errno. */
int slot_open(const char *dir);

/* 1 supervised, 0 not (also if the directory does not exist), -errno if that cannot be told. */
int slot_is_supervised(const char *dir);

/* The same, asked of the open lock file. */
int slot_lock_held(int fd);

/* The same for a scan directory and s6-svscan; -errno also where there is no lock. */
int slot_is_scanned(const char *scandir);

enum slot_sent {
	SLOT_OK,
	SLOT_DEAF, /* nobody listens, or the directory was never supervised */
	SLOT_ODD,  /* the control FIFO is missing from its directory, or is no FIFO */
	SLOT_ERROR /* everything else: no such directory, no permission */
};

/*
 * Opens dir/sub/control for writing and gives it all bytes in one write; len may be 0: the open alone
 * tells whether somebody listens. For SLOT_ODD and SLOT_ERROR *err is -errno.
 */
enum slot_sent slot_send(const char *dir, const char *sub, const char *bytes, size_t len, int *err);

#endif
